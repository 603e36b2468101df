// What is refused of connections of one type.

import { later, type Row, row } from "../../row.ts";
import { misconfigured, taken, takesFrom, tellsTo } from "./refusing.ts";
import { pushes, pushesTo } from "./scene.ts";

const mqtt = takesFrom("mqtt-5", { qos: 1 });
const mqttTo = tellsTo("mqtt-5", { qos: 1 });
const mqtt3 = takesFrom("mqtt", { qos: 1 });
const mqtt3To = tellsTo("mqtt", { qos: 1 });
const bootstrap = { specificConfig: { bootstrapServers: "127.0.0.1:1" } };
const kafka = takesFrom("kafka", {}, bootstrap);
const kafkaTo = tellsTo("kafka", {}, bootstrap);
const signed = (credentials: object, more = {}) =>
  pushes({ credentials: { type: "hmac", ...credentials }, ...more });
const token = {
  ...{ type: "oauth-client-credentials", tokenEndpoint: "https://127.0.0.1:1/token" },
  ...{ clientId: "a", clientSecret: "b", requestedScopes: "c d" },
};
const option = (name: string, value: string) =>
  misconfigured(pushes({ specificConfig: { [name]: value } }), `/specificConfig/${name}`);

export const transportRows: readonly Row[] = [
  row(
    "http-push: sources and addresses",
    "has none of those; an address is a method and a path",
    misconfigured(takesFrom("http-push")({}, { uri: "http://127.0.0.1:1" }), "/sources/0"),
    misconfigured(pushesTo({ address: "/twins" }), "/targets/0/address"),
    misconfigured(pushesTo({ address: "TRACE:/twins" }), "/targets/0/address"),
    misconfigured(pushesTo({ address: "FETCH:/twins" }), "/targets/0/address"),
    ...["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) =>
      taken(pushesTo({ address: `${method}:/twins/{{ thing:id }}?a=b` })),
    ),
  ),
  row(
    "http-push: parallelism, omitRequestBody, idleTimeout",
    "are a number from 1 on, methods, and a minute at most",
    option("parallelism", "0"),
    option("omitRequestBody", "GET,FETCH"),
    option("idleTimeout", "61s"),
    taken(pushes({ specificConfig: { parallelism: 2, omitRequestBody: "GET", idleTimeout: "5s" } })),
  ),
  row(
    "http-push: credentials of type hmac",
    "have an algorithm there is and what that takes, and no user in the URI beside them",
    misconfigured(signed({ algorithm: "mine", parameters: {} }), "/credentials/algorithm"),
    misconfigured(
      signed(
        { algorithm: "az-monitor-2016-04-01", parameters: { workspaceId: "a", sharedKey: "Yg==" } },
        { uri: "http://a:b@127.0.0.1:1" },
      ),
      "/credentials",
    ),
    misconfigured(
      mqtt({}, { credentials: { type: "hmac", algorithm: "az-sasl", parameters: {} } }),
      "/credentials/type",
    ),
    taken(
      signed({ algorithm: "az-monitor-2016-04-01", parameters: { workspaceId: "a", sharedKey: "Yg==" } }),
    ),
    taken(
      signed({
        algorithm: "aws4-hmac-sha256",
        parameters: { region: "eu", service: "s3", accessKey: "a", secretKey: "b", doubleEncode: false },
      }),
    ),
    taken(
      signed({
        algorithm: "az-sasl",
        parameters: { sharedKeyName: "a", sharedKey: "Yg==", endpoint: "127.0.0.1", ttl: "10m" },
      }),
    ),
  ),
  row(
    "http-push: credentials of type oauth-client-credentials, oauth-password",
    "have a URL of https for tokens, and scopes between blanks",
    misconfigured(
      pushes({ credentials: { ...token, tokenEndpoint: "http://127.0.0.1:1/token" } }),
      "/credentials/tokenEndpoint",
    ),
    misconfigured(
      pushes({ credentials: { ...token, tokenEndpoint: "nowhere" } }),
      "/credentials/tokenEndpoint",
    ),
    misconfigured(pushes({ credentials: { ...token, requestedScopes: "" } }), "/credentials/requestedScopes"),
    misconfigured(mqtt({}, { credentials: token }), "/credentials/type"),
    taken(pushes({ credentials: { ...token, audience: "e" } })),
    taken(pushes({ credentials: { ...token, type: "oauth-password", username: "f", password: "g" } })),
  ),
  row(
    "mqtt, mqtt-5: addresses and qos",
    "are filters of topics for sources, topics for targets, and 0, 1 or 2",
    misconfigured(mqtt({ addresses: ["a/#/b"] }), "/sources/0/addresses/0"),
    misconfigured(mqtt3({ addresses: ["a+/b"] }), "/sources/0/addresses/0"),
    misconfigured(mqttTo({ address: "a/#" }), "/targets/0/address"),
    misconfigured(mqtt({ qos: 3 }), "/sources/0/qos"),
    misconfigured(mqtt({ qos: undefined }), "/sources/0/qos"),
    misconfigured(mqttTo({ qos: undefined }), "/targets/0/qos"),
    misconfigured(mqtt3To({ qos: -1 }), "/targets/0/qos"),
    taken(mqtt({ addresses: ["a/+/#", "$share/all/a/#"], qos: 2 })),
    taken(mqttTo({ address: "a/{{ thing:name }}", qos: 0 })),
  ),
  row(
    "mqtt, mqtt-5: keepAlive, lastWillTopic, lastWillQos",
    "are what the protocol can say",
    ...[{ keepAlive: "65536s" }, { lastWillTopic: "a/#" }, { lastWillTopic: "a", lastWillQos: "3" }].map(
      (specificConfig) =>
        misconfigured(mqtt({}, { specificConfig }), `/specificConfig/${Object.keys(specificConfig).at(-1)}`),
    ),
    taken(
      mqtt3(
        {},
        { specificConfig: { clientId: "a", keepAlive: "30s", lastWillTopic: "b", lastWillQos: "1" } },
      ),
    ),
  ),
  row(
    "mqtt",
    "has one client and one consumer, and no headers but its own three",
    misconfigured(mqtt3({}, { clientCount: 2 }), "/clientCount"),
    misconfigured(mqtt3({ consumerCount: 2 }), "/sources/0/consumerCount"),
    misconfigured(mqtt3({ headerMapping: { a: "{{ header:b }}" } }), "/sources/0/headerMapping/a"),
    misconfigured(mqtt3To({ headerMapping: { a: "b" } }), "/targets/0/headerMapping/a"),
    misconfigured(
      mqtt3({ enforcement: { input: "{{ header:a }}", filters: ["{{ thing:id }}"] } }),
      "/sources/0/enforcement/input",
    ),
    taken(mqtt3({ headerMapping: { a: "{{ header:mqtt.topic }}" } })),
    taken(mqtt3To({ headerMapping: { "mqtt.retain": "{{ header:keep }}" } })),
    taken(mqtt({ consumerCount: 2 }, { clientCount: 2 })),
  ),
  row(
    "kafka: addresses and qos",
    "are topics for sources; with a key or a partition for targets; and 0 or 1",
    misconfigured(kafka({ addresses: ["a b"] }), "/sources/0/addresses/0"),
    misconfigured(kafka({ addresses: ["a/b"] }), "/sources/0/addresses/0"),
    misconfigured(kafka({ qos: 2 }), "/sources/0/qos"),
    misconfigured(kafkaTo({ address: "a b" }), "/targets/0/address"),
    misconfigured(kafkaTo({ address: "a/" }), "/targets/0/address"),
    misconfigured(kafkaTo({ address: "a#b" }), "/targets/0/address"),
    taken(kafka({ qos: 1 })),
    ...["a", "a/{{ thing:id }}", "a#3", "{{ thing:namespace }}/b"].map((address) =>
      taken(kafkaTo({ address })),
    ),
  ),
  row(
    "kafka: bootstrapServers, saslMechanism, groupId, consumerOffsetReset",
    "are servers, one of plain and SCRAM, a name and a place",
    misconfigured(takesFrom("kafka")(), "/specificConfig/bootstrapServers"),
    ...[{ bootstrapServers: "a" }, { groupId: "a b" }, { consumerOffsetReset: "middle" }].map((wrong) =>
      misconfigured(
        kafka({}, { specificConfig: { ...bootstrap.specificConfig, ...wrong } }),
        `/specificConfig/${Object.keys(wrong)[0]}`,
      ),
    ),
    misconfigured(
      kafka(
        {},
        {
          uri: "tcp://a:b@127.0.0.1:1",
          specificConfig: { ...bootstrap.specificConfig, saslMechanism: "gssapi" },
        },
      ),
      "/specificConfig/saslMechanism",
    ),
    taken(
      kafka(
        {},
        {
          uri: "tcp://a:b@127.0.0.1:1",
          specificConfig: {
            ...{ bootstrapServers: "127.0.0.1:1,127.0.0.1:2", saslMechanism: "scram-sha-512" },
            ...{ groupId: "{{ connection:id }}", consumerOffsetReset: "earliest", debugEnabled: true },
          },
        },
      ),
    ),
  ),
  ...(["amqp-10", "amqp-091", "hono"] as const).map((type) =>
    later(
      "AMQP",
      row(
        type,
        "is a type of connections",
        misconfigured(takesFrom(type)({}, { uri: "amqp://127.0.0.1:1" }), "/connectionType"),
      ),
    ),
  ),
];
