// Ditto's JSON of a connection → the connection → JSON.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { printConnection } from "../../../src/connectivity/print.ts";
import { readConnection } from "../../../src/connectivity/read.ts";
import { jsonOf, source, target } from "./connections.ts";

const printed = (fields: JsonObject): JsonObject => printConnection(readConnection(jsonOf(fields)));
const refusal = (json: JsonObject): TwinError => {
  try {
    readConnection(json);
  } catch (error) {
    if (error instanceof TwinError) return error;
    throw error;
  }
  throw new Error("it was accepted");
};

test("what is left out is printed as Ditto prints its defaults, in its order", () => {
  const minimal = {
    id: "e37ab3de-753c-45d8-89fc-09896f73d95c",
    connectionType: "mqtt",
    connectionStatus: "closed",
    uri: "tcp://localhost:1883",
    targets: [{ address: "out", authorizationContext: ["a:b"] }],
    somethingElse: 1,
  };

  expect(JSON.stringify(printConnection(readConnection(minimal)))).toBe(
    JSON.stringify({
      id: minimal.id,
      name: null,
      connectionType: "mqtt",
      connectionStatus: "closed",
      uri: "tcp://localhost:1883",
      sources: [],
      targets: [{ address: "out", topics: [], authorizationContext: ["a:b"], headerMapping: {} }],
      clientCount: 1,
      failoverEnabled: true,
      validateCertificates: true,
      processorPoolSize: 1,
      tags: [],
    }),
  );
});

describe("replies", () => {
  const repliesOf = (connectionType: string, replyTarget?: JsonObject) => {
    const { replyTarget: _, ...bare } = source;
    const given = { ...bare, headerMapping: { own: "x" }, ...(replyTarget && { replyTarget }) };
    const [first] = printed({ connectionType, uri: "tcp://h:1", sources: [given] }).sources as JsonObject[];
    return first;
  };

  test("of a source that says nothing of them go to the header reply-to, which it maps", () => {
    expect(repliesOf("kafka")).toMatchObject({
      headerMapping: {
        "correlation-id": "{{header:correlation-id}}",
        "content-type": "{{header:content-type}}",
        "reply-to": "{{header:reply-to}}",
        own: "x",
      },
      replyTarget: {
        address: "{{header:reply-to}}",
        headerMapping: {
          "correlation-id": "{{header:correlation-id}}",
          "content-type": "{{header:content-type}}",
        },
        expectedResponseTypes: ["response", "error"],
        enabled: true,
      },
    });
  });

  test("have no headers in MQTT 3.1.1", () => {
    expect(repliesOf("mqtt")).toMatchObject({
      headerMapping: { own: "x" },
      replyTarget: { address: "{{header:reply-to}}", headerMapping: {} },
    });
  });

  test("that are switched off need no address", () => {
    expect(repliesOf("kafka", { enabled: false })).toMatchObject({ replyTarget: { enabled: false } });
  });

  test("that are switched off keep their address", () => {
    const replyTarget = { address: "a", headerMapping: {}, expectedResponseTypes: ["nack"], enabled: false };
    expect(repliesOf("kafka", replyTarget)?.replyTarget).toEqual(replyTarget);
  });
});

test("the mapping context of older connections becomes a definition that all sources and targets use", () => {
  const mappingContext = { mappingEngine: "JavaScript", options: { incomingScript: "x" } };

  expect(printed({ mappingContext, sources: [{ ...source, payloadMapping: ["Ditto"] }] })).toMatchObject({
    mappingDefinitions: { javascript: mappingContext },
    sources: [{ payloadMapping: ["Ditto", "javascript"] }],
    targets: [{ payloadMapping: ["javascript"] }],
  });
});

test("options of the transport are texts, whatever they were", () => {
  const specificConfig = { a: "b", n: 1, f: true, o: { x: [1] }, z: null };
  expect(printed({ specificConfig }).specificConfig).toEqual({
    a: "b",
    n: "1",
    f: "true",
    o: '{"x":[1]}',
    z: "null",
  });
});

test("the query of a topic is told decoded, but for what would read as something else", () => {
  const topics = [
    "_/_/things/twin/events?namespaces=a.b,c&filter=gt(attributes/x,%22a%20b%22)&extraFields=attributes&other=1",
    "_/_/things/live/messages?filter=eq(attributes/x,%221%2B1%261%22)",
    "_/_/policies/announcements?namespaces=a&filter=x",
    "_/_/connections/announcements?namespaces=a",
  ];
  expect(printed({ targets: [{ ...target, topics }] })).toMatchObject({
    targets: [
      {
        topics: [
          '_/_/things/twin/events?namespaces=a.b,c&filter=gt(attributes/x,"a b")&extraFields=attributes',
          '_/_/things/live/messages?filter=eq(attributes/x,"1%2B1%261")',
          "_/_/policies/announcements?namespaces=a",
          "_/_/connections/announcements",
        ],
      },
    ],
  });
});

test("a URI is kept in ASCII", () => {
  expect(printed({ uri: "amqps://jürgen:pä@host:5671/ü" }).uri).toBe(
    "amqps://j%C3%BCrgen:p%C3%A4@host:5671/%C3%BC",
  );
});

const { uri: _uri, ...withoutUri } = jsonOf();
const { address: _address, ...withoutAddress } = target;
const refused: readonly (readonly [what: string, json: JsonObject, code: string, field: string])[] = [
  ["without a type", { bad: 1 }, "json.field.missing", "/connectionType"],
  ["of an unknown type", jsonOf({ connectionType: "smoke" }), "json.invalid", "/connectionType"],
  ["without a URI", withoutUri, "json.field.missing", "/uri"],
  ["with null for a URI", jsonOf({ uri: null }), "json.field.missing", "/uri"],
  ["with a number for a URI", jsonOf({ uri: 1 }), "json.invalid", "/uri"],
  ["without a port", jsonOf({ uri: "tcp://host" }), "connectivity:connection.uri.invalid", "/uri"],
  ["with port 0", jsonOf({ uri: "tcp://host:0" }), "connectivity:connection.uri.invalid", "/uri"],
  ["with a query", jsonOf({ uri: "tcp://host:1?x=1" }), "connectivity:connection.uri.invalid", "/uri"],
  [
    "with a blank in the URI",
    jsonOf({ uri: "tcp://host:1/a b" }),
    "connectivity:connection.uri.invalid",
    "/uri",
  ],
  ["with a bad ID", jsonOf({ id: "a/b" }), "connectivity:connection.id.invalid", ""],
  [
    "with a status that nobody can want",
    jsonOf({ connectionStatus: "opening" }),
    "json.invalid",
    "/connectionStatus",
  ],
  [
    "without sources and targets",
    jsonOf({ sources: [], targets: [] }),
    "connectivity:connection.configuration.invalid",
    "/sources",
  ],
  ["with sources that are no array", jsonOf({ sources: {} }), "json.invalid", "/sources"],
  [
    "with a number as address",
    jsonOf({ sources: [{ ...source, addresses: ["a", 1] }] }),
    "json.invalid",
    "/sources/0/addresses/1",
  ],
  [
    "with a source for nobody",
    jsonOf({ sources: [{ ...source, authorizationContext: [] }] }),
    "connectivity:connection.configuration.invalid",
    "/sources/0/authorizationContext",
  ],
  [
    "with a target for nobody",
    jsonOf({ targets: [{ ...target, authorizationContext: [1] }] }),
    "connectivity:connection.configuration.invalid",
    "/targets/0/authorizationContext",
  ],
  [
    "with an empty subject",
    jsonOf({ targets: [{ ...target, authorizationContext: [""] }] }),
    "connectivity:connection.configuration.invalid",
    "/targets/0/authorizationContext/0",
  ],
  [
    "with a target without address",
    jsonOf({ targets: [withoutAddress] }),
    "json.field.missing",
    "/targets/0/address",
  ],
  [
    "with an unknown topic",
    jsonOf({ targets: [{ ...target, topics: ["_/_/things/twin/events", "x"] }] }),
    "connectivity:topic.invalid",
    "/targets/0/topics/1",
  ],
  [
    "with a topic that is filtered twice",
    jsonOf({ targets: [{ ...target, topics: ["_/_/things/twin/events?filter=a&filter=b"] }] }),
    "connectivity:topic.invalid",
    "/targets/0/topics/0",
  ],
  [
    "with a topic of bad escapes",
    jsonOf({ targets: [{ ...target, topics: ["_/_/things/twin/events?filter=%zz"] }] }),
    "connectivity:topic.invalid",
    "/targets/0/topics/0",
  ],
  [
    "with a bad label",
    jsonOf({ sources: [{ ...source, declaredAcks: ["a b"] }] }),
    "acknowledgement:label.invalid",
    "/sources/0/declaredAcks/0",
  ],
  [
    "with a bad requested label",
    jsonOf({ sources: [{ ...source, acknowledgementRequests: { includes: ["?"] } }] }),
    "acknowledgement:label.invalid",
    "/sources/0/acknowledgementRequests/includes/0",
  ],
  [
    "with a bad issued label",
    jsonOf({ targets: [{ ...target, issuedAcknowledgementLabel: "" }] }),
    "acknowledgement:label.invalid",
    "/targets/0/issuedAcknowledgementLabel",
  ],
  [
    "with an enforcement without input",
    jsonOf({ sources: [{ ...source, enforcement: { filters: [] } }] }),
    "json.field.missing",
    "/sources/0/enforcement/input",
  ],
  [
    "with no client",
    jsonOf({ clientCount: 0 }),
    "connectivity:connection.configuration.invalid",
    "/clientCount",
  ],
  ["with half a client", jsonOf({ clientCount: 1.5 }), "json.invalid", "/clientCount"],
  ["with a flag that is none", jsonOf({ failoverEnabled: "yes" }), "json.invalid", "/failoverEnabled"],
  ["with unknown credentials", jsonOf({ credentials: { type: "x" } }), "json.invalid", "/credentials/type"],
  [
    "with a user without password",
    jsonOf({ credentials: { type: "plain", username: "u" } }),
    "json.field.missing",
    "/credentials/password",
  ],
  [
    "with a tunnel without credentials",
    jsonOf({ sshTunnel: { enabled: true, validateHost: false, uri: "ssh://h:22" } }),
    "json.field.missing",
    "/sshTunnel/credentials",
  ],
  [
    "with a tunnel that signs",
    jsonOf({
      sshTunnel: {
        enabled: true,
        validateHost: false,
        uri: "ssh://h:22",
        credentials: { type: "hmac", algorithm: "a", parameters: {} },
      },
    }),
    "json.invalid",
    "/sshTunnel/credentials/type",
  ],
  [
    "with a mapper without options",
    jsonOf({ mappingDefinitions: { "a/b": { mappingEngine: "Ditto" } } }),
    "json.field.missing",
    "/mappingDefinitions/a~1b/options",
  ],
  [
    "that announces itself with several clients",
    jsonOf({ clientCount: 2, targets: [{ ...target, topics: ["_/_/connections/announcements"] }] }),
    "connectivity:connection.configuration.invalid",
    "/targets/0/topics/0",
  ],
];

test.each(refused)("a connection %s is refused, naming the field", (_what, json, code, field) => {
  const error = refusal(json);

  expect(error.code).toBe(code);
  expect(error.text.message).toContain(field);
});

test("a URI that is refused is not repeated", () => {
  expect(JSON.stringify(refusal(jsonOf({ uri: "tcp://u:hunter2@host" })))).not.toContain("hunter2");
});

describe("any connection", () => {
  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 8 }),
    fc.constantFrom("__proto__", "a/b", "constructor"),
  );
  const texts = fc.dictionary(name, fc.string({ maxLength: 10 }), { maxKeys: 3 });
  const subjects = fc.array(fc.string({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const query = fc
    .string({ maxLength: 12 })
    .map((text) => `filter=${encodeURIComponent(text.toWellFormed())}`);
  const topic = fc
    .tuple(
      fc.constantFrom("_/_/things/twin/events", "_/_/things/live/messages", "_/_/policies/announcements"),
      query,
    )
    .map(([path, rest]) => `${path}?${rest}`);
  const sources = fc.record({
    addresses: fc.array(fc.string(), { maxLength: 3 }),
    consumerCount: fc.integer({ min: 1, max: 9 }),
    qos: optional(fc.integer({ min: 0, max: 2 })),
    authorizationContext: subjects,
    headerMapping: optional(texts),
    enforcement: optional(fc.record({ input: fc.string(), filters: fc.array(fc.string()) })),
    acknowledgementRequests: optional(
      fc.record({ includes: fc.constant(["abc"]), filter: optional(fc.string()) }),
    ),
    payloadMapping: fc.array(fc.string(), { maxLength: 2 }),
    replyTarget: optional(
      fc.record({ enabled: fc.boolean(), address: optional(fc.string()), headerMapping: optional(texts) }),
    ),
    declaredAcks: fc.constantFrom([], ["{{connection:id}}:ack", "xyz"]),
  });
  const targets = fc.record({
    address: fc.string(),
    topics: fc.array(topic, { maxLength: 3 }),
    authorizationContext: subjects,
    issuedAcknowledgementLabel: optional(fc.constant("{{ connection:id }}:ack")),
    headerMapping: optional(texts),
  });
  const oauth = {
    tokenEndpoint: fc.string(),
    clientId: fc.string(),
    requestedScopes: fc.string(),
    audience: optional(fc.string()),
  };
  const credentials = fc.oneof(
    fc.record({ type: fc.constant("plain"), username: fc.string(), password: fc.string() }),
    fc.record({ type: fc.constant("client-cert"), cert: optional(fc.string()), key: optional(fc.string()) }),
    fc.record({ type: fc.constant("hmac"), algorithm: fc.string(), parameters: texts }),
    fc.record({ type: fc.constant("oauth-client-credentials"), ...oauth, clientSecret: fc.string() }),
    fc.record({
      type: fc.constant("oauth-password"),
      ...oauth,
      username: fc.string(),
      password: fc.string(),
    }),
  );
  const json = fc.record({
    name: optional(fc.string()),
    connectionType: fc.constantFrom("mqtt", "mqtt-5", "kafka", "nats", "http-push", "hono", "amqp-10"),
    sources: fc.array(sources, { minLength: 1, maxLength: 2 }),
    targets: fc.array(targets, { maxLength: 2 }),
    clientCount: optional(fc.integer({ min: 1, max: 9 })),
    failoverEnabled: optional(fc.boolean()),
    specificConfig: optional(texts),
    mappingDefinitions: optional(
      fc.dictionary(
        name,
        fc.record({ mappingEngine: fc.string(), options: texts, incomingConditions: optional(texts) }),
        { maxKeys: 2 },
      ),
    ),
    credentials: optional(credentials),
    ca: optional(fc.string()),
    tags: fc.array(fc.string()),
  });

  test("that is printed reads as the same, and prints as the same text", () => {
    fc.assert(
      fc.property(json, (fields) => {
        const given = JSON.parse(JSON.stringify({ ...jsonOf(), ...fields })) as JsonObject;
        const connection = readConnection(given);
        const text = JSON.stringify(printConnection(connection));
        const again = readConnection(JSON.parse(text) as JsonObject);

        expect(again).toEqual(connection);
        expect(JSON.stringify(printConnection(again))).toBe(text);
      }),
    );
  });
});

test("the JSON that a client gets can be sent again", () => {
  const file = fileURLToPath(new URL("./recorded-connection.json", import.meta.url));
  const recorded = JSON.parse(readFileSync(file, "utf8")) as { sent: JsonObject; told: JsonObject };

  const told = printConnection(readConnection({ ...recorded.sent, id: recorded.told.id as string }));

  expect(JSON.stringify(told)).toBe(JSON.stringify(recorded.told));
  expect(JSON.stringify(printConnection(readConnection(told)))).toBe(JSON.stringify(told));
});
