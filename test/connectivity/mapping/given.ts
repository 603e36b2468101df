// Mappers and messages for tests.

import type { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json/json.ts";
import {
  bytesPayload,
  type ExternalHeaders,
  type ExternalMessage,
  textPayload,
} from "../../../src/connectivity/external-message.ts";
import { loadMappingEngines } from "../../../src/connectivity/mapping/engines.ts";
import type { Mapper, MappingLimits, ProtocolMessage } from "../../../src/connectivity/mapping/mapper.ts";

export const engines = await loadMappingEngines(128 * 1024 * 1024, 64 * 1024 * 1024);

export const limits: MappingLimits = {
  scriptBytes: 50_000,
  scriptTimeMs: 300,
  scriptStackDepth: 25,
  incomingMessages: 10,
  outgoingMessages: 10,
  sourceMappers: 10,
  targetMappers: 10,
};

export const context = { connectionId: "c", address: "in", subjects: ["acme:device"] };

export function mapper(name: string, options: JsonObject = {}, changed: Partial<MappingLimits> = {}): Mapper {
  const engine = engines.get(name);
  if (!engine) throw new Error(`There is no engine ${name}.`);
  return engine.create({ options }, { connectionId: "c", limits: { ...limits, ...changed } });
}

export const textMessage = (text: string, headers: ExternalHeaders = {}): ExternalMessage => ({
  headers,
  payload: textPayload(text),
});

export const bytesMessage = (bytes: readonly number[], headers: ExternalHeaders = {}): ExternalMessage => ({
  headers,
  payload: bytesPayload(Buffer.from(bytes)),
});

export const told = (message: JsonObject): ProtocolMessage => ({
  text: () => JSON.stringify(message),
  json: () => message,
});

/** What is told as texts, for comparing. */
export const printed = (messages: readonly ExternalMessage[]) =>
  messages.map(({ headers, payload }) => ({ headers, text: payload?.text() }));

export const modify: JsonObject = {
  topic: "acme/lamp/things/twin/commands/modify",
  headers: { "correlation-id": "c-1" },
  path: "/attributes/on",
  value: true,
};

export const event: JsonObject = {
  topic: "acme/lamp/things/twin/events/modified",
  headers: { "correlation-id": "c-2", "response-required": false },
  path: "/features/light/properties/on",
  value: true,
  revision: 7,
  timestamp: "2024-05-01T10:00:00Z",
};

/** What it throws. */
export function refusalOf(run: () => unknown): TwinError {
  try {
    run();
  } catch (error) {
    return error as TwinError;
  }
  throw new Error("Nothing was refused.");
}
