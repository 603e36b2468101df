// JSON Patch (RFC 6902) documents: reading them, and the paths they name.

import { invalidJson } from "./errors.ts";
import { getKey, isArray, isObject, type JsonValue } from "./json.ts";
import { MAX_DEPTH } from "./parse.ts";
import { type Path, unescapeKey } from "./pointer.ts";

/** The media type of a patch document. */
export const JSON_PATCH = "application/json-patch+json";

export type Operation =
  | { readonly op: "add" | "replace" | "test"; readonly path: Path; readonly value: JsonValue }
  | { readonly op: "remove"; readonly path: Path }
  | { readonly op: "move" | "copy"; readonly from: Path; readonly path: Path };

/** Operations of one document; each may copy what lies along its path. */
const MAX_OPERATIONS = 1_000;

/** Reads a patch document; refuses with `json.invalid` what is none, and more than 1,000 operations. */
export function readJsonPatch(document: JsonValue): readonly Operation[] {
  if (!isArray(document)) throw invalidJson("A JSON patch is an array of operations.");
  if (document.length > MAX_OPERATIONS)
    throw invalidJson(`A JSON patch has at most ${MAX_OPERATIONS} operations.`);
  return document.map(readOperation);
}

function readOperation(operation: JsonValue, index: number): Operation {
  const where = `operation ${index} of the JSON patch`;
  if (!isObject(operation)) throw invalidJson(`The ${where} is no object.`);
  const pointer = (member: string) => readPointer(getKey(operation, member), `'${member}' of ${where}`);
  const op = getKey(operation, "op");
  switch (op) {
    case "remove":
      return { op, path: pointer("path") };
    case "move":
    case "copy":
      return { op, from: pointer("from"), path: pointer("path") };
    case "add":
    case "replace":
    case "test": {
      const value = getKey(operation, "value");
      if (value === undefined) throw invalidJson(`The ${where} lacks its 'value'.`);
      return { op, path: pointer("path"), value };
    }
    default:
      throw invalidJson(`The 'op' of ${where} is none of add, remove, replace, move, copy, test.`);
  }
}

/** A pointer as RFC 6901 has it: empty, or keys that each follow a slash. */
function readPointer(value: JsonValue | undefined, what: string): Path {
  if (typeof value !== "string") throw invalidJson(`The ${what} is no string.`);
  if (value === "") return [];
  if (!value.startsWith("/")) throw invalidJson(`The ${what} does not begin with a slash.`);
  if (/~(?![01])/.test(value)) throw invalidJson(`The ${what} holds a '~' that is neither '~0' nor '~1'.`);
  const keys = value.slice(1).split("/");
  if (keys.length > MAX_DEPTH) throw invalidJson(`The ${what} has more than ${MAX_DEPTH} keys.`);
  return keys.map(unescapeKey);
}

/** The paths that a patch names: its outcome tells whether something is there, and what. */
export const pathsNamed = (patch: readonly Operation[]): readonly Path[] =>
  patch.flatMap((operation) =>
    operation.op === "move" || operation.op === "copy" ? [operation.from, operation.path] : [operation.path],
  );

/** The paths that a patch writes to, whether that makes a difference or not. */
export const pathsWritten = (patch: readonly Operation[]): readonly Path[] =>
  patch.flatMap((operation) => {
    if (operation.op === "test") return [];
    return operation.op === "move" ? [operation.from, operation.path] : [operation.path];
  });
