// Messages of the Ditto Protocol beside the commands on one thing: several things, errors, subscriptions.

import { command, get, later, put, type Row, row, saidBy, say } from "../row.ts";
import { wholeLamp } from "../scene.ts";

const unknown = "unknown/unknown/things/twin/errors";
const unknownTopic = "protocoladapter:unknown.topicpath";
const json = { "content-type": "application/json" };

const several = { topic: "_/_/things/twin/commands/retrieve", headers: { "correlation-id": "c" }, path: "/" };

const retrieving: readonly Row[] = [
  row(
    "retrieve several",
    "`_/_` answers the things of `thingIds` that can be read",
    say({ ...several, value: { thingIds: ["org.acme:missing", "{id}"] } }).answers({
      topic: several.topic,
      path: "/",
      status: 200,
      value: [wholeLamp],
      headers: { "correlation-id": "c", "ditto-originator": "nginx:ditto", ...json },
    }),
    say({ ...several, fields: "thingId", value: { thingIds: ["{id}"] } }).answers({
      value: [{ thingId: "{id}" }],
    }),
  ),
  row(
    "retrieve several",
    "a namespace and `_` do the same within that namespace",
    say({
      ...several,
      topic: "org.acme/_/things/twin/commands/retrieve",
      value: { thingIds: ["{id}"] },
    }).answers({
      status: 200,
      value: [wholeLamp],
    }),
  ),
  row(
    "retrieve several",
    "without `thingIds` is refused",
    say({ ...several, value: {} }).answers({ status: 400 }),
    say(several).answers({ status: 400 }),
  ),
  row(
    "fields",
    "of a message select members of the answer",
    command("retrieve", "/", { fields: "thingId,attributes/colour" }).answers({
      status: 200,
      value: { thingId: "{id}", attributes: { colour: "red" } },
    }),
    command("retrieve", "/attributes", { fields: "place(room)" }).answers({ value: { place: { room: 1 } } }),
    command("retrieve", "/", { fields: "a(b" }).fails(400, "json.fieldselector.invalid"),
  ),
];

const errors: readonly Row[] = [
  row(
    "topic",
    "an unknown group, channel, criterion or action is refused",
    ...[
      "bogus/topic",
      "org.acme/{name}/cars/twin/commands/modify",
      "org.acme/{name}/things/twin/commands/fly",
    ].map((topic) => command("", "/", { topic }).fails(400, unknownTopic, unknown)),
    command("", "/", { topic: "org.acme/{name}/things/dream/commands/modify" }).fails(
      400,
      unknownTopic,
      unknown,
    ),
    command("", "/", { topic: "org.acme/{name}/things/twin/wishes/modify" }).fails(
      400,
      unknownTopic,
      unknown,
    ),
  ),
  row(
    "path",
    "that is no resource is refused, without a correlation id",
    command("modify", "/nope", { value: 1 }).answers({
      topic: unknown,
      headers: { "response-required": false },
      status: 400,
      value: { error: "protocoladapter:unknown.path" },
    }),
  ),
  row(
    "a message",
    "that is no JSON object, or lacks topic or path, is refused",
    say("hello").fails(400, "json.invalid", unknown),
    say('{"topic": ').fails(400, "json.invalid", unknown),
    say("[1]").fails(400, "json.invalid", unknown),
    say({}).fails(400, "json.field.missing", unknown),
    say({ topic: "org.acme/{name}/things/twin/commands/retrieve" }).fails(400, "json.field.missing", unknown),
  ),
  row(
    "value",
    "is needed by create, modify and merge",
    command("modify", "/attributes/colour").fails(400, "json.field.missing"),
    command("merge", "/attributes/colour").fails(400, "json.field.missing"),
    command("modify", "/attributes", { value: 5 }).answers({ status: 400, value: { error: "json.invalid" } }),
  ),
  row(
    "errors",
    "are sent on the topic of the thing, with status and correlation id",
    command("retrieve", "/attributes/none").answers({
      topic: "org.acme/{name}/things/twin/errors",
      headers: {
        "correlation-id": "c",
        "ditto-originator": "nginx:ditto",
        "response-required": false,
        ...json,
      },
      path: "/",
      value: { status: 404, error: "things:attribute.notfound" },
      status: 404,
    }),
    saidBy(
      "nginx:reader",
      command("modify", "/attributes/colour", { value: 1 }).fails(403, "things:attribute.notmodifiable"),
    ),
  ),
  row(
    "response-required",
    "`false` in a message: nothing is answered",
    command("modify", "/attributes/colour", {
      value: "blue",
      headers: { "response-required": false, "correlation-id": "quiet" },
    }).silent(),
    command("retrieve", "/attributes/colour").answers({ status: 200, value: "blue" }),
  ),
];

const control: readonly Row[] = [
  row(
    "START-SEND-EVENTS, STOP-SEND-EVENTS",
    "are acknowledged; in between the session is sent the events of others",
    say("START-SEND-EVENTS").answers("START-SEND-EVENTS:ACK"),
    put("{thing}/attributes/colour", "blue").gives(204),
    say("STOP-SEND-EVENTS").answers({ topic: "org.acme/{name}/things/twin/events/modified", value: "blue" }),
    command("retrieve", "/attributes/colour").answers("STOP-SEND-EVENTS:ACK"),
    put("{thing}/attributes/colour", "green").gives(204),
    say({ ...several, value: { thingIds: [] } }).answers({ status: 200, value: "blue" }),
  ),
  row(
    "START-SEND-EVENTS?namespaces",
    "limits the events to these namespaces",
    say("START-SEND-EVENTS?namespaces=org.other").answers("START-SEND-EVENTS:ACK"),
    put("{thing}/attributes/colour", "blue").gives(204),
    command("retrieve", "/attributes/colour").answers({ status: 200, value: "blue" }),
  ),
  row(
    "an event",
    "tells only what its receiver may read",
    saidBy("nginx:operator", say("START-SEND-EVENTS").answers("START-SEND-EVENTS:ACK")),
    put("{thing}/attributes/colour", "blue").gives(204),
    put("{thing}", { attributes: { a: 1 }, features: { fan: {} } }).gives(204),
    saidBy(
      "nginx:operator",
      say({ ...several, value: { thingIds: [] } }).answers({
        topic: "org.acme/{name}/things/twin/events/modified",
        path: "/",
        value: { thingId: "{id}", features: { fan: {} } },
        revision: 3,
      }),
    ),
  ),
  row(
    "START-SEND-BOGUS",
    "what is no control message is taken for JSON",
    say("START-SEND-BOGUS").fails(400, "json.invalid", unknown),
  ),
];

const unbuilt: readonly Row[] = [
  later(
    "WoT",
    row(
      "migrate /",
      "moves a thing to another model",
      command("migrate", "/").fails(400, unknownTopic, unknown),
      get("{thing}").gives(200, { body: wholeLamp }),
    ),
  ),
];

export const messageRows: readonly Row[] = [...retrieving, ...errors, ...control, ...unbuilt];
