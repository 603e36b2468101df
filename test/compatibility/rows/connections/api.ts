// `/api/2/connections`: what operators can ask of connections, without one that is open.

import { del, get, post, put, type Row, raw, request, row } from "../../row.ts";
import { all, make, one, operator, pushes, read, remove, stranger, target, tell, write } from "./scene.ts";

const notFound = "connectivity:connection.notfound";
const preconditionFailed = "connectivity:precondition.failed";
const created = write(pushes()).gives(201);
const renamed = pushes({ name: "renamed" });

/** With what Ditto adds to it. */
const whole = {
  ...{ name: "pushes", connectionType: "http-push", connectionStatus: "closed", uri: "http://127.0.0.1:1" },
  ...{ sources: [], targets: [{ ...target, headerMapping: {} }], tags: [] },
  ...{ clientCount: 1, failoverEnabled: true, validateCertificates: true, processorPoolSize: 1 },
};

const guard = {
  headers: { "www-authenticate": 'Basic realm="DITTO-DEVOPS",charset=UTF-8', "content-type": /^text\/plain/ },
};
const nothingThere = (part: string) => read(`${one}${part}`).fails(404, notFound);

const endpointRows: readonly Row[] = [
  row(
    "POST /connections",
    "creates a connection under a new ID",
    make(pushes()).gives(201, {
      has: whole,
      headers: { location: /\/api\/2\/connections\/[0-9a-f-]{36}$/, "entity-revision": "1", etag: null },
    }),
    make(pushes({ connectionStatus: undefined })).gives(201, { has: { connectionStatus: "unknown" } }),
    make(pushes({ id: "{name}" })).fails(400, "connectivity:id.notsettable"),
    make({}).fails(400, "json.field.missing"),
    make([]).fails(400, "json.invalid"),
    make(raw("{")).fails(400, "json.invalid"),
    post(all, raw("<a/>"), { ...operator, "content-type": "text/xml" }).fails(415, "mediatype.unsupported"),
  ),
  row(
    "GET /connections",
    "answers all that there are",
    created,
    read(all).gives(200, {
      text: /^\[.*\{"id":"[^"]+","name":"pushes","connectionType":"http-push".*\}\]$/s,
    }),
    read(`${all}/`).gives(200),
  ),
  row(
    "GET /connections/{connectionId}",
    "answers it with its entity tag, the defaults included",
    created,
    read(one).gives(200, {
      body: { id: "{name}", ...whole },
      headers: { etag: '"rev:1"', "entity-revision": "1", "response-required": "false" },
    }),
    nothingThere("x"),
    read(`${all}/no%20id`).fails(400, "connectivity:connection.id.invalid"),
    read(`${one}/nothing`).gives(404),
  ),
  row(
    "PUT /connections/{connectionId}",
    "replaces it (204), creates it where there is none (201 with Location)",
    write(pushes()).gives(201, {
      body: { id: "{name}", ...whole },
      headers: { location: /\/api\/2\/connections\/t\d+r\d+$/, "entity-revision": "1" },
    }),
    write(renamed).gives(204, { headers: { "entity-revision": "2" } }),
    read(one).gives(200, { has: { name: "renamed" } }),
    write(pushes({ id: "{name}" })).gives(204),
    write(pushes({ id: "another" })).fails(400, "connectivity:id.notsettable"),
    write({ ...pushes(), connectionStatus: undefined }).fails(400, "json.field.missing"),
    write(
      pushes({
        connectionType: "mqtt",
        uri: "tcp://127.0.0.1:1",
        targets: [{ ...target, address: "twins", qos: 1 }],
      }),
    ).fails(400, "connectivity:connection.configuration.invalid", { text: /\(\/connectionType\)/ }),
  ),
  row(
    "DELETE /connections/{connectionId}",
    "removes it; what is not there is not found",
    created,
    remove().gives(204, { headers: { "entity-revision": "2" } }),
    read(one).fails(404, notFound),
    remove().fails(404, notFound),
    write(pushes()).gives(201, { headers: { "entity-revision": "3" } }),
  ),
  row(
    "POST /connections/{connectionId}/command",
    "takes the name of a command as plain text",
    created,
    ...["closeConnection", "enableConnectionLogs", "resetConnectionLogs", "resetConnectionMetrics"].map(
      (name) => tell(name).gives(200, { headers: { "entity-revision": /^[2-9]$/ } }),
    ),
    tell("openConnection").fails(504, "connectivity:connection.failed"),
    tell("closeConnection").gives(200),
    tell("explode").fails(400, "connectivity:command.invalid"),
    tell("closeConnection", `${one}x`).fails(404, notFound),
    post(`${one}/command`, raw("connectivity.commands:closeConnection"), {
      ...operator,
      "content-type": "text/xml",
    }).fails(415, "mediatype.unsupported"),
    read(`${one}/command`).gives(405, { headers: { allow: "POST" } }),
  ),
  row(
    "GET /connections/{connectionId}/status",
    "tells what it is to be, and how it and its client are",
    created,
    read(`${one}/status`).gives(200, {
      has: {
        ...{ type: "connectivity.responses:retrieveConnectionStatus", status: 200, connectionId: "{name}" },
        ...{
          connectionStatus: "closed",
          liveStatus: "closed",
          clientStatus: [{ type: "client", status: "closed" }],
        },
      },
    }),
    nothingThere("x/status"),
  ),
  row(
    "GET /connections/{connectionId}/metrics",
    "counts nothing of one that is closed",
    created,
    read(`${one}/metrics`).gives(200, {
      body: {
        type: "connectivity.responses:retrieveConnectionMetrics",
        ...{ status: 200, connectionId: "{name}", containsFailures: false },
        connectionMetrics: { inbound: {}, outbound: {} },
        ...{ sourceMetrics: { addressMetrics: {} }, targetMetrics: { addressMetrics: {} } },
      },
    }),
    nothingThere("x/metrics"),
  ),
  row(
    "GET /connections/{connectionId}/logs",
    "has no entries of one that is closed",
    created,
    read(`${one}/logs`).gives(200, {
      body: { connectionId: "{name}", connectionLogs: [], enabledSince: null, enabledUntil: null },
    }),
    nothingThere("x/logs"),
  ),
];

const askingRows: readonly Row[] = [
  row(
    "the operator",
    "is who may ask of connections, and nobody else",
    get(all).gives(401, guard),
    get(all, stranger).gives(401, guard),
    get(`${one}/status`).gives(401),
    put(one, pushes()).gives(401),
    del(one, stranger).gives(401),
    read(one).fails(404, notFound),
  ),
  row(
    "a method",
    "that connections have not is answered with 405 and those they have",
    request("PATCH", one, undefined, operator).gives(405, { headers: { allow: "GET, PUT, DELETE" } }),
    request("DELETE", all, undefined, operator).gives(405, { headers: { allow: "GET, POST" } }),
    request("POST", `${one}/logs`, undefined, operator).gives(405, { headers: { allow: "GET" } }),
  ),
  row(
    "?ids-only",
    "lists IDs; so do fields that are the ID alone, unless it is false",
    write(pushes(), {}, `${all}/listed`).gives(201),
    read(`${all}?ids-only=true`).gives(200, { text: /^\["(.*",")?listed"/ }),
    read(`${all}?fields=id`).gives(200, { text: /^\["(.*",")?listed"/ }),
    read(`${all}?fields=id&ids-only=false`).gives(200, { text: /\{"id":"listed"\}/ }),
    read(`${all}?ids-only=false`).gives(200, { text: /\{"id":"listed","name"/ }),
  ),
  row(
    "?fields",
    "selects parts, of one connection and of all; some are told only then",
    created,
    read(`${one}?fields=name,targets`).gives(200, {
      body: { name: "pushes", targets: [{ ...target, headerMapping: {} }] },
    }),
    read(`${one}?fields=_revision`).gives(200, { body: { _revision: 1 } }),
    read(`${one}?fields=_created,_modified`).gives(200, { text: /"_created":"\d{4}-.*"_modified":"\d{4}-/ }),
    read(`${all}?fields=connectionType,uri`).gives(200, {
      text: /\{"connectionType":"http-push","uri":"http:\/\/127.0.0.1:1"\}/,
    }),
    read(`${one}?fields=a(`).fails(400, "json.fieldselector.invalid"),
  ),
  row(
    "?dry-run",
    "tries a connection with the given timeout, and keeps nothing; a failure says why",
    make(pushes(), `${all}?dry-run=true`).fails(504, "connectivity:connection.failed"),
    make(pushes({ uri: "{url}", id: "{name}" }), `${all}?dry-run=true`).gives(200, {
      headers: { "dry-run": "true", timeout: "15000", "entity-revision": null },
      text: /^$/,
    }),
    read(one).fails(404, notFound),
    make(pushes({ uri: "nowhere" }), `${all}?dry-run=true`).fails(400, "connectivity:connection.uri.invalid"),
    make({ ...pushes(), connectionStatus: undefined }, `${all}?dry-run=true`).fails(
      400,
      "json.field.missing",
    ),
    make(pushes(), `${all}?dry-run=false`).gives(201),
  ),
];

const headerRows: readonly Row[] = [
  row(
    "if-match, if-none-match",
    "compare the entity tag, which is the revision",
    created,
    read(one).gives(200),
    read(one, { "if-none-match": "{etag}" }).gives(304, { headers: { etag: '"rev:1"' } }),
    read(one, { "if-none-match": '"rev:7"' }).gives(200),
    read(one, { "if-match": '"rev:7"' }).fails(412, preconditionFailed),
    write(renamed, { "if-match": '"rev:7"' }).fails(412, preconditionFailed),
    write(renamed, { "if-none-match": "*" }).fails(412, preconditionFailed),
    write(renamed, { "if-match": '"rev:1"' }).gives(204),
    remove(one, { "if-match": '"rev:1"' }).fails(412, preconditionFailed),
    remove(one, { "if-match": '"rev:2"' }).gives(204),
    write(pushes(), { "if-match": "*" }).fails(412, preconditionFailed),
    write(pushes(), { "if-none-match": "*" }).gives(201),
  ),
  row(
    "if-equal",
    "skips a change that changes nothing",
    created,
    write(pushes(), { "if-equal": "skip" }).fails(412, preconditionFailed),
    write(pushes(), { "if-equal": "update" }).gives(204),
    write(renamed, { "if-equal": "skip" }).gives(204),
  ),
  row(
    "at-historical-revision, at-historical-timestamp",
    "read a connection as it was",
    created,
    write(renamed, { "correlation-id": "renaming" }).gives(204),
    read(one, { "at-historical-revision": "1" }).gives(200, {
      has: { name: "pushes" },
      headers: { "historical-headers": /^\{.*\}$/ },
    }),
    read(`${one}?at-historical-revision=2`).gives(200, { has: { name: "renamed" } }),
    read(one, { "at-historical-timestamp": "{now}" }).gives(200, { has: { name: "renamed" } }),
    read(one, { "at-historical-revision": "9" }).fails(404, "connectivity:connection.history.notfound"),
    read(one, { "at-historical-timestamp": "2020-01-01T00:00:00Z" }).fails(
      404,
      "connectivity:connection.history.notfound",
    ),
    read(one).gives(200, { headers: { "historical-headers": null } }),
  ),
  row(
    "correlation-id, timeout",
    "are those of other requests",
    created,
    read(one, { "correlation-id": "mine" }).gives(200, { headers: { "correlation-id": "mine" } }),
    read(one, { timeout: "2m" }).fails(400, "gateway:timeout.invalid"),
    read(`${one}x`, { "correlation-id": "mine" }).fails(404, notFound, {
      headers: { "correlation-id": "mine" },
    }),
  ),
];

export const connectionRows: readonly Row[] = [...endpointRows, ...askingRows, ...headerRows];
