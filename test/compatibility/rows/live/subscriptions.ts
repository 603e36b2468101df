// What sessions and streams of events are told, and what they ask for.

import { del, device, get, listener, patch, put, type Row, row, say } from "../../row.ts";

const colour = "{thing}/attributes/colour";
const unknown = "unknown/unknown/things/twin/errors";
const events = (action: string) => `org.acme/{name}/things/twin/events/${action}`;

export const subscriptionRows: readonly Row[] = [
  ...["EVENTS", "MESSAGES", "LIVE-COMMANDS", "LIVE-EVENTS", "POLICY-ANNOUNCEMENTS"].map((stream) =>
    row(
      `START-SEND-${stream}`,
      "subscribes, and `STOP` ends it",
      say(`START-SEND-${stream}`).answers(`START-SEND-${stream}:ACK`),
      say(`START-SEND-${stream}?namespaces=org.acme`).answers(`START-SEND-${stream}:ACK`),
      say(`STOP-SEND-${stream}`).answers(`STOP-SEND-${stream}:ACK`),
    ),
  ),
  row(
    "START-SEND-EVENTS?filter, ?extraFields",
    "limits the events by RQL, also on the fields that are added to them",
    device.opens(
      'START-SEND-EVENTS?namespaces=org.acme&filter=and(eq(topic:action,"modified"),eq(attributes/place/room,1))&extraFields=attributes/place',
    ),
    put(`${colour}`, "green").gives(204),
    device.hears({
      topic: events("modified"),
      path: "/attributes/colour",
      value: "green",
      extra: { attributes: { place: { room: 1, floor: 2 } } },
    }),
    put("{thing}/attributes/place/room", 2).gives(204),
    put(`${colour}`, "blue").gives(204),
    device.hearsNothing(),
  ),
  row(
    "START-SEND-EVENTS?filter, ?extraFields",
    "refuses what is no RQL, and what names no field",
    say("START-SEND-EVENTS?filter=bogus(a,b)").fails(400, "rql.expression.invalid", unknown),
  ),
  row(
    "accept",
    "`text/event-stream` asks for the changes from now on, as parts of the thing",
    listener.opens("{thing}"),
    put(`${colour}`, "green").gives(204),
    listener.hears('data:{"thingId":"{id}","attributes":{"colour":"green"}}'),
    patch("{thing}", { features: { light: { properties: { on: true } } } }).gives(204),
    listener.hears('data:{"thingId":"{id}","features":{"light":{"properties":{"on":true}}}}'),
  ),
  row(
    "accept",
    "`text/event-stream` with a range of revisions asks for the past",
    put(`${colour}`, "green").gives(204),
    del(`${colour}`).gives(204),
    listener.opens("{thing}?from-historical-revision=2&to-historical-revision=3"),
    listener.hears('data:{"thingId":"{id}","attributes":{"colour":"green"}}'),
  ),
  row(
    "accept",
    "a filter that is no RQL is refused",
    get("/api/2/things?filter=bogus(a)", { accept: "text/event-stream" }).fails(
      400,
      "rql.expression.invalid",
    ),
  ),
];

const streaming = (action: string) => `org.acme/{name}/things/twin/streaming/${action}`;

export const pastRows: readonly Row[] = [
  row(
    "things/twin/streaming",
    "streams the events of the past as they are asked for",
    put(`${colour}`, "green").gives(204),
    say({
      topic: streaming("subscribeForPersistedEvents"),
      path: "/",
      headers: { "correlation-id": "past" },
      value: { fromHistoricalRevision: 1, toHistoricalRevision: 2 },
    }).answers({
      topic: streaming("created"),
      headers: { "correlation-id": "past" },
      value: { subscriptionId: "0" },
    }),
    say({
      topic: streaming("request"),
      path: "/",
      headers: {},
      value: { subscriptionId: "0", demand: 1 },
    }).answers({
      topic: streaming("next"),
      value: { subscriptionId: "0", item: { topic: events("created"), revision: 1 } },
    }),
    say({
      topic: streaming("cancel"),
      path: "/",
      headers: {},
      value: { subscriptionId: "0" },
    }).silent(),
  ),
];
