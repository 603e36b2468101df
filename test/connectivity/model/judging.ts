// Judging connections by what is common to all transports.

import { generateKeyPairSync } from "node:crypto";
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

/** How many mappers were closed. */
export const mappers = { closed: 0 };
const engine = (name: string, needsDefinition: boolean): MappingEngine => ({
  names: [name],
  needsDefinition,
  create({ options }) {
    if (options.bad) throw new Error("bad is no option");
    return { blocked: new Set(), incoming: () => [], outgoing: () => [], close: () => mappers.closed++ };
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

export const judge = (fields: JsonObject): Promise<void> =>
  validateConnection(readConnection(jsonOf(fields)), parts);

/** The refusal of a connection with these fields. */
export async function refusal(fields: JsonObject): Promise<TwinError> {
  try {
    await judge(fields);
  } catch (error) {
    if (error instanceof TwinError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

export const mqttSource = { ...source, qos: 1 };
export const withSource = (fields: JsonObject): JsonObject => ({ sources: [{ ...mqttSource, ...fields }] });
export const withTarget = (fields: JsonObject): JsonObject => ({ targets: [{ ...target, ...fields }] });
export const definition = (fields: JsonObject): JsonObject => ({
  mappingDefinitions: { mine: { mappingEngine: "JavaScript", options: {}, ...fields } },
});
export const http = (fields: JsonObject): JsonObject => ({
  connectionType: "http-push",
  uri: "https://host:443",
  sources: [],
  ...fields,
});
export const oauth = {
  type: "oauth-client-credentials",
  tokenEndpoint: "https://login.example.org/token",
  clientId: "c",
  clientSecret: "s",
  requestedScopes: "one two",
};
export const hmac = { type: "hmac", algorithm: "az-sasl", parameters: {} };
export const tunnel = (fields: JsonObject, credentials: JsonObject = {}): JsonObject => ({
  sshTunnel: {
    enabled: true,
    credentials: { type: "plain", username: "u", password: "p", ...credentials },
    validateHost: true,
    knownHosts: ["SHA256:abc"],
    uri: "ssh://host:22",
    ...fields,
  },
});
export const keys = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

export const INVALID = "connectivity:connection.configuration.invalid";
export const URI = "connectivity:connection.uri.invalid";
export const LABEL = "acknowledgement:label.invalid";
