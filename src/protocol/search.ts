// Searches in pages (protocol-specification-things-search page): what clients ask, and what they are told.

import { defineError, type TwinError } from "../base/errors.ts";
import { invalidJson } from "../base/json/errors.ts";
import { parseFields } from "../base/json/fields.ts";
import {
  getKey,
  isArray,
  isObject,
  isRawNumber,
  type JsonObject,
  type JsonValue,
} from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Envelope } from "./envelope.ts";
import type { SearchAction } from "./topic.ts";

/** Begins a search. */
export interface Subscribe {
  readonly action: "subscribe";
  readonly filter?: string | undefined;
  readonly options?: string | undefined;
  /** Absent: all; never empty. */
  readonly namespaces?: readonly string[] | undefined;
  readonly fields?: readonly Path[] | undefined;
}

/** Asks for so many more pages; what is below 1 breaks the protocol, and is for the receiver to refuse. */
export interface RequestPages {
  readonly action: "request";
  readonly subscriptionId: string;
  readonly demand: number;
}

export interface Cancel {
  readonly action: "cancel";
  readonly subscriptionId: string;
}

export type SearchCommand = Subscribe | RequestPages | Cancel;

const invalidPayload = defineError("json.format.invalid", 400, (reason: string) => ({
  message: "The value of the message is not that of a search.",
  description: reason,
}));

/**
 * Reads the value of a message. Null counts as absent. A text or a list that is something else is refused with
 * `json.invalid`; a value that is no object, one without the ID it needs, and a demand that is no whole number of 64 bits
 * with `json.format.invalid`; fields with `json.fieldselector.invalid`.
 */
export function readSearchCommand({ value, fields }: Envelope, action: SearchAction): SearchCommand {
  const payload = payloadOf(value);
  switch (action) {
    case "subscribe":
      return {
        action,
        filter: textAt(payload, "filter"),
        options: textAt(payload, "options"),
        namespaces: namespacesOf(payload),
        fields: fields === undefined ? undefined : parseFields(fields),
      };
    case "request":
      return { action, subscriptionId: subscriptionOf(payload), demand: demandOf(payload) };
    case "cancel":
      return { action, subscriptionId: subscriptionOf(payload) };
  }
}

function payloadOf(value: JsonValue | undefined): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalidPayload("It must be a JSON object.");
  return value;
}

function textAt(payload: JsonObject, key: string): string | undefined {
  const text = getKey(payload, key) ?? undefined;
  if (text !== undefined && typeof text !== "string")
    throw invalidJson(`The field '${key}' must be a string.`);
  return text;
}

function namespacesOf(payload: JsonObject): readonly string[] | undefined {
  const list = getKey(payload, "namespaces") ?? undefined;
  if (list === undefined) return undefined;
  if (!isArray(list)) throw invalidJson("The field 'namespaces' must be an array.");
  if (!list.every((name) => typeof name === "string"))
    throw invalidPayload("The elements of the field 'namespaces' must be strings.");
  return list.length === 0 ? undefined : [...new Set(list)];
}

function subscriptionOf(payload: JsonObject): string {
  const id = textAt(payload, "subscriptionId");
  if (id === undefined) throw invalidPayload("The field 'subscriptionId' is missing.");
  return id;
}

/** Of 64 bits; what a double does not hold exactly is more than anybody waits for. */
const MOST = 2 ** 63;

function demandOf(payload: JsonObject): number {
  const given = getKey(payload, "demand") ?? 0;
  if (typeof given !== "number" && !isRawNumber(given))
    throw invalidJson("The field 'demand' must be a number.");
  const demand = isRawNumber(given) ? Number(given.rawJSON) : given;
  if (!Number.isInteger(demand) || Math.abs(demand) > MOST)
    throw invalidPayload("The field 'demand' must be a whole number of 64 bits.");
  return demand;
}

/** Prints that a search has begun, or that all of it was told; `headers` as `printToldHeaders` makes them. */
export const printSearch = (event: "created" | "complete", id: string, headers: string): string =>
  print(event, id, headers, "");

/** Prints a page; its items are JSON. */
export const printNext = (id: string, items: readonly string[], headers: string): string =>
  print("next", id, headers, `,"items":[${items.join(",")}]`);

/** Prints why a search is over, or what was wrong about a message for it. */
export const printFailed = (id: string, error: TwinError, headers: string): string =>
  print("failed", id, headers, `,"error":${JSON.stringify(error)}`);

const print = (event: string, id: string, headers: string, more: string): string =>
  `{"topic":"_/_/things/twin/search/${event}","headers":${headers},"path":"/",` +
  `"value":{"subscriptionId":${JSON.stringify(id)}${more}}}`;
