// The indexes of the database that stand for those an operator has configured. Their names tell of their definitions, so
// one that is there is what is wanted.

import { createHash } from "node:crypto";
import { type Path, printPath } from "../base/json/pointer.ts";
import type { CustomIndex, CustomIndexField } from "../ops/custom-indexes.ts";
import { indexExpressions, literalPath } from "./sql/literal.ts";

/** What the names of all these indexes begin with. */
export const PREFIX = "search_custom_";

/** Fields that an index holds: a row of a btree must not exceed 2,704 bytes, and a text may be of 1,024. */
const HELD_FIELDS = 2;
const HASH_LENGTH = 12;
const NAME_LENGTH = 63;

/** An index of the database. */
export interface IndexDefinition {
  readonly name: string;
  /** In `create index … on search_thing`, what follows. */
  readonly sql: string;
}

/** A path whose values an index has, as long as none of them, and nothing on the way to it, is an array. */
export interface IndexedPath {
  readonly path: Path;
  /** The indexes that begin with the path: any of them serves. */
  readonly indexes: readonly string[];
  /** In SQL, the condition on `thing` that there is an array. */
  readonly hasArray: string;
  /** The index of the rows for which that is so. */
  readonly arrays: IndexDefinition;
}

const COLUMNS: Readonly<Record<string, string>> = {
  thingId: "id",
  namespace: "namespace",
  policyId: "policy_id",
  _revision: "revision",
};

/** The index for a configured one. */
export function definitionOf({ name, fields }: CustomIndex): IndexDefinition {
  const ordered = [...fields.slice(0, HELD_FIELDS).flatMap(columnsOf), ...idAfter(fields)];
  return named(name, `(${ordered.join(", ")})`);
}

/** By each path of the document with which an index begins. */
export function indexedPaths(configured: readonly CustomIndex[]): readonly IndexedPath[] {
  const firsts = configured.map((index) => ({
    path: index.fields[0]?.path ?? [],
    name: definitionOf(index).name,
  }));
  const byPath = Map.groupBy(
    firsts.filter(({ path }) => !isColumn(path)),
    ({ path }) => printPath(path),
  );
  return [...byPath.values()].map((same) => {
    const path = same[0]?.path ?? [];
    const hasArray = arrayOn(path);
    const arrays = named("arrays", `(id) where ${hasArray}`);
    return { path, indexes: same.map(({ name }) => name), hasArray, arrays };
  });
}

const isColumn = (path: Path): boolean => path.length === 1 && Object.hasOwn(COLUMNS, path[0] as string);

function columnsOf({ path, descending }: CustomIndexField): readonly string[] {
  const direction = descending ? "desc" : "asc";
  if (isColumn(path)) return [`${COLUMNS[path[0] as string]} ${direction}`];
  const { rank, number, text } = indexExpressions(path);
  return [rank, number, text].map((expression) => `(${expression}) ${direction}`);
}

/** The id comes last, as in every order. */
const idAfter = (fields: readonly CustomIndexField[]): readonly string[] =>
  fields.slice(0, HELD_FIELDS).some(({ path }) => path[0] === "thingId") ? [] : ["id"];

const arrayOn = (path: Path): string =>
  `(${path
    .map((_, i) => `jsonb_typeof(thing #> ${literalPath(path.slice(0, i + 1))}) = 'array'`)
    .join(" or ")})`;

function named(name: string, sql: string): IndexDefinition {
  const hash = createHash("sha256").update(`${name}\n${sql}`).digest("hex").slice(0, HASH_LENGTH);
  const told = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  const room = NAME_LENGTH - PREFIX.length - HASH_LENGTH - 1;
  return { name: `${PREFIX}${told.slice(0, room)}_${hash}`, sql };
}
