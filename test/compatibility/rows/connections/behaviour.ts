// What open connections do: they push to the server itself, which writes what it is told into the thing of the row.

import { as, get, post, put, type Row, row } from "../../row.ts";
import { one, pushes, read, target, tell, write } from "./scene.ts";

const headerMapping = { ...as("nginx:ditto"), "content-type": "application/json" };

/** An open connection with targets that write into the thing, or read it. */
const open = (...targets: readonly object[]) => [
  write(
    pushes({
      ...{ connectionStatus: "open", uri: "{url}" },
      targets: targets.map((parts) => ({ ...target, headerMapping, ...parts })),
    }),
  ).gives(201),
  tell("openConnection").gives(200),
];

const colour = "{thing}/attributes/colour";
const told = "{thing}/attributes/told";
const changes =
  "_/_/things/twin/events?filter=and(eq(thingId,'{id}'),eq(resource:path,'/attributes/colour'))";
const toThing = { address: "PUT:{thing}/attributes/told", topics: [changes] };
const issued = { issuedAcknowledgementLabel: "{{connection:id}}:told" };
const awaited = { "requested-acks": "{name}:told", timeout: "10s" };

export const behaviourRows: readonly Row[] = [
  row(
    "a target",
    "is told what its topics, namespaces and filters let through, with extra fields; for nothing else is it waited",
    ...open({
      ...toThing,
      ...issued,
      topics: [`${changes}&namespaces=org.acme&extraFields=attributes/place/room`],
    }),
    put(colour, "blue", awaited).gives(201),
    get(told).gives(200, {
      has: {
        ...{
          topic: "org.acme/{name}/things/twin/events/modified",
          path: "/attributes/colour",
          value: "blue",
        },
        extra: { attributes: { place: { room: 1 } } },
      },
    }),
    put("{thing}/attributes/other", 1, awaited).gives(200, { text: /acknowledge/ }),
    get(told).gives(200, { has: { value: "blue" } }),
  ),
  row(
    "a target: authorizationContext",
    "is told what these may read; of what they may not, nobody is waited for",
    ...open({ ...toThing, ...issued, authorizationContext: ["nginx:guest"] }),
    put(colour, "blue", awaited).gives(200),
    get(told).gives(404),
  ),
  row(
    "a target: address, headerMapping",
    "hold placeholders and functions",
    ...open({
      ...toThing,
      ...issued,
      address:
        "PUT:/api/2/things/{{ thing:namespace | fn:lower() }}:{{ thing:name }}/attributes/{{ topic:action }}",
      headerMapping: { ...headerMapping, "correlation-id": "{{ connection:id }}-{{ resource:path }}" },
    }),
    put(colour, "blue", awaited).gives(201),
    get("{thing}/attributes/modified").gives(200, { has: { path: "/attributes/colour" } }),
  ),
  row(
    "a target: payloadMapping",
    "makes of each message what its mappers make of it",
    ...open({ ...toThing, ...issued, payloadMapping: ["Normalized"] }),
    put(colour, "blue", awaited).gives(201),
    get(told).gives(200, { has: { thingId: "{id}", attributes: { colour: "blue" }, _context: {} } }),
  ),
  row(
    "a target: issuedAcknowledgementLabel",
    "acknowledges with the status and the payload of the endpoint",
    ...open({ ...toThing, ...issued, address: "GET:{thing}/attributes/place/nothing" }),
    put(colour, "blue", awaited).gives(404, { has: { error: "things:attribute.notfound" } }),
    put(colour, "green", { "requested-acks": "twin-persisted,{name}:told", timeout: "10s" }).gives(424, {
      has: { "twin-persisted": { status: 204 }, "{name}:told": { status: 404 } },
    }),
  ),
  row(
    "a target: live-response",
    "answers messages with what the endpoint answers",
    ...open({
      address: "GET:{thing}/attributes/place",
      topics: ["_/_/things/live/messages?filter=eq(entity:id,'{id}')"],
      issuedAcknowledgementLabel: "live-response",
    }),
    post("{thing}/inbox/messages/where", "?").gives(200, { body: { room: 1, floor: 2 } }),
  ),
  row(
    "a target: _/_/connections/announcements",
    "is told that the connection opens, and that it closes",
    ...open({ ...toThing, topics: ["_/_/connections/announcements"] }),
    tell("closeConnection").gives(200),
    get(told).gives(200, { has: { topic: "_/{name}/connections/announcements/closed", path: "/" } }),
  ),
  row(
    "GET /connections/{connectionId}/status",
    "tells of each client and target of an open one",
    ...open(toThing),
    read(`${one}/status`).gives(200, {
      has: {
        ...{ connectionStatus: "open", liveStatus: "open", recoveryStatus: "succeeded" },
        clientStatus: [{ type: "client", status: "open", statusDetails: "CONNECTED" }],
        targetStatus: [{ type: "target", address: "PUT:{thing}/attributes/told", status: "open" }],
      },
      text: /"connectedSince":"\d{4}-/,
    }),
    tell("closeConnection").gives(200),
    read(`${one}/status`).gives(200, { has: { connectionStatus: "closed", liveStatus: "closed" } }),
    read(one).gives(200, { has: { connectionStatus: "closed" } }),
  ),
  row(
    "GET /connections/{connectionId}/metrics",
    "counts what took each step, until that is reset",
    ...open({ ...toThing, ...issued }),
    put(colour, "blue", awaited).gives(201),
    read(`${one}/metrics`).gives(200, {
      has: {
        targetMetrics: {
          addressMetrics: {
            "PUT:{thing}/attributes/told": { published: { success: { PT1M: 1, PT1H: 1, PT24H: 1 } } },
          },
        },
      },
    }),
    tell("resetConnectionMetrics").gives(200),
    read(`${one}/metrics`).gives(200, {
      has: {
        targetMetrics: {
          addressMetrics: {
            "PUT:{thing}/attributes/told": { published: { success: { PT1M: 0, PT24H: 0 } } },
          },
        },
      },
    }),
  ),
  row(
    "GET /connections/{connectionId}/logs",
    "are on once it is opened, tell each step, and are emptied by a reset",
    ...open({ ...toThing, ...issued }),
    put(colour, "blue", { ...awaited, "correlation-id": "logged" }).gives(201),
    read(`${one}/logs`).gives(200, {
      text: /"correlationId":"logged","timestamp":"[^"]+","category":"target","type":"published","level":"success"/,
    }),
    read(`${one}/logs`).gives(200, { text: /"enabledSince":"\d{4}-.*"enabledUntil":"\d{4}-/ }),
    tell("resetConnectionLogs").gives(200),
    read(`${one}/logs`).gives(200, { has: { connectionLogs: [] } }),
  ),
];
