// Acknowledgements by sessions.

import { answered, command, device, meanwhile, put, type Row, row, say } from "../../row.ts";

const colour = "{thing}/attributes/colour";
const event = "org.acme/{name}/things/twin/events/modified";
const asking = (labels: string) => put(`${colour}?requested-acks=${labels}&timeout=5s`, "green");
const acknowledges = (label: string, status: number, channel = "twin") =>
  device.says({
    topic: `org.acme/{name}/things/${channel}/acks/${label}`,
    path: "/",
    headers: { "correlation-id": "{cid}" },
    value: { well: "done" },
    status,
  });

export const ackRows: readonly Row[] = [
  row(
    "requested-acks",
    "a session acknowledges what it is told by the labels that it declared; who asked gets all in one answer",
    device.opensAs("nginx:ditto", "?declared-acks={name}:done", "START-SEND-EVENTS"),
    meanwhile(
      asking("twin-persisted,{name}:done").gives(200, {
        has: {
          "twin-persisted": { status: 204 },
          "{name}:done": { status: 200, payload: { well: "done" } },
        },
      }),
    ),
    device.hears({ topic: event, headers: { "requested-acks": ["{name}:done"] } }),
    acknowledges("{name}:done", 200),
    answered,
  ),
  row(
    "requested-acks",
    "one that is no success makes the whole 424; a single one keeps its status",
    device.opensAs("nginx:ditto", "?declared-acks={name}:done", "START-SEND-EVENTS"),
    meanwhile(asking("twin-persisted,{name}:done").gives(424, { has: { "{name}:done": { status: 503 } } })),
    device.hears({ topic: event }),
    acknowledges("{name}:done", 503),
    answered,
    meanwhile(asking("{name}:done").gives(503, { body: { well: "done" } })),
    device.hears({ topic: event }),
    acknowledges("{name}:done", 503),
    answered,
    put(`${colour}?requested-acks={name}:done&timeout=100ms`, "red").fails(
      408,
      "acknowledgement:request.timeout",
    ),
  ),
  row(
    "ditto-weak-ack",
    "tells that the server acknowledged for a session that declared the label and does not get the event",
    device.opensAs(
      "nginx:ditto",
      "?declared-acks={name}:done",
      "START-SEND-EVENTS?filter=eq(attributes/colour,1)",
    ),
    asking("twin-persisted,{name}:done").gives(200, {
      has: { "{name}:done": { status: 200, headers: { "ditto-weak-ack": true } } },
    }),
    device.hearsNothing(),
  ),
  row(
    "requested-acks",
    "asked for in the protocol, they are answered as a message",
    device.opensAs("nginx:ditto", "?declared-acks={name}:done", "START-SEND-EVENTS"),
    meanwhile(
      command("modify", "/attributes/colour", {
        value: "green",
        headers: { "requested-acks": ["twin-persisted", "{name}:done"], timeout: "5s" },
      }).answers({
        topic: "org.acme/{name}/things/twin/acks",
        status: 200,
        value: { "twin-persisted": { status: 204 }, "{name}:done": { status: 202 } },
      }),
    ),
    device.hears({ topic: event }),
    acknowledges("{name}:done", 202),
    answered,
  ),
  row(
    "requested-acks",
    "with `response-required=false` the answer is 202 once all have come; over a WebSocket that is refused",
    device.opensAs("nginx:ditto", "?declared-acks={name}:done", "START-SEND-EVENTS"),
    meanwhile(
      put(`${colour}?requested-acks={name}:done&response-required=false&timeout=5s`, "green").gives(202),
    ),
    device.hears({ topic: event }),
    acknowledges("{name}:done", 200),
    answered,
    command("modify", "/attributes/colour", {
      value: "green",
      headers: { "requested-acks": ["{name}:done"], "response-required": false },
    }).fails(400, "header.invalid"),
  ),
  row(
    "requested-acks",
    "of a live command count beside its answer",
    device.opensAs("nginx:ditto", "?declared-acks={name}:done", "START-SEND-LIVE-COMMANDS"),
    meanwhile(
      put(`${colour}?channel=live&requested-acks=live-response,{name}:done&timeout=5s`, "green").gives(200, {
        has: { "live-response": { status: 204 }, "{name}:done": { status: 200 } },
      }),
    ),
    device.hears({ topic: "org.acme/{name}/things/live/commands/modify" }),
    acknowledges("{name}:done", 200, "live"),
    device.says({
      topic: "org.acme/{name}/things/live/commands/modify",
      path: "/attributes/colour",
      headers: { "correlation-id": "{cid}" },
      status: 204,
    }),
    answered,
  ),
  row(
    "declared-acks",
    "a label is one session's: the second that declares it is told so and closed",
    device.opensAs("nginx:ditto", "?declared-acks={name}:done", "START-SEND-EVENTS"),
    device.comesLate("?declared-acks={name}:done", {
      topic: "unknown/unknown/things/twin/errors",
      status: 409,
      value: { error: "acknowledgement:label.not.unique" },
    }),
  ),
  row(
    "things/twin/acks",
    "with a label that the session did not declare, or one of the server's, is refused",
    ...["nobodys", "twin-persisted"].map((label) =>
      say({
        topic: `org.acme/{name}/things/twin/acks/${label}`,
        path: "/",
        headers: { "correlation-id": "c" },
        status: 200,
      }).answers({
        status: 400,
        value: {
          error:
            label === "nobodys"
              ? "acknowledgement:label.not.declared"
              : "acknowledgement:ditto.acklabel.forbidden",
        },
      }),
    ),
  ),
];
