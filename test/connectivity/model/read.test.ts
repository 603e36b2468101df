// Ditto's JSON of a connection → the connection → JSON.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { printConnection } from "../../../src/connectivity/print.ts";
import { readConnection } from "../../../src/connectivity/read.ts";
import { jsonOf, source, target } from "./connections.ts";

const printed = (fields: JsonObject): JsonObject => printConnection(readConnection(jsonOf(fields)));

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

  test("expect types of responses however they are capitalized", () => {
    const replyTarget = { address: "a", expectedResponseTypes: ["RESPONSE", "error", "Nack"] };
    expect(repliesOf("kafka", replyTarget)).toMatchObject({
      replyTarget: { expectedResponseTypes: ["response", "error", "nack"] },
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

test("null is as good as absent in a header mapping", () => {
  const headerMapping = { own: "x", other: null };
  expect(printed({ targets: [{ ...target, headerMapping }] }).targets).toMatchObject([
    { headerMapping: { own: "x" } },
  ]);
});

test("a last will may be JSON, of which the text is sent", () => {
  const specificConfig = { lastWillTopic: "gone", lastWillMessage: { gone: true } };
  expect(printed({ specificConfig }).specificConfig).toMatchObject({ lastWillMessage: '{"gone":true}' });
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
