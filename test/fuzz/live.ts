// Random things said on the live channel, by messages and over HTTP, and how they are judged. Nobody is to be waited for long.

import fc from "fast-check";
import type { WireRequest } from "../replay/recording.ts";
import { garbage, headerValues, ids, keys, parameterValues, someOf, values } from "./words.ts";

const { constantFrom, oneof, tuple } = fc;

/** A few correlation IDs, so that answers and acknowledgements meet what waits for them. */
const correlationIds = constantFrom("c1", "c2", "c3", "c4");
const subjects = oneof(
  { weight: 20, arbitrary: constantFrom("ask", "claim", "a/b") },
  { weight: 1, arbitrary: constantFrom("", "/", "a//b", "ü", "€", "\u0000", "a\r\nb", "__proto__") },
);
const boxes = constantFrom(
  "/inbox",
  "/outbox",
  "/features/a/inbox",
  "/features/a/outbox",
  "/features//inbox",
  "",
);
const paths = oneof(
  {
    weight: 6,
    arbitrary: constantFrom("/", "/attributes", "/attributes/a", "/features", "/features/a/properties/b"),
  },
  {
    weight: 1,
    arbitrary: constantFrom("", "//", "/bogus", "/policyId", "/thingId", "/features/a/definition"),
  },
  { weight: 1, arbitrary: keys.map((key) => `/attributes/${key}`) },
);
const actions = constantFrom("modify", "merge", "delete", "retrieve", "retrieve", "retrieve", "create");
const eventActions = constantFrom("created", "modified", "merged", "deleted");

/** Where something is said, as the topic behind the entity and its path. */
const places = oneof(
  {
    weight: 4,
    arbitrary: tuple(
      actions.map((action) => `live/commands/${action}`),
      paths,
    ),
  },
  {
    weight: 3,
    arbitrary: tuple(
      eventActions.map((action) => `live/events/${action}`),
      paths,
    ),
  },
  {
    weight: 4,
    arbitrary: tuple(subjects, boxes).map(
      ([subject, box]) => [`live/messages/${subject}`, `${box}/messages/${subject}`] as const,
    ),
  },
  {
    weight: 1,
    arbitrary: tuple(
      constantFrom("live/messages/ask", "live/errors", "live/commands/fly", "live/events/x"),
      paths,
    ),
  },
  {
    weight: 2,
    arbitrary: tuple(
      constantFrom(
        "twin/acks/my-ack",
        "live/acks/my-ack",
        "twin/acks",
        "live/acks",
        "twin/acks/twin-persisted",
      ),
      constantFrom("/"),
    ),
  },
  {
    weight: 2,
    arbitrary: tuple(
      constantFrom("subscribeForPersistedEvents", "request", "cancel", "next").map(
        (word) => `twin/streaming/${word}`,
      ),
      paths,
    ),
  },
);

const statuses = constantFrom(
  "200",
  "204",
  "404",
  "100",
  "101",
  "599",
  "600",
  "0",
  "-1",
  "1.5",
  '"200"',
  "1e30",
  "null",
);
/** What a device may refuse with; it must be an error of the catalogue to pass as one of the server's. */
const refusals = constantFrom(
  '{"status":404,"error":"things:thing.notfound","message":"m"}',
  '{"status":400,"error":"json.invalid","message":"m"}',
);
const demands = constantFrom("1", "0", "-1", "9007199254740993", "1e400", "1.5", '"1"', "null");
const ranges = constantFrom(
  "fromHistoricalRevision",
  "toHistoricalRevision",
  "fromHistoricalTimestamp",
  "filter",
);
const pasts = oneof(
  tuple(constantFrom("0", "1", "2", "x"), demands).map(
    ([id, demand]) => `{"subscriptionId":"${id}","demand":${demand}}`,
  ),
  tuple(ranges, oneof(demands, constantFrom('"2020-01-01T00:00:00Z"', '"eq(attributes/a,1)"', '"x("'))).map(
    ([name, value]) => `{"${name}":${value}}`,
  ),
);
const severalAcks = tuple(statuses, values).map(
  ([status, value]) => `{"my-ack":{"status":${status},"payload":${value}},"__proto__":{"status":200}}`,
);
const said = oneof(
  { weight: 6, arbitrary: values },
  { weight: 2, arbitrary: refusals },
  { weight: 2, arbitrary: pasts },
  { weight: 1, arbitrary: severalAcks },
);

const contentTypes = constantFrom(
  ...[
    "application/json",
    "text/plain",
    "text/html;charset=utf-16",
    "application/octet-stream",
    "x",
    "é/\r\n",
  ],
);
const headers = tuple(someOf(headerValues), correlationIds, contentTypes, fc.nat(3)).map(
  ([given, id, type, dice]) => ({
    timeout: "50ms",
    ...given,
    "correlation-id": id,
    ...(dice > 0 && { "content-type": type }),
    ...(dice === 1 && { "requested-acks": ["my-ack"] }),
  }),
);

const json = (text: fc.Arbitrary<unknown>) => text.map((value) => JSON.stringify(value));

/** What most often is right, and else one of these. */
const mostly = <T>(right: T, ...odd: T[]) =>
  oneof({ weight: 12, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: constantFrom(...odd) });
const absent = undefined;

/** Makes the thing that most is said about, where it is gone; in silence. */
export const theThing = {
  topic: "org.fuzz/a/things/twin/commands/modify",
  headers: { "response-required": false, "if-none-match": "*" },
  path: "/",
  value: { policyId: "org.fuzz:policy", attributes: { a: 1, b: 2 }, features: { a: {}, b: {} } },
};

/** Live signals and their answers, acknowledgements, streams of past events: mostly well-formed. */
export const liveMessages: fc.Arbitrary<string> = tuple(
  oneof({ weight: 3, arbitrary: fc.constant("org.fuzz:a") }, { weight: 1, arbitrary: ids }),
  places,
  fc.record({
    headers: json(headers),
    value: said,
    status: oneof({ weight: 3, arbitrary: fc.constant(absent) }, { weight: 1, arbitrary: statuses }),
    revision: mostly<string | undefined>("1", absent, "0", "-1", "9007199254740993", "1.5", '"1"'),
    timestamp: mostly<string | undefined>(absent, '"2020-01-01T00:00:00Z"', '"x"', "1"),
    metadata: mostly<string | undefined>(absent, '{"attributes":{"a":{"k":1}}}', "[]", "null"),
    extra: mostly<string | undefined>(absent, "{}", "1"),
  }),
).map(([id, [rest, path], parts]) => {
  const about = {
    topic: JSON.stringify(`${id.replace(":", "/")}/things/${rest}`),
    path: JSON.stringify(path),
  };
  return `{${Object.entries({ ...about, ...parts })
    .filter(([, value]) => value !== absent)
    .map(([name, value]) => `"${name}":${value}`)
    .join(",")}}`;
});

const filters = constantFrom(
  ...["exists(_metadata/attributes/a)", 'like(topic:full,"*live*")', "not(eq(attributes/a,1))", "eq(x"],
);
const extraFields = constantFrom(
  ...[
    "attributes,_metadata,_revision",
    "features/*/properties",
    "features/{{ feature:id }}/properties",
    "x",
    "{{ x",
  ],
);

/** Control messages that begin subscriptions with all that they can have. */
export const subscriptions: fc.Arbitrary<string> = tuple(
  constantFrom("START", "START", "START", "STOP"),
  constantFrom("EVENTS", "MESSAGES", "LIVE-COMMANDS", "LIVE-EVENTS"),
  fc.option(filters),
  fc.option(extraFields),
).map(([verb, stream, filter, extra]) => {
  const given = { ...(filter && { filter }), ...(extra && { extraFields: extra }) };
  return `${verb}-SEND-${stream}?${new URLSearchParams(given)}`;
});

interface Told {
  readonly topic?: unknown;
  readonly headers?: unknown;
}

/** Whether a message is in the words of a client, who may say what he likes; the server's own errors repeat no timeout. */
export function isOfClient({ topic, headers }: Told): boolean {
  const [, criterion] = /\/things\/live\/(commands|messages|events|errors)(?:\/|$)/.exec(String(topic)) ?? [];
  return criterion === "errors" ? "timeout" in (headers as object) : criterion !== undefined;
}

/** A claim may wait for ten minutes. */
const timeouts = mostly("5ms", "0", "61s", "x");

const asSubject = { "x-ditto-pre-authenticated": "nginx:ditto" };
const segment = (text: string) => encodeURIComponent(text.toWellFormed());
const query = (given: Readonly<Record<string, string>>) =>
  new URLSearchParams(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value.toWellFormed()])),
  ).toString();

const messages: fc.Arbitrary<WireRequest> = tuple(
  ids,
  boxes,
  subjects,
  someOf(parameterValues),
  contentTypes,
  oneof(values, garbage),
  timeouts,
).map(([id, box, subject, given, type, body, timeout]) => {
  const rest = subject === "claim" ? "claim" : `messages/${segment(subject)}`;
  return {
    method: "POST",
    path: `/api/2/things/${segment(id)}${box}/${rest}?${query({ ...given, timeout })}`,
    headers: { ...asSubject, "content-type": type.replace(/[^ -~]/g, "") },
    body,
  };
});

const commands: fc.Arbitrary<WireRequest> = tuple(
  constantFrom("GET", "GET", "PUT", "PATCH", "DELETE", "POST"),
  ids,
  paths,
  someOf(parameterValues),
  constantFrom("channel", "live-channel-condition"),
  values,
  timeouts,
).map(([method, id, path, given, name, value, timeout]) => {
  const wishes = { ...given, timeout, [name]: name === "channel" ? "live" : "exists(thingId)" };
  const hasBody = method !== "GET" && method !== "DELETE";
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return {
    method,
    path: `/api/2/things/${segment(id)}${encodeURI(path.toWellFormed())}?${query(wishes)}`,
    headers: { ...asSubject, ...(hasBody && { "content-type": type }) },
    ...(hasBody && { body: value }),
  };
});

const cloudEvents: fc.Arbitrary<WireRequest> = tuple(
  oneof({ weight: 8, arbitrary: liveMessages }, { weight: 1, arbitrary: garbage }),
  fc.boolean(),
  constantFrom("1.0", "1.0", "1.0", "0.3", "2", ""),
).map(([data, isStructured, specversion]) => {
  const attributes = { specversion, id: "1", source: "/fuzz", type: "org.fuzz" };
  const binary = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
  const text = JSON.stringify({ ...attributes, data_base64: Buffer.from(data).toString("base64") });
  const headers = isStructured
    ? { "content-type": "application/cloudevents+json" }
    : { ...binary, "content-type": "application/json" };
  return {
    method: "POST",
    path: "/api/2/cloudevents",
    headers: { ...asSubject, timeout: "5ms", ...headers },
    body: isStructured ? text : data,
  };
});

/** Requests that devices would answer, were there any. */
export const liveRequests: fc.Arbitrary<WireRequest> = oneof(
  { weight: 3, arbitrary: messages },
  { weight: 3, arbitrary: commands },
  { weight: 2, arbitrary: cloudEvents },
);
