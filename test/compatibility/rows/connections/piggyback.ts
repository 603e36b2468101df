// `/devops/piggyback/connectivity`: Ditto's commands to connectivity, and what comes of them.

import { post, type Row, row } from "../../row.ts";
import { operator, pushes } from "./scene.ts";

const path = "/devops/piggyback/connectivity";
const selection = "/system/sharding/connection";
const id = { connectionId: "{name}" };
const mine = pushes({ id: "{name}", tags: ["{name}-tag"] });

const send = (piggybackCommand: object, headers: object = { aggregate: false }, to = path) =>
  post(to, { targetActorSelection: selection, headers, piggybackCommand }, operator);
const named = (name: string, more: object = {}) => ({ type: `connectivity.commands:${name}`, ...more });
const order = (name: string, more: object = {}) => send(named(name, more));

const answered = (name: string, status: number, more: object = {}) => ({
  has: { type: `connectivity.responses:${name}`, status, ...more },
});
const notFound = { has: { status: 404, error: "connectivity:connection.notfound" } };
const created = order("createConnection", { connection: mine }).gives(
  200,
  answered("createConnection", 201, { connection: mine }),
);

/** A command with the ID of a connection, which is answered with it. */
const about = (name: string, says: string, status = 200): Row =>
  row(
    `connectivity.commands:${name}`,
    says,
    order(name, id).gives(200, notFound),
    created,
    order(name, id).gives(200, answered(name, status, id)),
    order(name).gives(200, { has: { status: 400, error: "json.field.missing" } }),
  );

export const piggybackRows: readonly Row[] = [
  row(
    "POST /devops/piggyback/{serviceName}",
    "answers 200 with what comes of the command, a refusal as well, by service and instance unless not aggregated",
    send(named("retrieveConnection", id)).gives(200, notFound),
    send(named("retrieveConnection", id), {}).gives(200, {
      text: /^\{"connectivity":\{"[^"]+":\{.*"error":"connectivity:connection.notfound"/,
    }),
    send(named("explode")).gives(200, {
      has: {
        type: "devops.responses:errorResponse",
        payload: { status: 400, error: "json.type.notparsable" },
      },
    }),
    post(path, {}, operator).fails(400, "json.field.missing"),
    post(path, { piggybackCommand: named("retrieveAllConnectionIds") }).gives(401),
  ),
  row(
    "POST /devops/piggyback/{serviceName}/{instanceIndex}",
    "does the same at one instance",
    send(named("retrieveConnection", id), { aggregate: false }, `${path}/1`).gives(200, notFound),
  ),
  row(
    "connectivity.commands:createConnection",
    "creates it with an ID that is chosen",
    created,
    order("createConnection", { connection: mine }).gives(200, {
      has: { status: 409, error: "connectivity:connection.conflict" },
    }),
    order("createConnection", { connection: { id: "{name}" } }).gives(200, {
      has: { status: 400, error: "json.field.missing" },
    }),
  ),
  row(
    "connectivity.commands:modifyConnection",
    "puts another in its place; creates it where there is none, whatever Ditto's page says",
    order("modifyConnection", { connection: mine }).gives(200, answered("createConnection", 201)),
    order("modifyConnection", { connection: { ...mine, name: "renamed" } }).gives(
      200,
      answered("modifyConnection", 204, id),
    ),
    order("retrieveConnection", id).gives(200, { has: { connection: { name: "renamed" } } }),
  ),
  about("deleteConnection", "removes it", 204),
  row(
    "connectivity.commands:openConnection",
    "opens it, and tells when that fails",
    order("openConnection", id).gives(200, notFound),
    order("createConnection", { connection: { ...mine, uri: "{url}" } }).gives(200),
    order("openConnection", id).gives(200, answered("openConnection", 200, id)),
    order("retrieveConnectionStatus", id).gives(200, { has: { liveStatus: "open" } }),
    order("closeConnection", id).gives(200),
    order("modifyConnection", { connection: mine }).gives(200, answered("modifyConnection", 204)),
    order("openConnection", id).gives(200, { has: { status: 504, error: "connectivity:connection.failed" } }),
    order("closeConnection", id).gives(200, answered("closeConnection", 200, id)),
  ),
  about("closeConnection", "closes it"),
  row(
    "connectivity.commands:testConnection",
    "tries one that is not there",
    order("testConnection", { connection: { ...mine, uri: "{url}" } }).gives(
      200,
      answered("testConnection", 200, { ...id, testResult: "successfully connected" }),
    ),
    order("testConnection", { connection: mine }).gives(200, {
      has: { status: 504, error: "connectivity:connection.failed" },
    }),
    created,
    order("testConnection", { connection: mine }).gives(200, {
      has: { status: 409, error: "connectivity:connection.conflict" },
    }),
  ),
  row(
    "connectivity.commands:retrieveConnection",
    "answers it",
    order("retrieveConnection", id).gives(200, notFound),
    created,
    order("retrieveConnection", id).gives(200, answered("retrieveConnection", 200, { connection: mine })),
  ),
  row(
    "connectivity.commands:retrieveAllConnectionIds",
    "lists IDs",
    created,
    order("retrieveAllConnectionIds").gives(200, {
      text: /^\{"type":"connectivity.responses:retrieveAllConnectionIds","status":200,"connectionIds":\[.*"t\d+r\d+"/,
    }),
  ),
  about("retrieveConnectionStatus", "tells how it is"),
  about("retrieveConnectionMetrics", "tells what was counted"),
  about("retrieveConnectionLogs", "tells what was logged"),
  about("enableConnectionLogs", "turns the logs on"),
  about("resetConnectionLogs", "empties the logs"),
  about("resetConnectionMetrics", "counts from zero"),
  row(
    "connectivity.sudo.commands:sudoRetrieveConnectionIdsByTag",
    "lists the IDs with a tag",
    created,
    send({ type: "connectivity.sudo.commands:sudoRetrieveConnectionIdsByTag", tag: "{name}-tag" }).gives(
      200,
      {
        body: {
          type: "connectivity.sudo.responses:sudoRetrieveConnectionIdsByTag",
          ...{ status: 200, connectionIds: ["{name}"] },
        },
      },
    ),
  ),
  row(
    "connectivity.sudo.commands:sudoRetrieveConnectionTags",
    "lists the tags of one",
    created,
    send({ type: "connectivity.sudo.commands:sudoRetrieveConnectionTags", ...id }).gives(200, {
      body: {
        type: "connectivity.sudo.responses:sudoRetrieveConnectionTags",
        ...{ status: 200, connectionTags: ["{name}-tag"] },
      },
    }),
  ),
];
