// JSON that is no connection, with the field at fault.

import { expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { readConnection } from "../../../src/connectivity/read.ts";
import { jsonOf, source, target } from "./connections.ts";

const refusal = (json: JsonObject): TwinError => {
  try {
    readConnection(json);
  } catch (error) {
    if (error instanceof TwinError) return error;
    throw error;
  }
  throw new Error("it was accepted");
};

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
  ["with an address for a source", jsonOf({ sources: [source, "in/#"] }), "json.invalid", "/sources/1"],
  ["with null for a target", jsonOf({ targets: [null] }), "json.invalid", "/targets/0"],
  ["with a tag that is no text", jsonOf({ tags: ["a", 1] }), "json.invalid", "/tags/1"],
  [
    "with a subject that is no text",
    jsonOf({ targets: [{ ...target, authorizationContext: ["a:b", 1] }] }),
    "json.invalid",
    "/targets/0/authorizationContext/1",
  ],
  [
    "with a mapped header that is no text",
    jsonOf({ sources: [{ ...source, headerMapping: { a: "b", "c/d": 1 } }] }),
    "json.invalid",
    "/sources/0/headerMapping/c~1d",
  ],
  [
    "with a mapper that is no text",
    jsonOf({ targets: [{ ...target, payloadMapping: [{}] }] }),
    "json.invalid",
    "/targets/0/payloadMapping/0",
  ],
  [
    "with replies of an unknown type",
    jsonOf({
      sources: [{ ...source, replyTarget: { address: "a", expectedResponseTypes: ["nack", "ack"] } }],
    }),
    "json.invalid",
    "/sources/0/replyTarget/expectedResponseTypes/1",
  ],
  [
    "with the name of an engine for a mapping definition",
    jsonOf({ mappingDefinitions: { mine: "JavaScript" } }),
    "json.invalid",
    "/mappingDefinitions/mine",
  ],
  [
    "with null for an option that there is",
    jsonOf({ specificConfig: { cleanSession: null } }),
    "json.invalid",
    "/specificConfig/cleanSession",
  ],
  [
    "with an array for an option that is a text",
    jsonOf({ specificConfig: { clientId: ["a"] } }),
    "json.invalid",
    "/specificConfig/clientId",
  ],
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
    jsonOf({ targets: [{ ...target, authorizationContext: [] }] }),
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

test.each<[fields: JsonObject, message: string]>([
  [{ connectionType: "MQTT" }, "/connectionType' must be one of amqp-091, .*, nats, but is 'MQTT'\\."],
  [{ clientCount: "2" }, "/clientCount' must be a whole number, but is a text\\."],
  [{ clientCount: 1.5 }, "/clientCount' must be a whole number, but is 1.5\\."],
  [{ clientCount: -1 }, "It is -1, and must be at least 1\\. \\(/clientCount\\)"],
  [{ failoverEnabled: [] }, "/failoverEnabled' must be true or false, but is an array\\."],
  [{ sources: [{ ...source, replyTarget: "a" }] }, "/replyTarget' must be an object, but is a text\\."],
])("a refusal tells what is allowed, and what was given: %j", (fields, message) => {
  expect(refusal(jsonOf(fields)).text.message).toMatch(new RegExp(message));
});

test("a text of the wrong type is not repeated, since it may be a secret", () => {
  const error = refusal(jsonOf({ credentials: "hunter2" }));

  expect(error.text.message).toContain("/credentials");
  expect(JSON.stringify(error)).not.toContain("hunter2");
});

test("a URI that is refused is not repeated", () => {
  expect(JSON.stringify(refusal(jsonOf({ uri: "tcp://u:hunter2@host" })))).not.toContain("hunter2");
});
