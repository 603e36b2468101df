// Bodies of requests that are made from a template.

import {
  getKey,
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  putKey,
} from "../../../base/json/json.ts";

/** Texts that stand for something, and whether that is of a single row. */
const placeholders: Readonly<Record<string, { readonly isSingle: boolean }>> = {
  "{{inputs}}": { isSingle: false },
  "{{objects}}": { isSingle: false },
  "{{input}}": { isSingle: true },
  "{{object}}": { isSingle: true },
};

type Row = readonly number[];

/** What a template asks for; `undefined` where nothing of the rows would be in the body. */
export function rowsOf(template: JsonValue): "all" | "one" | undefined {
  const found = textsOf(template).flatMap((text) =>
    Object.hasOwn(placeholders, text) ? [placeholders[text]] : [],
  );
  if (found.length === 0) return undefined;
  return found.some((one) => one?.isSingle) ? "one" : "all";
}

/** Whether a placeholder stands within a longer text, where nothing is put for it. */
export const hasBuried = (template: JsonValue): boolean =>
  textsOf(template).some(
    (text) => /\{\{(?:input|object)s?\}\}/.test(text) && !Object.hasOwn(placeholders, text),
  );

/** The template with the rows in the places of its placeholders; where it takes a single one, `rows` has only that. */
export function filled(template: JsonValue, rows: readonly Row[], columns: readonly string[]): JsonValue {
  const objects = () => rows.map((row) => objectOf(row, columns));
  const parts: Readonly<Record<string, () => JsonValue | undefined>> = {
    "{{inputs}}": () => rows,
    "{{objects}}": objects,
    "{{input}}": () => rows[0],
    "{{object}}": () => objects()[0],
  };
  const fill = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return (Object.hasOwn(parts, value) && parts[value]?.()) || value;
    if (isArray(value)) return value.map(fill);
    return isObject(value) ? mapped(value, fill) : value;
  };
  return fill(template);
}

function objectOf(row: Row, columns: readonly string[]): JsonObject {
  const object: { [column: string]: JsonValue } = {};
  columns.forEach((column, i) => {
    putKey(object, column, row[i] as number);
  });
  return object;
}

function mapped(object: JsonObject, map: (value: JsonValue) => JsonValue): JsonObject {
  const copy: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(object)) putKey(copy, key, map(getKey(object, key) as JsonValue));
  return copy;
}

function textsOf(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  if (isArray(value)) return value.flatMap(textsOf);
  return isObject(value) ? Object.values(value).flatMap(textsOf) : [];
}
