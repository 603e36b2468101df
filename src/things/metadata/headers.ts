// The metadata headers of a request, from strings (HTTP) or JSON values (protocol) to what they ask for.

import { TwinError } from "../../base/errors.ts";
import { invalidJsonPointer } from "../../base/json/errors.ts";
import { parseFields } from "../../base/json/fields.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { refuseEmptyKeys } from "../../base/json/keys.ts";
import { MAX_DEPTH, parseJson } from "../../base/json/parse.ts";
import { type Path, printPath } from "../../base/json/pointer.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { metadataHeaderInvalid, metadataHeadersConflict } from "./errors.ts";

export type MetadataHeader = "put-metadata" | "get-metadata" | "delete-metadata";

/** A value to put at a key, which is relative to the resource of the command and may hold `*`. */
export interface MetadataPut {
  readonly key: Path;
  readonly value: JsonValue;
}

export interface MetadataHeaders {
  /** In the order in which they are put: those for all leaves first, so that others overwrite them. */
  readonly put: readonly MetadataPut[];
  readonly get: readonly Path[];
  readonly delete: readonly Path[];
}

/**
 * Reads the metadata headers of a request; `undefined` when it asks for nothing. Refuses a malformed one with
 * `header.invalid` (`json.pointer.invalid` for a key with an empty level), and more than one with
 * `things:metadata.headersconflict` (basic-metadata page).
 */
export function parseMetadataHeaders(headers: DittoHeaders): MetadataHeaders | undefined {
  const { "put-metadata": put, "get-metadata": get, "delete-metadata": remove } = headers;
  if (put === undefined && get === undefined && remove === undefined) return undefined;
  const parsed = {
    put: put === undefined ? [] : readPuts(put),
    get: get === undefined ? [] : readSelector("get-metadata", get),
    delete: remove === undefined ? [] : readSelector("delete-metadata", remove),
  };
  const given = [parsed.put, parsed.get, parsed.delete].filter((list) => list.length > 0);
  if (given.length > 1) throw metadataHeadersConflict();
  return given.length === 0 ? undefined : parsed;
}

/** Whatever is no JSON array of objects counts as a header that asks for nothing, as in Ditto. */
function readPuts(raw: JsonValue): readonly MetadataPut[] {
  const value = jsonOrNothing(raw);
  return isArray(value) ? value.filter(isObject).map(readPut).sort(byKey) : [];
}

function jsonOrNothing(raw: JsonValue): JsonValue | undefined {
  try {
    const value = typeof raw === "string" ? parseJson(raw) : raw;
    refuseEmptyKeys(value);
    return value;
  } catch (error) {
    if (error instanceof TwinError) return undefined;
    throw error;
  }
}

function readPut(entry: JsonObject): MetadataPut {
  const key = getKey(entry, "key");
  const value = getKey(entry, "value");
  if (typeof key !== "string" || value === undefined) {
    throw metadataHeaderInvalid(
      "put-metadata",
      "Each object of the array needs a 'key' (text) and a 'value'.",
    );
  }
  return { key: readKey(key), value };
}

/** Reads a JSON pointer of Ditto's: the only escape is `~0`, a slash at either end is optional. */
function readKey(text: string): Path {
  if (text.includes("//")) throw invalidJsonPointer(text);
  const keys = text.split("/").filter((key) => key !== "");
  if (keys.length === 0) throw metadataHeaderInvalid("put-metadata", "A key must not be empty.");
  if (keys.length > MAX_DEPTH)
    throw metadataHeaderInvalid("put-metadata", `A key has at most ${MAX_DEPTH} levels.`);
  return keys.map((key) => key.replaceAll("~0", "~"));
}

/** Of one key the greater value is put last; why Ditto sorts is only told for the leaves. */
function byKey(a: MetadataPut, b: MetadataPut): number {
  const leavesFirst = Number(b.key[0] === "*") - Number(a.key[0] === "*");
  return (
    leavesFirst || compare(printPath(a.key), printPath(b.key)) || compare(textOf(a.value), textOf(b.value))
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const textOf = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

function readSelector(name: MetadataHeader, raw: JsonValue): readonly Path[] {
  if (typeof raw !== "string") throw metadataHeaderInvalid(name, "It must be a text.");
  if (raw === "") return [];
  try {
    return parseFields(raw);
  } catch (error) {
    if (error instanceof TwinError)
      throw metadataHeaderInvalid(name, error.text.description ?? error.message);
    throw error;
  }
}
