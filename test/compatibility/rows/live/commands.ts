// Live commands and events, and the choice between the twin and its device.

import { answered, as, command, device, get, meanwhile, put, type Row, row } from "../../row.ts";

const colour = "/attributes/colour";
const topic = (action: string) => `org.acme/{name}/things/live/commands/${action}`;

const answers = (action: string, status: number, value?: unknown, path = colour) =>
  device.says({
    topic: topic(action),
    path,
    headers: { "correlation-id": "{cid}" },
    ...(value !== undefined && { value }),
    status,
  });

export const liveCommandRows: readonly Row[] = [
  row(
    "?channel",
    "`live` asks the device; the answer is cut to what the asker may read",
    device.opens("START-SEND-LIVE-COMMANDS"),
    meanwhile(
      get(`{thing}${colour}?channel=live`).gives(200, { body: "live red", headers: { channel: "live" } }),
    ),
    device.hears({ topic: topic("retrieve"), path: colour, headers: { channel: "live" } }),
    answers("retrieve", 200, "live red"),
    answered,
    meanwhile(
      get("{thing}?channel=live", as("nginx:operator")).gives(200, {
        body: { thingId: "{id}", features: { light: { properties: { on: true } } } },
      }),
    ),
    device.hears({ topic: topic("retrieve"), path: "/" }),
    answers(
      "retrieve",
      200,
      { thingId: "{id}", attributes: { secret: 1 }, features: { light: { properties: { on: true } } } },
      "/",
    ),
    answered,
  ),
  row(
    "?channel",
    "`live` changes the device and not its twin",
    device.opens("START-SEND-LIVE-COMMANDS"),
    meanwhile(put(`{thing}${colour}?channel=live`, "blue").gives(204)),
    device.hears({ topic: topic("modify"), path: colour, value: "blue" }),
    answers("modify", 204),
    answered,
    get(`{thing}${colour}`).gives(200, { body: "red" }),
    put(`{thing}${colour}?channel=live`, "blue", as("nginx:reader")).fails(
      403,
      "things:attribute.notmodifiable",
    ),
    get(`{thing}${colour}?channel=live&timeout=100ms`).fails(408, "command.timeout"),
  ),
  row(
    "things/live/commands/retrieve",
    "asks the device by the protocol",
    device.opens("START-SEND-LIVE-COMMANDS"),
    meanwhile(
      command("", colour, { topic: topic("retrieve") }).answers({
        topic: topic("retrieve"),
        path: colour,
        value: "live red",
        status: 200,
        headers: { channel: "live" },
      }),
    ),
    device.hears({ topic: topic("retrieve"), path: colour }),
    answers("retrieve", 200, "live red"),
    answered,
  ),
  row(
    "things/live/commands/modify",
    "an answer with a status that there is not for its command is refused, and the wait goes on",
    device.opens("START-SEND-LIVE-COMMANDS"),
    meanwhile(put(`{thing}${colour}?channel=live&timeout=5s`, "blue").gives(204)),
    device.hears({ topic: topic("modify") }),
    answers("modify", 200),
    {
      kind: "device",
      does: { hears: { status: 422, value: { error: "protocoladapter:illegal.adaptable" } } },
    },
    answers("modify", 204),
    answered,
  ),
  row(
    "?live-channel-condition",
    "asks the device where the condition holds, else the twin",
    device.opens("START-SEND-LIVE-COMMANDS"),
    meanwhile(
      get(`{thing}${colour}?live-channel-condition=eq(attributes/colour,"red")`).gives(200, {
        body: "live red",
        headers: { channel: "live", "live-channel-condition-matched": "true" },
      }),
    ),
    device.hears({ topic: topic("retrieve"), path: colour }),
    answers("retrieve", 200, "live red"),
    answered,
    get(`{thing}${colour}?live-channel-condition=eq(attributes/colour,"blue")`).gives(200, {
      body: "red",
      headers: { channel: "twin", "live-channel-condition-matched": "false" },
    }),
    put(`{thing}${colour}?live-channel-condition=exists(attributes)`, "blue").fails(
      405,
      "things:live.channelcondition.notallowed",
    ),
  ),
  row(
    "live-channel-condition",
    "as the parameter",
    get(`{thing}${colour}`, { "live-channel-condition": 'eq(attributes/colour,"blue")' }).gives(200, {
      headers: { "live-channel-condition-matched": "false" },
    }),
  ),
  row(
    "?live-channel-timeout-strategy",
    "`use-twin` answers from the twin where the device does not answer in time",
    get(`{thing}${colour}?channel=live&timeout=200ms&live-channel-timeout-strategy=use-twin`).gives(200, {
      body: "red",
      headers: { channel: "twin" },
    }),
    get(`{thing}${colour}?channel=live&timeout=200ms&live-channel-timeout-strategy=fail`).fails(
      408,
      "command.timeout",
    ),
  ),
  row(
    "things/live/events/modified",
    "tells who subscribed to live events what a device says has happened",
    device.opens("START-SEND-LIVE-EVENTS"),
    command("", colour, {
      topic: "org.acme/{name}/things/live/events/modified",
      value: "green",
    }).answers({ topic: "org.acme/{name}/things/live/errors", value: { error: "json.field.missing" } }),
    {
      kind: "command",
      message: {
        topic: "org.acme/{name}/things/live/events/modified",
        headers: { "correlation-id": "e" },
        path: colour,
        value: "green",
        revision: 4,
        timestamp: "2026-01-01T00:00:00Z",
      },
      gives: undefined,
    },
    device.hears({ topic: "org.acme/{name}/things/live/events/modified", path: colour, value: "green" }),
  ),
];
