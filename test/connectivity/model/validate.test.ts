// What this server refuses to serve, with the field at fault.

import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Transport } from "../../../src/connectivity/connectors/connector.ts";
import type { MappingEngine } from "../../../src/connectivity/mapping/mapper.ts";
import { readConnection } from "../../../src/connectivity/read.ts";
import type { ValidationParts } from "../../../src/connectivity/validate/parts.ts";
import { validateConnection } from "../../../src/connectivity/validate/validate.ts";
import { jsonOf, source, target } from "./connections.ts";

const neverOpened = (): never => {
  throw new Error("nothing is opened here");
};

/** A transport that takes every connection of its types, so that only what all have in common is judged. */
const transport = (types: Transport["types"], schemes: Transport["schemes"]): Transport => ({
  types,
  schemes,
  validate: () => undefined,
  connector: neverOpened,
});

let closedMappers = 0;
const engine = (name: string, needsDefinition: boolean): MappingEngine => ({
  names: [name],
  needsDefinition,
  create({ options }) {
    if (options.bad) throw new Error("bad is no option");
    return { blocked: new Set(), incoming: () => [], outgoing: () => [], close: () => closedMappers++ };
  },
});

const parts: ValidationParts = {
  transports: [
    transport(["mqtt", "mqtt-5", "kafka"], {
      tcp: { isSecure: false, port: 1883 },
      ssl: { isSecure: true, port: 8883 },
    }),
    transport(["http-push"], { https: { isSecure: true, port: 443 } }),
  ],
  engines: [engine("Ditto", false), engine("JavaScript", true)],
  limits: { sources: 4, targets: 4, clients: 10, consumers: 10 },
  mappingLimits: {
    scriptBytes: 50_000,
    scriptTimeMs: 500,
    scriptStackDepth: 25,
    incomingMessages: 10,
    outgoingMessages: 10,
    sourceMappers: 2,
    targetMappers: 2,
  },
  refusalOfHost: async (host) => (host.startsWith("blocked") ? `The host ${host} is blocked.` : undefined),
};

const judge = (fields: JsonObject): Promise<void> =>
  validateConnection(readConnection(jsonOf(fields)), parts);

async function refusal(fields: JsonObject): Promise<TwinError> {
  try {
    await judge(fields);
  } catch (error) {
    if (error instanceof TwinError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

const mqttSource = { ...source, qos: 1 };
const withSource = (fields: JsonObject): JsonObject => ({ sources: [{ ...mqttSource, ...fields }] });
const withTarget = (fields: JsonObject): JsonObject => ({ targets: [{ ...target, ...fields }] });
const definition = (fields: JsonObject): JsonObject => ({
  mappingDefinitions: { mine: { mappingEngine: "JavaScript", options: {}, ...fields } },
});
const http = (fields: JsonObject): JsonObject => ({
  connectionType: "http-push",
  uri: "https://host:443",
  sources: [],
  ...fields,
});
const oauth = {
  type: "oauth-client-credentials",
  tokenEndpoint: "https://login.example.org/token",
  clientId: "c",
  clientSecret: "s",
  requestedScopes: "one two",
};
const hmac = { type: "hmac", algorithm: "az-sasl", parameters: {} };
const tunnel = (fields: JsonObject, credentials: JsonObject = {}): JsonObject => ({
  sshTunnel: {
    enabled: true,
    credentials: { type: "plain", username: "u", password: "p", ...credentials },
    validateHost: true,
    knownHosts: ["SHA256:abc"],
    uri: "ssh://host:22",
    ...fields,
  },
});
const keys = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

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

const INVALID = "connectivity:connection.configuration.invalid";
const URI = "connectivity:connection.uri.invalid";
const LABEL = "acknowledgement:label.invalid";

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
  ["that trusts nonsense", { uri: "ssl://host:1", ca: "nonsense" }, INVALID, "/ca"],
  [
    "that trusts half a certificate",
    { uri: "ssl://host:1", ca: "-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----" },
    INVALID,
    "/ca",
  ],
  [
    "with a client certificate that is none",
    { uri: "ssl://host:1", credentials: { type: "client-cert", cert: "x" } },
    INVALID,
    "/credentials/cert",
  ],
  [
    "with a client key that is none",
    { uri: "ssl://host:1", credentials: { type: "client-cert", key: "x" } },
    INVALID,
    "/credentials/key",
  ],
  ["of a scheme of others", { uri: "amqp://host:1" }, URI, "/uri"],
  ["to a blocked host", { uri: "tcp://blocked.example.org:1" }, INVALID, "/uri"],
  ["of Kafka through a tunnel", { connectionType: "kafka", ...tunnel({}) }, INVALID, "/sshTunnel"],
  ["through a tunnel without ssh", tunnel({ uri: "tcp://host:22" }), INVALID, "/sshTunnel/uri"],
  ["through a tunnel without a port", tunnel({ uri: "ssh://host" }), URI, "/sshTunnel/uri"],
  ["through a blocked host", tunnel({ uri: "ssh://blocked:22" }), INVALID, "/sshTunnel/uri"],
  ["through a host that nobody can know", tunnel({ knownHosts: [] }), INVALID, "/sshTunnel/knownHosts"],
  ["through a tunnel for nobody", tunnel({}, { username: "" }), INVALID, "/sshTunnel/credentials/username"],
  [
    "through a tunnel with a bad key",
    tunnel({}, { type: "public-key", publicKey: keys.publicKey, privateKey: "y" }),
    INVALID,
    "/sshTunnel/credentials/privateKey",
  ],
  [
    "through a tunnel with half a key",
    tunnel({}, { type: "public-key", publicKey: "x", privateKey: keys.privateKey }),
    INVALID,
    "/sshTunnel/credentials/publicKey",
  ],
  ["of MQTT that signs", { credentials: hmac }, INVALID, "/credentials/type"],
  [
    "that proves itself twice",
    http({ uri: "https://u:p@host:443", credentials: hmac }),
    INVALID,
    "/credentials",
  ],
  ["of MQTT with scopes", { credentials: oauth }, INVALID, "/credentials/type"],
  [
    "with odd scopes",
    http({ credentials: { ...oauth, requestedScopes: "one  two" } }),
    INVALID,
    "/credentials/requestedScopes",
  ],
  [
    "with a token from nowhere",
    http({ credentials: { ...oauth, tokenEndpoint: "nowhere" } }),
    INVALID,
    "/credentials/tokenEndpoint",
  ],
  [
    "with a token from a file",
    http({ credentials: { ...oauth, tokenEndpoint: "file:///etc/passwd" } }),
    INVALID,
    "/credentials/tokenEndpoint",
  ],
  [
    "with a token from a blocked host",
    http({ credentials: { ...oauth, tokenEndpoint: "https://blocked/token" } }),
    INVALID,
    "/credentials/tokenEndpoint",
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

test("a client certificate needs the key that it was made for", async () => {
  const credentials = { type: "client-cert", cert: CERTIFICATE, key: keys.privateKey };
  const error = await refusal({ uri: "ssl://host:1", ca: CERTIFICATE, credentials });

  expect(error.text.message).toContain("(/credentials/key)");
});

test("certificates are trusted over encrypted connections only", async () => {
  const error = await refusal({ ca: CERTIFICATE });

  expect(error.code).toBe(URI);
  expect(error.text.message).toContain("(/uri)");
});

test("mappers that were made to be judged are closed", async () => {
  closedMappers = 0;
  await judge(definition({}));

  expect(closedMappers).toBe(1);
});

/** Of nobody, valid for a hundred years. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBNDCB56ADAgECAhQVa8j7iQba4HTzNzTh5s4+QSUNNjAFBgMrZXAwDzENMAsG
A1UEAwwEdGVzdDAgFw0yNjExMjIwMzU4NTlaGA8yMTI2MTAyOTAzNTg1OVowDzEN
MAsGA1UEAwwEdGVzdDAqMAUGAytlcAMhAHObwvBQw7aCA5sV4tnd4Y1XOEQJWWl6
HgwIixVbIEEbo1MwUTAdBgNVHQ4EFgQUviTXfmc8nZIE09ZJRq5FmA849/kwHwYD
VR0jBBgwFoAUviTXfmc8nZIE09ZJRq5FmA849/kwDwYDVR0TAQH/BAUwAwEB/zAF
BgMrZXADQQD/BHYPzj4zFPxY91yWCJwe9yFjUT19k6teKYce3yyaF/zsxL9GWfk9
/ySw6S43aBXvnsad1MAh2mhpxaRBaK4D
-----END CERTIFICATE-----`;
