// What is refused of connections of every type.

import { type Row, row } from "../../row.ts";
import { misconfigured, refused, taken, takesFrom, tellsTo } from "./refusing.ts";
import { make, pushes, pushesTo, target } from "./scene.ts";

const missing = (body: object, field: string) => refused("json.field.missing", body, field);
const unreadable = (body: object, field: string) => refused("json.invalid", body, field);
const badUri = (uri: string) => refused("connectivity:connection.uri.invalid", pushes({ uri }), "/uri");
const badTopic = (topic: string) =>
  refused("connectivity:topic.invalid", pushesTo({ topics: [topic] }), "/targets/0/topics/0");
const badLabel = (body: object, field: string) => refused("acknowledgement:label.invalid", body, field);

const mqtt = takesFrom("mqtt-5", { qos: 1 });
const mqttTo = tellsTo("mqtt-5", { qos: 1 });

export const refusedRows: readonly Row[] = [
  row(
    "a connection: what is missing",
    "is refused",
    missing(pushes({ connectionType: undefined }), "connectionType"),
    missing(pushes({ connectionStatus: undefined }), "connectionStatus"),
    missing(pushes({ uri: undefined }), "uri"),
    missing(pushesTo({ address: undefined }), "address"),
    missing(pushes({ credentials: {} }), "type"),
    missing(pushes({ sshTunnel: { enabled: true } }), "credentials"),
    missing(mqtt({ enforcement: { filters: [] } }), "input"),
    missing(pushes({ mappingDefinitions: { own: { options: {} } } }), "mappingEngine"),
  ),
  row(
    "a connection: a value of another type",
    "is refused",
    unreadable(pushes({ uri: 1 }), "/uri"),
    unreadable(pushes({ targets: {} }), "/targets"),
    unreadable(pushes({ clientCount: "1" }), "/clientCount"),
    unreadable(pushes({ failoverEnabled: "yes" }), "/failoverEnabled"),
    unreadable(pushesTo({ qos: "1" }), "/targets/0/qos"),
    unreadable(pushes({ connectionType: "carrier-pigeon" }), "/connectionType"),
    unreadable(pushes({ connectionStatus: "ajar" }), "/connectionStatus"),
    unreadable(pushes({ credentials: { type: "handshake" } }), "/credentials/type"),
  ),
  row(
    "a connection: null",
    "is as good as nothing",
    taken(pushes({ name: null, sources: null, credentials: null, specificConfig: null, tags: null })),
    missing(pushes({ uri: null }), "uri"),
  ),
  row(
    "a connection: unknown names",
    "are taken: kept in specificConfig and in the options of mappers, dropped elsewhere",
    make(
      pushes({
        ...{ colour: "red", specificConfig: { colour: "red" } },
        mappingDefinitions: { own: { mappingEngine: "Ditto", options: { colour: "red" } } },
      }),
    ).gives(201, {
      has: {
        specificConfig: { colour: "red" },
        mappingDefinitions: { own: { mappingEngine: "Ditto", options: { colour: "red" } } },
      },
      // Twice, and no third time.
      text: /^(?:(?!colour).)*(?:colour(?:(?!colour).)*){2}$/,
    }),
  ),
  row(
    "a connection: connectionStatus",
    "is what it is to be: open, or something else that leaves it closed",
    ...["closed", "failed", "misconfigured", "unknown"].map((connectionStatus) =>
      make(pushes({ connectionStatus })).gives(201, { has: { connectionStatus } }),
    ),
  ),
  row(
    "a connection: uri",
    "has a scheme of the type, a host and a port, and no query",
    badUri("nowhere"),
    badUri("http://127.0.0.1"),
    badUri("http://127.0.0.1:1/?a=b"),
    badUri("http://127.0.0.1:99999"),
    badUri("tcp://127.0.0.1:1"),
    refused("connectivity:connection.uri.invalid", mqtt({}, { uri: "http://127.0.0.1:1" }), "/uri"),
    taken(pushes({ uri: "http://user:p%40ss@127.0.0.1:1/base" })),
  ),
  row(
    "a connection: sources and targets",
    "are one at least, four of each at most, each for somebody and with an address",
    misconfigured(pushes({ targets: [] }), "/sources"),
    misconfigured(pushes({ targets: Array(5).fill(target) }), "/targets"),
    misconfigured(pushesTo({ authorizationContext: [] }), "/targets/0/authorizationContext"),
    misconfigured(pushesTo({ address: "" }), "/targets/0/address"),
    misconfigured(mqtt({ addresses: [] }), "/sources/0/addresses"),
    misconfigured(mqtt({ addresses: ["in", ""] }), "/sources/0/addresses/1"),
    misconfigured(mqtt({ authorizationContext: [] }), "/sources/0/authorizationContext"),
    taken(pushes({ targets: Array(4).fill(target) })),
  ),
  row(
    "a target: topics",
    "are those there are, with a query that can be read",
    badTopic("_/_/things/twin/event"),
    badTopic("org.acme/things/twin/events"),
    badTopic("things"),
    refused(
      "rql.expression.invalid",
      pushesTo({ topics: ["_/_/things/twin/events?filter=eq(attributes/a"] }),
      "/targets/0/topics/0",
    ),
    refused(
      "things:field.selection.invalid",
      pushesTo({ topics: ["_/_/things/twin/events?extraFields=colour"] }),
      "/targets/0/topics/0",
    ),
    taken(
      pushesTo({
        topics: [
          "_/_/things/twin/events?namespaces=org.acme&filter=gt(attributes/a,1)&extraFields=attributes/b,definition",
          ...["messages", "commands", "events"].map(
            (kind) => `_/_/things/live/${kind}?filter=eq(thingId,'a:b')`,
          ),
          ...["_/_/policies/announcements?namespaces=org.acme", "_/_/connections/announcements"],
        ],
      }),
    ),
  ),
  row(
    "a target: _/_/connections/announcements",
    "needs a connection with one client",
    misconfigured(
      pushesTo({ topics: ["_/_/connections/announcements"] }, { clientCount: 2 }),
      "/targets/0/topics/0",
    ),
  ),
  row(
    "a connection: placeholders",
    "are those there are where they stand, with functions there are",
    misconfigured(pushesTo({ address: "POST:/{{ thing:nothing }}" }), "/targets/0/address"),
    misconfigured(pushesTo({ address: "POST:/{{ thing:id | fn:nothing() }}" }), "/targets/0/address"),
    misconfigured(pushesTo({ headerMapping: { a: "{{ nothing:a }}" } }), "/targets/0/headerMapping/a"),
    misconfigured(mqtt({ headerMapping: { a: "{{ nothing:a }}" } }), "/sources/0/headerMapping/a"),
    misconfigured(
      mqtt({ enforcement: { input: "{{ thing:id }}", filters: [] } }),
      "/sources/0/enforcement/input",
    ),
    misconfigured(
      mqtt({ enforcement: { input: "{{ header:a }}", filters: ["{{ header:a }}"] } }),
      "/sources/0/enforcement/filters/0",
    ),
    taken(
      mqtt({
        enforcement: { input: "{{ source:address }}", filters: ["{{ thing:id }}", "{{ policy:name }}"] },
        headerMapping: { a: "{{ header:b | fn:default('c') | fn:upper() }}" },
      }),
    ),
  ),
  row(
    "a source: declaredAcks, a target: issuedAcknowledgementLabel",
    "begin with the ID of the connection, and no two targets issue the same",
    badLabel(mqtt({ declaredAcks: ["other:done"] }), "/sources/0/declaredAcks/0"),
    badLabel(mqtt({ declaredAcks: ["{{connection:id}}:{name} !"] }), "/sources/0/declaredAcks/0"),
    badLabel(mqttTo({ issuedAcknowledgementLabel: "done" }), "/targets/0/issuedAcknowledgementLabel"),
    refused(
      "acknowledgement:label.not.unique",
      pushes({ targets: Array(2).fill({ ...target, issuedAcknowledgementLabel: "{name}:done" }) }),
      "/targets/1/issuedAcknowledgementLabel",
      409,
    ),
    taken(mqtt({ declaredAcks: ["{{connection:id}}:done"] })),
    taken(pushesTo({ issuedAcknowledgementLabel: "live-response" })),
  ),
  row(
    "a connection: payload mapping",
    "names mappers there are, ten at most, and definitions of which one can be made",
    misconfigured(pushesTo({ payloadMapping: ["mine"] }), "/targets/0/payloadMapping/0"),
    misconfigured(pushesTo({ payloadMapping: Array(11).fill("Ditto") }), "/targets/0/payloadMapping"),
    misconfigured(mqtt({ payloadMapping: ["JavaScript"] }), "/sources/0/payloadMapping/0"),
    misconfigured(
      pushes({ mappingDefinitions: { mine: { mappingEngine: "Nothing", options: {} } } }),
      "/mappingDefinitions/mine/mappingEngine",
    ),
    misconfigured(
      pushes({ mappingDefinitions: { mine: { mappingEngine: "ImplicitThingCreation", options: {} } } }),
      "/mappingDefinitions/mine/options",
    ),
    misconfigured(
      pushes({
        mappingDefinitions: {
          mine: {
            mappingEngine: "JavaScript",
            options: { outgoingScript: "function mapFromDittoProtocolMsg( {" },
          },
        },
      }),
      "/mappingDefinitions/mine/options",
    ),
    taken(
      pushesTo(
        { payloadMapping: ["mine", "Normalized", "Ditto", "CloudEvents"] },
        {
          mappingDefinitions: {
            mine: {
              mappingEngine: "JavaScript",
              options: { outgoingScript: "function mapFromDittoProtocolMsg() { return null; }" },
              outgoingConditions: { kind: "fn:filter(header:kind,'eq','mine')" },
            },
          },
        },
      ),
    ),
  ),
  row(
    "a connection: divert-response-to-connection",
    "is a connection, and another; where diverted responses arrive targets have no topics",
    misconfigured(
      mqtt({ headerMapping: { "divert-response-to-connection": "no id" } }),
      "/sources/0/headerMapping/divert-response-to-connection",
    ),
    misconfigured(
      mqtt({ headerMapping: { "divert-response-to-connection": "{name}" } }),
      "/sources/0/headerMapping/divert-response-to-connection",
    ),
    misconfigured(pushes({ specificConfig: { "is-diversion-target": "true" } }), "/targets/0/topics"),
    taken(pushesTo({ topics: [] }, { specificConfig: { "is-diversion-target": "true" } })),
  ),
  row(
    "a connection: sshTunnel",
    "has credentials and fingerprints to prove its host by; not for Kafka",
    misconfigured(mqtt({}, { sshTunnel: { ...tunnel(), validateHost: true } }), "/sshTunnel/knownHosts"),
    misconfigured(mqtt({}, { sshTunnel: { ...tunnel(), uri: "tcp://127.0.0.1:22" } }), "/sshTunnel/uri"),
    misconfigured(
      takesFrom("kafka")({}, { specificConfig: { bootstrapServers: "127.0.0.1:1" }, sshTunnel: tunnel() }),
      "/sshTunnel",
    ),
    taken(mqtt({}, { sshTunnel: tunnel() })),
  ),
  row(
    "a connection: ca, credentials of type client-cert",
    "are certificates in PEM; ca needs an encrypted connection",
    misconfigured(pushes({ uri: "https://127.0.0.1:1", ca: "none" }), "/ca"),
    misconfigured(
      pushes({ uri: "https://127.0.0.1:1", credentials: { type: "client-cert", cert: "none", key: "none" } }),
      "/credentials/cert",
    ),
  ),
];

function tunnel() {
  return {
    ...{ enabled: true, uri: "ssh://127.0.0.1:22", validateHost: false, knownHosts: [] },
    credentials: { type: "plain", username: "a", password: "b" },
  };
}
