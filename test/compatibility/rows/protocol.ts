// Every action on every resource path over WebSocket: the answer, the event that others are sent, the errors.

import { type ResourceFacts, resources, thing } from "../resources.ts";
import { command, event, get, later, put, type Row, row, saidBy, say } from "../row.ts";
import { wholeLamp } from "../scene.ts";

const unknown = "unknown/unknown/things/twin/errors";
const unknownTopic = "protocoladapter:unknown.topicpath";
const noCommand = { status: 400, value: { status: 400, error: unknownTopic } };
const pathOf = ({ path }: ResourceFacts) => (path === "" ? "/" : path);
const nameOf = (action: string, { template }: ResourceFacts) =>
  `${action} ${template === "" ? "/" : template}`;
const answered = (action: string, facts: ResourceFacts, headers: object = {}) => ({
  topic: `org.acme/{name}/things/twin/commands/${action}`,
  path: pathOf(facts),
  headers: {
    "correlation-id": "c",
    "ditto-originator": "nginx:ditto",
    "response-required": false,
    ...headers,
  },
});
const json = { "content-type": "application/json" };
const patched = { "content-type": "application/merge-patch+json" };

const rowsOf = (facts: ResourceFacts): readonly Row[] => [
  row(
    nameOf("retrieve", facts),
    "answers the value (200)",
    command("retrieve", pathOf(facts)).answers({
      ...answered("retrieve", facts, { "entity-revision": 1, ...json }),
      status: 200,
      value: facts.value,
    }),
    saidBy("nginx:stranger", command("retrieve", pathOf(facts)).fails(404, facts.notFound)),
  ),
  modify(facts),
  row(
    nameOf("merge", facts),
    "merges the value (204); others are sent `merged` with the patch",
    command("merge", pathOf(facts), { value: facts.patch, headers: patched }).answers({
      ...answered("merge", facts, { "entity-revision": 2, ...patched }),
      status: 204,
    }),
    event("merged", pathOf(facts), { value: facts.patch, revision: 2, headers: patched }),
    command("retrieve", pathOf(facts)).answers({ value: facts.patched }),
  ),
  facts.cannotBeDeleted
    ? row(nameOf("delete", facts), "is no command of it", command("delete", pathOf(facts)).answers(noCommand))
    : row(
        nameOf("delete", facts),
        "removes it (204); others are sent `deleted` without a value",
        command("delete", pathOf(facts)).answers({
          ...answered("delete", facts, { "entity-revision": 2, ...json }),
          status: 204,
        }),
        event("deleted", pathOf(facts), { revision: 2 }),
        command("delete", pathOf(facts)).fails(404, facts.notFound),
      ),
];

function modify(facts: ResourceFacts): Row {
  const replaced = [
    command("modify", pathOf(facts), { value: facts.other }).answers({
      ...answered("modify", facts, { "entity-revision": 2, ...json }),
      status: 204,
    }),
    event("modified", pathOf(facts), { value: facts.other, revision: 2, headers: json }),
  ];
  if (facts.cannotBeDeleted) {
    return row(nameOf("modify", facts), "replaces it (204); others are sent `modified`", ...replaced);
  }
  return row(
    nameOf("modify", facts),
    "replaces it (204) or creates it (201); others are sent `modified` or `created`",
    ...replaced,
    command("delete", pathOf(facts)).answers({ status: 204 }),
    event("deleted", pathOf(facts)),
    command("modify", pathOf(facts), { value: facts.other }).answers({
      ...answered("modify", facts, { "entity-revision": 4, ...json }),
      status: 201,
      value: facts.other,
    }),
    event("created", pathOf(facts), { value: facts.other, revision: 4 }),
  );
}

const creations: readonly Row[] = [
  row(
    nameOf("create", thing),
    "creates the thing (201); others are sent `created`; one that is there is refused",
    command("delete", "/").answers({ status: 204 }),
    event("deleted", "/"),
    command("create", "/", { value: { policyId: "org.acme:policy" } }).answers({
      ...answered("create", thing, { "entity-revision": 3, etag: '"rev:3"', ...json }),
      status: 201,
      value: { thingId: "{id}", policyId: "org.acme:policy" },
    }),
    event("created", "/", { value: { thingId: "{id}", policyId: "org.acme:policy" }, revision: 3 }),
    command("create", "/", { value: { policyId: "org.acme:policy" } }).fails(409, "things:thing.conflict"),
    command("create", "/", { value: { thingId: "{id}" } }).fails(400, "things:thing.notcreatable"),
  ),
  ...resources
    .filter(({ path }) => path !== "")
    .map((facts) =>
      row(
        nameOf("create", facts),
        "is no command of it: parts are created by `modify`",
        command("create", facts.path, { value: facts.other }).answers(noCommand),
      ),
    ),
];

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
  ...["MESSAGES", "LIVE-COMMANDS", "LIVE-EVENTS"].map((topic) =>
    later(
      "live messages and commands",
      row(
        `START-SEND-${topic}`,
        "subscribes to what is live",
        say(`START-SEND-${topic}`).fails(400, "signal.unsupported", unknown),
      ),
    ),
  ),
  later(
    "policy announcements",
    row(
      "START-SEND-POLICY-ANNOUNCEMENTS",
      "subscribes to what is announced of policies",
      say("START-SEND-POLICY-ANNOUNCEMENTS").fails(400, "signal.unsupported", unknown),
    ),
  ),
  later(
    "rql filters of events",
    row(
      "START-SEND-EVENTS?filter, ?extraFields",
      "limits and enriches the events",
      say("START-SEND-EVENTS?filter=exists(attributes)").fails(400, "signal.unsupported", unknown),
      say("START-SEND-EVENTS?extraFields=attributes").fails(400, "signal.unsupported", unknown),
    ),
  ),
];

const criteria = ["live/commands/retrieve", "live/messages/ask", "twin/search/subscribe", "twin/acks/my-ack"];
const unbuilt: readonly Row[] = [
  ...criteria.map((rest) =>
    later(
      "live channel, search and acknowledgements",
      row(
        `things/${rest}`,
        "a message of another criterion or channel",
        command("", "/", { topic: `org.acme/{name}/things/${rest}` }).answers({
          status: 400,
          value: { error: "signal.unsupported" },
        }),
      ),
    ),
  ),
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

export const protocolRows: readonly Row[] = [
  ...resources.flatMap(rowsOf),
  ...creations,
  ...retrieving,
  ...errors,
  ...control,
  ...unbuilt,
];
