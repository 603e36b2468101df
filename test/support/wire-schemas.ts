// Whether what was said is as the schemas of the wire have it.

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import { protocolMessages } from "../../schema/wire/protocol.ts";
import { type WireSchemaName, wireSchemas } from "../../schema/wire/schemas.ts";
import type { Message } from "./socket.ts";

/** A validator of JSON Schema 2020-12, strict about the schemas themselves. */
export function wireAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  addFormats.default(ajv);
  return ajv;
}

const ajv = wireAjv();
for (const [name, schema] of Object.entries(wireSchemas)) ajv.addSchema({ ...schema, $id: name });

/** Validates against one schema of the wire. */
export const wireValidator = (name: WireSchemaName): ValidateFunction =>
  ajv.getSchema(name) as ValidateFunction;

/** What is wrong with a value; nothing, where it is as the schema has it. */
export function wireErrors(name: WireSchemaName, value: unknown): string[] {
  const validate = wireValidator(name);
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${name}${error.instancePath}: ${error.message}`);
}

export type MessageKind = (typeof protocolMessages)[number];

/** The kinds of messages that a value is one of. */
export const messageKinds = (value: unknown): MessageKind[] =>
  protocolMessages.filter((name) => wireValidator(name)(value));

/** Expects a text to be a message of the Ditto Protocol, of this kind where one is given; gives what it says. */
export function expectValidMessage(text: string, kind?: MessageKind): Message {
  const message: unknown = JSON.parse(text);
  const candidates = kind ? [kind] : protocolMessages;
  const problems = candidates.map((name) => wireErrors(name, message));
  // Of those kinds that its topic can be, one must take it; the problems of the others say nothing.
  const told = problems.filter((errors) => !errors.some((error) => error.includes("/topic:")));
  if (!problems.some((errors) => errors.length === 0)) {
    expect(told.length > 0 ? told.flat() : ["no kind of message has this topic"], text).toEqual([]);
  }
  return message as Message;
}
