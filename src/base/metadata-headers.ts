// What the metadata headers of a request say, as texts (HTTP) or JSON values (protocol). A malformed one is refused with
// `header.invalid`, a key with an empty level with `json.pointer.invalid` (basic-metadata page).

import { TwinError } from "./errors.ts";
import { headerInvalid } from "./header-invalid.ts";
import { invalidJsonPointer } from "./json/errors.ts";
import { parseFields } from "./json/fields.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "./json/json.ts";
import { refuseEmptyKeys } from "./json/keys.ts";
import { MAX_DEPTH, parseJson } from "./json/parse.ts";
import { type Path, printPath } from "./json/pointer.ts";

/** A value to put at a key, which is relative to the resource of the command and may hold `*`. */
export interface MetadataPut {
  readonly key: Path;
  readonly value: JsonValue;
}

/** The refusal of a metadata header. */
export const metadataHeaderInvalid = (name: string, reason: string): TwinError =>
  headerInvalid(name, { message: `The value of the header '${name}' is not valid.`, description: reason });

/**
 * The values of `put-metadata`, in the order in which they are put: those for all leaves first, so that others overwrite
 * them. Whatever is no JSON array of objects counts as a header that asks for nothing, as in Ditto.
 */
export function readMetadataPuts(raw: JsonValue): readonly MetadataPut[] {
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

/** The keys of `get-metadata` or `delete-metadata`, a field selector. */
export function readMetadataKeys(name: string, raw: JsonValue): readonly Path[] {
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
