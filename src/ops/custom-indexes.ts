// The setting SEARCH_CUSTOM_INDEXES: indexes that an operator wants, as in Ditto's configuration `custom-indexes`, but as
// JSON. Fields are named as in filters, or as Ditto's configuration names them: `t.attributes.region`, `_namespace`.

import { type Path, readPath } from "../base/json/pointer.ts";
import { jsonOf, membersOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";

export interface CustomIndexField {
  readonly path: Path;
  readonly descending: boolean;
}

/** An index over some fields of all things. */
export interface CustomIndex {
  readonly name: string;
  /** At least one. */
  readonly fields: readonly CustomIndexField[];
}

const form = '{"name":{"fields":[{"name":"attributes/region","direction":"ASC"},…]},…}';

const MAX_INDEXES = 32;
const MAX_FIELDS = 8;
const MAX_KEYS = 20;

/** JSON such as `{"by_region":{"fields":[{"name":"attributes/region"},{"name":"_modified","direction":"DESC"}]}}`. */
export const customIndexList: Kind<readonly CustomIndex[]> = {
  form,
  secret: false,
  parse(text) {
    const given = Object.entries(membersOf(jsonOf(text, form), "the value"));
    if (given.length > MAX_INDEXES) throw new Error(`must not have more than ${MAX_INDEXES} indexes`);
    return given.map(([name, index]) => ({ name, fields: fieldsOf(name, index) }));
  },
};

function fieldsOf(index: string, value: unknown): readonly CustomIndexField[] {
  if (index === "") throw new Error("must name every index");
  const { fields } = membersOf(value, `"${index}"`, ["fields"]);
  if (!Array.isArray(fields) || fields.length === 0 || fields.length > MAX_FIELDS)
    throw new Error(`must have a list of 1 to ${MAX_FIELDS} fields in "${index}"`);
  const read = fields.map((field) => fieldOf(index, field));
  if (new Set(read.map(({ path }) => JSON.stringify(path))).size < read.length)
    throw new Error(`must have each field once in "${index}"`);
  return read;
}

function fieldOf(index: string, value: unknown): CustomIndexField {
  const { name, direction = "ASC" } = membersOf(value, `a field of "${index}"`, ["name", "direction"]);
  const upper = typeof direction === "string" ? direction.toUpperCase() : undefined;
  if (upper !== "ASC" && upper !== "DESC")
    throw new Error(`must have ASC or DESC as a direction in "${index}"`);
  if (typeof name !== "string" || name === "")
    throw new Error(`must have a name for each field of "${index}"`);
  return { path: pathOf(index, name), descending: upper === "DESC" };
}

/** Names of fields in Ditto's database. */
const STORED: Readonly<Record<string, string>> = { _id: "thingId", _namespace: "namespace" };
const SIMPLE = new Set([
  "thingId",
  "namespace",
  "policyId",
  "definition",
  "_revision",
  "_modified",
  "_created",
]);
const NESTED = new Set(["attributes", "features", "_metadata"]);

function pathOf(index: string, name: string): Path {
  const path = steps(name.replace(/^\/?t[./]/, ""));
  const [first = "", second] = path;
  const known = STORED[first] ?? first;
  const isKnown = path.length === 1 ? SIMPLE.has(known) : NESTED.has(known);
  if (!isKnown || path.includes("") || (first === "features" && second === "*"))
    throw new Error(`must have fields of things in "${index}", which "${name}" is not`);
  if (path.length > MAX_KEYS)
    throw new Error(`must not have more than ${MAX_KEYS} keys in a field of "${index}"`);
  return [known, ...path.slice(1)];
}

/** Before the first slash, dots part the keys as well. */
function steps(name: string): Path {
  const [first = "", ...rest] = readPath(name);
  return [...first.split("."), ...rest];
}
