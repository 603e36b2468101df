// Where connections differ from Ditto's on purpose, as far as HTTP alone shows it.

import { differs, get, post, put, type Row, row } from "../../row.ts";
import { misconfigured, refused, taken, takesFrom, tellsTo } from "./refusing.ts";
import { all, one, operator, pushes, pushesTo, read, target, tell, write } from "./scene.ts";

const nats = takesFrom("nats", {}, { uri: "nats://127.0.0.1:1" });
const natsTo = tellsTo("nats", {}, { uri: "nats://127.0.0.1:1" });
const mqtt = takesFrom("mqtt-5", { qos: 1 });

const unreadable = (body: object, field: string) => refused("json.invalid", body, field);

const script = (body: string) => ({
  mine: {
    mappingEngine: "JavaScript",
    options: { outgoingScript: `function mapFromDittoProtocolMsg() {\n  ${body}\n}` },
  },
});
/** A message that goes out, for a mapping test. */
const outbound = {
  direction: "outbound",
  message: {
    topic: "org.acme/{name}/things/twin/events/modified",
    path: "/attributes/a",
    value: 1,
    headers: {},
  },
};
const mapping = (parts: object, path = all) =>
  post(`${path}/mapping-test`, { ...outbound, payloadMapping: ["mine"], ...parts }, operator);

const apiRows: readonly Row[] = [
  differs(
    row(
      "GET /connections, of more than 100",
      "is refused with connectivity:connections.amount.illegal, unless the IDs are asked for alone",
      ...Array.from({ length: 101 }, (_, i) => write(pushes(), {}, `${one}-${i}`).gives(201)),
      read(`${all}?fields=id,name`).gives(200, { text: /(\{.*?\},){100}/ }),
    ),
    "lists all that there are",
  ),
  differs(
    row(
      "POST /connections/mapping-test, …/{connectionId}/mapping-test",
      "is no resource",
      mapping({
        mappingDefinitions: script('return Ditto.buildExternalMsg({}, "mapped", null, "text/plain");'),
      }).gives(200, {
        has: {
          direction: "outbound",
          results: [{ outcome: "mapped", messages: [{ textPayload: "mapped" }] }],
        },
      }),
      mapping({ mappingDefinitions: script('throw new Error("broken");') }).gives(200, {
        has: {
          results: [{ outcome: "failed", error: { error: "connectivity:message.mapping.failed", line: 2 } }],
        },
      }),
      mapping({}).fails(400, "connectivity:connection.configuration.invalid"),
      write(pushesTo({ payloadMapping: ["mine"] }, { mappingDefinitions: script("return null;") })).gives(
        201,
      ),
      mapping({ payloadMapping: undefined }, one).gives(200, { has: { results: [{ outcome: "dropped" }] } }),
      mapping({}, `${one}x`).fails(404, "connectivity:connection.notfound"),
      post(`${all}/mapping-test`, outbound).gives(401),
    ),
    "an addition: tells what mappers make of a sample message, or where their scripts fail, and changes nothing",
  ),
];

const configurationRows: readonly Row[] = [
  differs(
    row(
      "nats",
      "is no type of connections",
      taken(nats({ addresses: ["sensors.>", "stream:PLANT/plant.*.state", "consumer:PLANT/ours"] })),
      taken(natsTo({ address: "twins.{{ thing:name }}", qos: 1 })),
      misconfigured(nats({ qos: 1 }), "/sources/0/qos"),
      misconfigured(nats({ addresses: ["a..b"] }), "/sources/0/addresses/0"),
      misconfigured(natsTo({ address: "a.*" }), "/targets/0/address"),
      misconfigured(nats({}, { specificConfig: { ackWait: "soon" } }), "/specificConfig/ackWait"),
      misconfigured(nats({}, { uri: "nats://token@127.0.0.1:1" }), "/uri"),
    ),
    "an addition: NATS and JetStream",
  ),
  differs(
    row(
      "a connection: authorizationContext, acknowledgementRequests, conditions, parameters",
      "are looked at when the first message comes",
      misconfigured(mqtt({ authorizationContext: ["{{ thing:id }}"] }), "/sources/0/authorizationContext/0"),
      misconfigured(
        mqtt({ acknowledgementRequests: { includes: [], filter: "fn:nothing()" } }),
        "/sources/0/acknowledgementRequests/filter",
      ),
      misconfigured(
        pushes({
          mappingDefinitions: {
            mine: { mappingEngine: "Ditto", options: {}, incomingConditions: { a: "fn:nothing()" } },
          },
        }),
        "/mappingDefinitions/mine/incomingConditions/a",
      ),
      misconfigured(
        pushes({ credentials: { type: "hmac", algorithm: "az-sasl", parameters: {} } }),
        "/credentials/parameters/sharedKeyName",
      ),
    ),
    "what cannot work is refused when the connection is made",
  ),
  differs(
    row(
      "a connection: what is no object, text or value where there should be one",
      "is passed over in lists, header mappings, options and flags",
      unreadable(pushes({ targets: [target, "out"] }), "/targets/1"),
      unreadable(pushesTo({ headerMapping: { a: 1 } }), "/targets/0/headerMapping/a"),
      unreadable(pushesTo({ authorizationContext: ["a:b", 1] }), "/targets/0/authorizationContext/1"),
      unreadable(
        mqtt({ replyTarget: { address: "a", expectedResponseTypes: ["answer"] } }),
        "/sources/0/replyTarget/expectedResponseTypes/0",
      ),
      misconfigured(
        pushes({
          mappingDefinitions: { own: { mappingEngine: "Normalized", options: { includeDeletedFields: 1 } } },
        }),
        "/mappingDefinitions/own/options/includeDeletedFields",
      ),
      misconfigured(mqtt({}, { specificConfig: { lastWillQos: "often" } }), "/specificConfig/lastWillQos"),
    ),
    "is refused, naming the field",
  ),
  differs(
    row(
      "a connection: clientCount, consumerCount",
      "may be any number",
      misconfigured(mqtt({}, { clientCount: 101 }), "/clientCount"),
      misconfigured(mqtt({ consumerCount: 101 }), "/sources/0/consumerCount"),
      taken(mqtt({ consumerCount: 100 }, { clientCount: 100 })),
    ),
    "are 100 at most (CONNECTION_CLIENT_NUMBER, CONNECTION_CONSUMER_NUMBER)",
  ),
  differs(
    row(
      "a connection: mappingDefinitions",
      "may be any number",
      misconfigured(
        pushes({
          mappingDefinitions: Object.fromEntries(
            Array.from({ length: 101 }, (_, i) => [`m${i}`, { mappingEngine: "Ditto", options: {} }]),
          ),
        }),
        "/mappingDefinitions",
      ),
    ),
    "are 100 at most",
  ),
  differs(
    row(
      "a target: topics, printed",
      "have a query that is decoded whole",
      write(
        pushesTo({ topics: ["_/_/things/twin/events?filter=eq(attributes/a,%22b%26c%2Bd%25%22)"] }),
      ).gives(201, {
        has: { targets: [{ topics: ['_/_/things/twin/events?filter=eq(attributes/a,"b%26c%2Bd%25")'] }] },
      }),
    ),
    "keep the escapes of &, + and %, so that what is read can be sent again",
  ),
  differs(
    row(
      "http-push: credentials of type oauth-password",
      "may send secrets to a token endpoint of http",
      misconfigured(
        pushes({
          credentials: {
            ...{ type: "oauth-password", tokenEndpoint: "http://127.0.0.1:1/token", clientId: "a" },
            ...{ requestedScopes: "b", username: "c", password: "d" },
          },
        }),
        "/credentials/tokenEndpoint",
      ),
    ),
    "is bound to https as oauth-client-credentials are",
  ),
  differs(
    row(
      "http-push: credentials of type plain",
      "are passed over",
      write(
        pushesTo(
          {
            ...{
              address: "PUT:{thing}/attributes/told",
              headerMapping: { "content-type": "application/json" },
            },
            ...{ topics: ["_/_/things/twin/events?filter=eq(resource:path,'/attributes/plain')"] },
            issuedAcknowledgementLabel: "{{connection:id}}:told",
          },
          {
            ...{ uri: "{url}", connectionStatus: "open" },
            credentials: { type: "plain", username: "ditto", password: "ditto" },
          },
        ),
      ).gives(201),
      tell("openConnection").gives(200),
      put("{thing}/attributes/plain", 1, { "requested-acks": "{name}:told" }).gives(201),
      get("{thing}/attributes/told").gives(200, { has: { value: 1 } }),
      tell("closeConnection").gives(200),
    ),
    "are sent as HTTP Basic",
  ),
];

export const differingConnectionRows: readonly Row[] = [...apiRows, ...configurationRows];
