// The headers of a protocol message that came in: its own, those that its source maps, and those that say where its answer goes.

import { randomUUID } from "node:crypto";
import type { JsonValue } from "../../base/json/json.ts";
import type { Values } from "../../base/placeholders/element.ts";
import { jsonText } from "../../base/placeholders/json-text.ts";
import type { HeaderTexts } from "../placeholders/texts.ts";

export type Headers = { [name: string]: JsonValue };

/** Adds what a source maps; the message's own headers take precedence, and what has no value is left out. */
export function addMapped(headers: Headers, mapping: HeaderTexts, values: Values): void {
  for (const [name, text] of mapping) {
    const key = name.toLowerCase();
    if (Object.hasOwn(headers, key)) continue;
    const value = text.first(values);
    if (value !== undefined) headers[key] = value;
  }
}

/** By this who sent it, and the operator, find what became of it. */
export function addCorrelationId(headers: Headers): void {
  if (headers["correlation-id"] === undefined) headers["correlation-id"] = randomUUID();
}

/** Where an answer is diverted to (connectivity-response-diversion page). */
export interface Diversion {
  readonly divertTo?: string;
  readonly divertTypes?: string;
}

/** Takes out the headers that are for the connection alone. */
export function takeDiversion(headers: Headers): Diversion {
  // Nearly no message has them, and a deletion makes objects slow.
  const to = headers["divert-response-to-connection"];
  const types = headers["divert-expected-response-types"];
  if (to === undefined && types === undefined) return nowhere;
  delete headers["divert-response-to-connection"];
  delete headers["divert-expected-response-types"];
  if (to === undefined) return nowhere;
  return { divertTo: jsonText(to).trim(), ...(types !== undefined && { divertTypes: jsonText(types) }) };
}

const nowhere: Diversion = {};
