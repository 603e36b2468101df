// Random messages of the Ditto Protocol: commands on every path, and what is none.

import fc from "fast-check";
import { liveMessages, subscriptions } from "./live.ts";
import { searchMessages } from "./searches.ts";
import { garbage, headerValues, ids, keys, someOf, values } from "./words.ts";

const usual = ["modify", "merge", "modify", "merge", "retrieve"];
const actions = fc.constantFrom(...usual, ...usual, ...usual, "create", "delete", "fly");
const topics = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(ids, actions)
      .map(([id, action]) => `${id.replace(":", "/")}/things/twin/commands/${action}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(ids, actions)
      .map(([id, action]) => `${id.replace(":", "/")}/policies/commands/${action}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "_/_/things/twin/commands/retrieve",
      "org.fuzz/_/things/twin/commands/retrieve",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "/",
      "org.fuzz/a/things",
      "org.fuzz/a/things/live/commands/retrieve",
      "org.fuzz/a/things/live/messages/ask",
      "org.fuzz/a/things/twin/search/subscribe",
      "org.fuzz/a/things/twin/acks/my-ack",
      "org.fuzz/a/things/live/acks",
      "org.fuzz/a/policies/acks/my-ack",
      "_/_/policies/commands/checkPermissions",
      "org.fuzz/a/things/twin/events/modified",
      "org.fuzz/a/things/twin/errors",
      "org.fuzz/a/things/twin/streaming/subscribeForPersistedEvents",
      "org.fuzz/a/connections/commands/retrieve",
      "__proto__/__proto__/things/twin/commands/retrieve",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
);

const pointer = (start: string) =>
  fc.array(keys, { minLength: 1, maxLength: 3 }).map((path) => `${start}/${path.join("/")}`);
const paths = fc.oneof(
  fc.constantFrom(
    "/",
    "",
    "/policyId",
    "/definition",
    "/attributes",
    "/features",
    "/bogus",
    "//",
    "attributes/a",
  ),
  pointer("/attributes"),
  pointer("/features"),
  pointer("/features/a/properties"),
  pointer("/features/a/desiredProperties"),
  fc.constantFrom(
    "/features/a/definition",
    "/features/a/properties",
    "/entries",
    "/imports",
    "/entries/o/subjects",
  ),
);

/** A header's value as text, or as the JSON that the text is. */
const headers = fc.tuple(someOf(headerValues), fc.boolean()).map(([given, parsed]) => {
  if (!parsed) return given;
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, asJson(value)]));
});

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const fields = fc.constantFrom("thingId", "attributes(a,b)", "a(", "_policy,_metadata");
const lists = fc.array(ids, { maxLength: 4 }).map((thingIds) => JSON.stringify({ thingIds }));

/** A message as text; a part of it may be missing. */
const commands = fc
  .record(
    {
      topic: topics.map((topic) => JSON.stringify(topic)),
      path: paths.map((path) => JSON.stringify(path)),
      headers: headers.map((given) => JSON.stringify(given)),
      value: fc.oneof({ weight: 6, arbitrary: values }, { weight: 1, arbitrary: lists }),
      fields: fields.map((selector) => JSON.stringify(selector)),
    },
    { requiredKeys: ["topic", "path"] },
  )
  .map(
    (parts) =>
      `{${Object.entries(parts)
        .map(([name, value]) => `"${name}":${value}`)
        .join(",")}}`,
  );

const control = fc.constantFrom(
  "START-SEND-EVENTS",
  "STOP-SEND-EVENTS",
  "START-SEND-EVENTS?namespaces=org.fuzz,",
  "START-SEND-EVENTS?filter=bogus(",
  "START-SEND-MESSAGES",
  "START-SEND-BOGUS",
  "START-SEND-POLICY-ANNOUNCEMENTS?namespaces=org.fuzz,",
  "STOP-SEND-POLICY-ANNOUNCEMENTS",
  "JWTTOKEN?jwtToken=x", // with a hyphen it would end the session
);

/** Something to send over a WebSocket. */
export const messages = fc.oneof(
  { weight: 12, arbitrary: commands },
  { weight: 2, arbitrary: searchMessages },
  { weight: 8, arbitrary: liveMessages },
  { weight: 2, arbitrary: subscriptions },
  { weight: 1, arbitrary: control },
  { weight: 1, arbitrary: garbage },
  { weight: 1, arbitrary: values },
);
