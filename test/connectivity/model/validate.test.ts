// What this server refuses to serve, with the field at fault.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { target } from "./connections.ts";
import {
  definition,
  hmac,
  http,
  INVALID,
  judge,
  keys,
  LABEL,
  mappers,
  mqttSource,
  oauth,
  refusal,
  tunnel,
  withSource,
  withTarget,
} from "./judging.ts";

test.each<[what: string, fields: JsonObject]>([
  ["as simple as can be", {}],
  [
    "with placeholders of all sorts",
    {
      ...withSource({
        authorizationContext: ["device:{{ header:device-id }}"],
        headerMapping: { x: "{{ header:y | fn:default('z') }}" },
        enforcement: { input: "{{ source:address }}", filters: ["{{ thing:id }}", "{{ policy:name }}"] },
        acknowledgementRequests: {
          includes: ["{{connection:id}}:mine"],
          filter: "fn:filter(header:qos,'ne','0')",
        },
        declaredAcks: ["{{connection:id}}:mine"],
      }),
      ...withTarget({
        address: "{{ thing:namespace }}/{{ topic:action|fn:upper() }}/{{ thing-json:attributes/x }}",
        headerMapping: { t: "{{ time:now }}", s: "{{ request:subjectId }}", c: "{{ connection:id }}" },
        topics: [
          "_/_/things/twin/events?filter=and(eq(topic:action,'modified'),gt(attributes/x,1))&extraFields=attributes,features/{{feature:id}}",
        ],
        issuedAcknowledgementLabel: "bridge:arrived",
      }),
    },
  ],
  [
    "with its own mapper",
    {
      ...withSource({ payloadMapping: ["mine", "Ditto"] }),
      ...definition({ incomingConditions: { a: "fn:filter(header:x,'exists')" } }),
    },
  ],
  ["with a mapper whose text is a number", definition({ options: { "content-type-blocklist": 42 } })],
  [
    "through a tunnel with a key",
    tunnel({}, { type: "public-key", publicKey: keys.publicKey, privateKey: keys.privateKey }),
  ],
  ["with scopes", http({ credentials: oauth })],
  ["that signs", http({ credentials: hmac })],
  ["that issues live responses", withTarget({ issuedAcknowledgementLabel: "live-response" })],
])("a connection %s is accepted", async (_what, fields) => {
  await expect(judge(fields)).resolves.toBeUndefined();
});

test.each<[what: string, fields: JsonObject, code: string, field: string]>([
  ["of a type to come", { connectionType: "amqp-10" }, INVALID, "/connectionType"],
  ["of five sources", { sources: Array(5).fill(mqttSource) }, INVALID, "/sources"],
  ["of five targets", { targets: Array(5).fill(target) }, INVALID, "/targets"],
  ["of too many clients", { clientCount: 11 }, INVALID, "/clientCount"],
  ["of too many consumers", withSource({ consumerCount: 11 }), INVALID, "/sources/0/consumerCount"],
  ["without addresses", withSource({ addresses: [] }), INVALID, "/sources/0/addresses"],
  ["with an empty address", withSource({ addresses: ["a", ""] }), INVALID, "/sources/0/addresses/1"],
  ["to an empty address", withTarget({ address: "" }), INVALID, "/targets/0/address"],
  [
    "with a subject by thing",
    withSource({ authorizationContext: ["{{ thing:id }}"] }),
    INVALID,
    "/sources/0/authorizationContext/0",
  ],
  [
    "with an unknown placeholder in an address",
    withTarget({ address: "{{ think:id }}" }),
    INVALID,
    "/targets/0/address",
  ],
  [
    "with an unknown function",
    withTarget({ headerMapping: { "a/b": "{{ thing:id | fn:turn() }}" } }),
    INVALID,
    "/targets/0/headerMapping/a~1b",
  ],
  [
    "with a placeholder that is not closed",
    withSource({ headerMapping: { a: "{{ header:x" } }),
    INVALID,
    "/sources/0/headerMapping/a",
  ],
  [
    "with a reply to nobody knows where",
    withSource({ replyTarget: { address: "{{ x:y }}" } }),
    INVALID,
    "/sources/0/replyTarget/address",
  ],
  [
    "with odd headers of replies",
    withSource({ replyTarget: { address: "a", headerMapping: { a: "{{ x:y }}" } } }),
    INVALID,
    "/sources/0/replyTarget/headerMapping/a",
  ],
  [
    "that enforces by thing",
    withSource({ enforcement: { input: "{{ thing:id }}", filters: [] } }),
    INVALID,
    "/sources/0/enforcement/input",
  ],
  [
    "that enforces a header",
    withSource({ enforcement: { input: "{{ header:x }}", filters: ["{{ thing:id }}", "{{ header:x }}"] } }),
    INVALID,
    "/sources/0/enforcement/filters/1",
  ],
  [
    "with a bad filter of acknowledgements",
    withSource({ acknowledgementRequests: { includes: [], filter: "fn:filter(" } }),
    INVALID,
    "/sources/0/acknowledgementRequests/filter",
  ],
  [
    "with a filter that is no RQL",
    withTarget({ topics: ["_/_/things/twin/events", "_/_/things/live/events?filter=eq("] }),
    "rql.expression.invalid",
    "/targets/0/topics/1",
  ],
  [
    "with fields that things do not have",
    withTarget({ topics: ["_/_/things/twin/events?extraFields=colour"] }),
    "things:field.selection.invalid",
    "/targets/0/topics/0",
  ],
  [
    "that declares for others",
    withSource({ declaredAcks: ["other:mine"] }),
    LABEL,
    "/sources/0/declaredAcks/0",
  ],
  [
    "that declares by thing",
    withSource({ declaredAcks: ["{{thing:id}}:mine"] }),
    LABEL,
    "/sources/0/declaredAcks/0",
  ],
  [
    "that issues for others",
    withTarget({ issuedAcknowledgementLabel: "other:mine" }),
    LABEL,
    "/targets/0/issuedAcknowledgementLabel",
  ],
  [
    "that issues one twice",
    {
      targets: [
        { ...target, issuedAcknowledgementLabel: "bridge:same" },
        { ...target, issuedAcknowledgementLabel: "{{connection:id}}:same" },
      ],
    },
    "acknowledgement:label.not.unique",
    "/targets/1/issuedAcknowledgementLabel",
  ],
  [
    "that diverts to itself",
    withSource({ headerMapping: { "divert-response-to-connection": "bridge" } }),
    INVALID,
    "/sources/0/headerMapping/divert-response-to-connection",
  ],
  [
    "that diverts to nowhere",
    withSource({ headerMapping: { "divert-response-to-connection": "" } }),
    INVALID,
    "/sources/0/headerMapping/divert-response-to-connection",
  ],
  [
    "that diverts what does not exist",
    {
      ...withSource({ headerMapping: { "divert-expected-response-types": "response, joke" } }),
      specificConfig: { "is-diversion-source": "true" },
    },
    INVALID,
    "/sources/0/headerMapping/divert-expected-response-types",
  ],
  [
    "that is diverted to by nobody",
    {
      ...withTarget({ topics: [] }),
      specificConfig: { "is-diversion-target": "true", "authorized-connections-as-sources": "a,b c" },
    },
    INVALID,
    "/specificConfig/authorized-connections-as-sources",
  ],
  [
    "that is diverted to and has topics",
    { specificConfig: { "is-diversion-target": true } },
    INVALID,
    "/targets/0/topics",
  ],
  [
    "with too many mappers",
    withSource({ payloadMapping: ["Ditto", "Ditto", "Ditto"] }),
    INVALID,
    "/sources/0/payloadMapping",
  ],
  [
    "with a mapper that is not there",
    withTarget({ payloadMapping: ["Ditto", "mine"] }),
    INVALID,
    "/targets/0/payloadMapping/1",
  ],
  [
    "with a mapper that lacks its script",
    withTarget({ payloadMapping: ["JavaScript"] }),
    INVALID,
    "/targets/0/payloadMapping/0",
  ],
  [
    "with an unknown engine",
    definition({ mappingEngine: "Cobol" }),
    INVALID,
    "/mappingDefinitions/mine/mappingEngine",
  ],
  ["with bad options", definition({ options: { bad: true } }), INVALID, "/mappingDefinitions/mine/options"],
  [
    "with a flag of a mapper that is neither true nor false",
    definition({ options: { loadLongJS: "yes" } }),
    INVALID,
    "/mappingDefinitions/mine/options/loadLongJS",
  ],
  [
    "with a script that is no text",
    definition({ options: { incomingScript: ["a"] } }),
    INVALID,
    "/mappingDefinitions/mine/options/incomingScript",
  ],
  [
    "with a QoS of the last will that is none",
    { specificConfig: { lastWillQos: "often" } },
    INVALID,
    "/specificConfig/lastWillQos",
  ],
  [
    "with a last will that is retained perhaps",
    { specificConfig: { lastWillRetain: "perhaps" } },
    INVALID,
    "/specificConfig/lastWillRetain",
  ],
  [
    "of Kafka that is debugged perhaps",
    { connectionType: "kafka", specificConfig: { debugEnabled: "perhaps" } },
    INVALID,
    "/specificConfig/debugEnabled",
  ],
  [
    "that is diverted to perhaps",
    { specificConfig: { "is-diversion-target": "yes" } },
    INVALID,
    "/specificConfig/is-diversion-target",
  ],
  [
    "with a bad condition",
    definition({ outgoingConditions: { a: "fn:turn()" } }),
    INVALID,
    "/mappingDefinitions/mine/outgoingConditions/a",
  ],
])("a connection %s is refused, naming the field", async (_what, fields, code, field) => {
  const error = await refusal(fields);

  expect(error.code).toBe(code);
  expect(error.text.message).toContain(`(${field})`);
});

test.each<[what: string, fields: JsonObject, told: string]>([
  ["placeholders", withSource({ authorizationContext: ["{{ thing:id }}"] }), "There are header:{name}."],
  ["functions", withTarget({ address: "{{ thing:id | fn:uper() }}" }), "there are filter, default, "],
  ["mappers", withTarget({ payloadMapping: ["JavaScript"] }), "there are Ditto. Others need a definition"],
  ["engines", definition({ mappingEngine: "Cobol" }), "there are Ditto, JavaScript."],
  ["types", { connectionType: "amqp-10" }, "there are mqtt, mqtt-5, kafka, http-push."],
  ["schemes", { uri: "mqtt://host:1" }, "Its scheme is 'mqtt', and those of mqtt are tcp, ssl."],
  ["sources", { sources: Array(5).fill(mqttSource) }, "There are 5, and may be at most 4."],
])("who takes one of the wrong %s is told which there are", async (_what, fields, told) => {
  expect((await refusal(fields)).text.message).toContain(told);
});

test("options that there are not are taken, as Ditto takes them", async () => {
  const unknown = { ...definition({ options: { own: [1] } }), specificConfig: { own: { a: 1 } } };
  await expect(judge(unknown)).resolves.toBeUndefined();
});

test("mappers that were made to be judged are closed", async () => {
  mappers.closed = 0;
  await judge(definition({}));

  expect(mappers.closed).toBe(1);
});
