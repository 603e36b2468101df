import { assert, describe, test } from "vitest";
import { mqttTransport } from "../../../src/connectivity/connectors/mqtt/transport.ts";
import { connectionInvalid } from "../../../src/connectivity/errors.ts";
import type { Connection, Source, Target } from "../../../src/connectivity/model.ts";
import { connection, settings, source, target, type Version, versions } from "./harness.ts";

const { validate } = mqttTransport(settings);

/** The field that is at fault, if one is. */
function fault(more: Partial<Connection>): string | undefined {
  try {
    validate(connection(more));
    return undefined;
  } catch (error) {
    if (!connectionInvalid.is(error)) throw error;
    return /\(([^()]*)\)$/.exec(error.message)?.[1];
  }
}

const ofSource = (connectionType: Version, more: Partial<Source>, addresses = ["a"]) =>
  fault({ connectionType, sources: [source(["fine"]), source(addresses, more)] });
const ofTarget = (connectionType: Version, more: Partial<Target>, address = "a") =>
  fault({ connectionType, targets: [target(address, more)] });
const ofConfig = (connectionType: Version, specificConfig: Record<string, string>) =>
  fault({ connectionType, specificConfig });

describe.each(versions)("%s", (type) => {
  test.each(["#", "+", "a/+/b/#", "$share/group/a/#", "a//b", "/", "$SYS/#", "ünicode"])(
    "'%s' can be the address of a source",
    (address) => assert.isUndefined(ofSource(type, {}, ["a", address])),
  );

  test.each([
    "",
    "a#",
    "#/a",
    "a+/b",
    "$share/group",
    "$share//a",
    "$share/g+/a",
    "$share/g/",
    "a\0",
    "x".repeat(65_536),
  ])("%j cannot", (address) => assert.equal(ofSource(type, {}, ["a", address]), "/sources/1/addresses/1"));

  test.each(["a", "a/{{ thing:id }}", "$SYS/x"])("'%s' can be the address of a target", (address) =>
    assert.isUndefined(ofTarget(type, {}, address)),
  );

  test.each(["", "a/#", "+/b"])("'%s' cannot", (address) =>
    assert.equal(ofTarget(type, {}, address), "/targets/0/address"),
  );

  test("sources and targets need a QoS of 0 to 2", () => {
    const { qos: _, ...without } = source(["a"]);
    assert.equal(fault({ connectionType: type, sources: [without] }), "/sources/0/qos");
    for (const qos of [-1, 3, 1.5]) {
      assert.equal(ofSource(type, { qos }), "/sources/1/qos");
      assert.equal(ofTarget(type, { qos }), "/targets/0/qos");
    }
  });

  test("an enforcement is about the topic, and about the ID", () => {
    const enforcement = {
      input: "{{ source:address }}",
      filters: ["{{ thing:namespace }}/{{ thing:name }}"],
    };
    assert.isUndefined(ofSource(type, { enforcement }));
    const wrongInput = { ...enforcement, input: "{{ thing:id }}" };
    assert.equal(ofSource(type, { enforcement: wrongInput }), "/sources/1/enforcement/input");
    const wrongFilter = { ...enforcement, filters: ["fine", "{{ header:device }}"] };
    assert.equal(ofSource(type, { enforcement: wrongFilter }), "/sources/1/enforcement/filters/1");
  });

  test.each([
    { keepAlive: "60s" },
    { keepAlive: "0" },
    { keepAlive: "65535 seconds" },
    { keepAlive: "1 minute" },
    { cleanSession: "yes", separatePublisherClient: "false" },
    { reconnectForRedelivery: "true", reconnectForRedeliveryDelay: "10ms" },
    { lastWillTopic: "will", lastWillQos: "2" },
    { lastWillQos: "7" },
    { unknown: "what is not known counts for nothing" },
  ])("%j can be configured", (config) =>
    assert.isUndefined(ofConfig(type, config as Record<string, string>)),
  );

  test.each([
    ["keepAlive", { keepAlive: "65536s" }],
    ["keepAlive", { keepAlive: "-1s" }],
    ["keepAlive", { keepAlive: "soon" }],
    ["cleanSession", { cleanSession: "perhaps" }],
    ["reconnectForRedeliveryDelay", { reconnectForRedeliveryDelay: "1 light-year" }],
    ["clientId", { clientId: "a\0" }],
    ["publisherId", { publisherId: "x".repeat(60_001) }],
    ["lastWillTopic", { lastWillTopic: "will/#" }],
    ["lastWillQos", { lastWillTopic: "will", lastWillQos: "3" }],
  ])("%s cannot be as in %j", (name, config) =>
    assert.equal(ofConfig(type, config as Record<string, string>), `/specificConfig/${name}`),
  );
});

test("MQTT 3.1.1 has one client and one consumer, and no headers but those of how a message is sent", () => {
  const header = (text: string) => ({ headerMapping: { some: text } });
  assert.equal(fault({ clientCount: 2 }), "/clientCount");
  assert.equal(ofSource("mqtt", { consumerCount: 2 }), "/sources/1/consumerCount");
  assert.isUndefined(ofSource("mqtt", header("{{ header:mqtt.topic | fn:upper() }}")));
  assert.isUndefined(ofSource("mqtt", header("constant")));
  assert.equal(ofSource("mqtt", header("{{ header:device }}")), "/sources/1/headerMapping/some");
  assert.equal(ofTarget("mqtt", { headerMapping: { "a/b": "x" } }), "/targets/0/headerMapping/a~1b");
  assert.isUndefined(ofTarget("mqtt", { headerMapping: { "mqtt.topic": "{{ header:where }}" } }));
  const wrong = { "mqtt.topic": "{{ thing:id }}" };
  assert.equal(ofTarget("mqtt", { headerMapping: wrong }), "/targets/0/headerMapping/mqtt.topic");
  const replyTarget = { enabled: true, address: "x", expectedResponseTypes: [], headerMapping: { a: "b" } };
  assert.equal(ofSource("mqtt", { replyTarget }), "/sources/1/replyTarget/headerMapping/a");
});

test("MQTT 5 has several of them, and headers", () => {
  assert.isUndefined(fault({ connectionType: "mqtt-5", clientCount: 2 }));
  assert.isUndefined(
    ofSource("mqtt-5", { consumerCount: 2, headerMapping: { some: "{{ header:device }}" } }),
  );
  assert.isUndefined(ofTarget("mqtt-5", { headerMapping: { some: "{{ thing:id }}" } }));
  const enforcement = { input: "{{ header:device }}", filters: ["{{ entity:id }}"] };
  assert.isUndefined(ofSource("mqtt-5", { enforcement }));
  assert.equal(ofSource("mqtt", { enforcement }), "/sources/1/enforcement/input");
});
