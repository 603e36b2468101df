// Field selectors: `thingId,attributes(manufacturer,location/city),features/*/properties` (httpapi-concepts page).

import { recent } from "../recent.ts";
import { invalidFieldSelector } from "./errors.ts";
import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "./json.ts";
import { type Path, unescapeKey } from "./pointer.ts";

const MAX_NESTING = 50;
/** Keys of all paths together, for each character of the selector. */
const MAX_UNFOLDING = 8;
/** Paths that a selector may name: each may have to be looked for at every member of what is selected from. */
const MAX_PATHS = 500;
/** So many keys are looked for one by one, more only where an object has them. */
const FEW = 8;

/** Characters of the selectors that are kept parsed: clients send the same ones again and again. */
const MAX_REMEMBERED = 100_000;
const remembered = recent<readonly Path[]>(MAX_REMEMBERED);

/**
 * Parses a field selector into the paths it names, in order. A `*` key stands for every key at its place.
 * A malformed selector, and one of more than 500 paths, is refused with `json.fieldselector.invalid`.
 */
export const parseFields = (text: string): readonly Path[] =>
  remembered.get(text) ?? remembered.put(text, parse(text), text.length);

function parse(text: string): readonly Path[] {
  let at = 0;
  let depth = 0;
  let unfolded = 0;
  let count = 0;
  const refuse = (): never => {
    throw invalidFieldSelector(text);
  };

  function list(prefix: Path): Path[] {
    const paths = [...field(prefix)];
    while (text[at] === ",") {
      at++;
      paths.push(...field(prefix));
    }
    return paths;
  }

  function field(prefix: Path): Path[] {
    const start = at;
    while (at < text.length && !",()".includes(text[at] as string)) at++;
    const name = text.slice(start, at).trim();
    if (name === "") return refuse();
    const path = [...prefix, ...keysOf(name)];
    unfolded += path.length;
    if (unfolded > MAX_UNFOLDING * text.length) return refuse();
    if (text[at] !== "(") return ++count > MAX_PATHS ? refuse() : [path];
    at++;
    if (++depth > MAX_NESTING) return refuse();
    const nested = list(path);
    if (text[at] !== ")") return refuse();
    at++;
    depth--;
    return nested;
  }

  function keysOf(name: string): string[] {
    const keys = (name.startsWith("/") ? name.slice(1) : name).split("/");
    return keys.some((key) => key === "") ? refuse() : keys.map(unescapeKey);
  }

  const paths = list([]);
  return at === text.length ? paths : refuse();
}

/** What paths, by so many of their keys, lead to of a value: all of it, or something of its members. */
interface Selection {
  readonly isAll: boolean;
  readonly paths: readonly Path[];
  readonly depth: number;
  /** The keys that are named, with their places in the order of all. */
  readonly named: ReadonlyMap<string, number>;
  /** How many keys are named before a wildcard, if there is one. */
  readonly leading: number | undefined;
  /** The selections of members by their key, and under `*` that of all members that only a wildcard names. */
  readonly below: Map<string, Selection>;
}

const ALL: Selection = { isAll: true, paths: [], depth: 0, named: new Map(), leading: 0, below: new Map() };

function selectionOf(paths: readonly Path[], depth: number): Selection {
  const named = new Map<string, number>();
  let leading: number | undefined;
  for (const path of paths) {
    const key = path[depth];
    if (key === undefined) return ALL;
    if (key === "*") leading ??= named.size;
    else if (!named.has(key)) named.set(key, named.size);
  }
  return { isAll: false, paths, depth, named, leading, below: new Map() };
}

function selectionBelow({ paths, depth, named, below }: Selection, key: string): Selection {
  const name = named.has(key) ? key : "*";
  const known = below.get(name);
  if (known) return known;
  const isLeading = (path: Path) => path[depth] === name || path[depth] === "*";
  const selection = selectionOf(paths.length === 1 ? paths : paths.filter(isLeading), depth + 1);
  below.set(name, selection);
  return selection;
}

/** The keys that are named, each once and in their order; not all of them may be there. */
function keysOf(object: JsonObject, { named, leading }: Selection): Iterable<string> {
  if (leading === 0) return Object.keys(object);
  if (leading === undefined && named.size <= FEW) return named.keys();
  const placeOf = (key: string) => named.get(key) ?? named.size;
  const isLeading = (key: string) => placeOf(key) < (leading ?? named.size);
  const own = Object.keys(object);
  const first = own.filter(isLeading).sort((a, b) => placeOf(a) - placeOf(b));
  return leading === undefined ? first : [...first, ...own.filter((key) => !isLeading(key))];
}

/**
 * The part of an object that the paths name, in the order they first name it; what is absent is left out. One walk
 * serves all paths: each member is looked at once.
 */
export function selectFields(object: JsonObject, fields: readonly Path[]): JsonObject {
  let selection = selections.get(fields);
  if (!selection) {
    selection = selectionOf(fields, 0);
    selections.set(fields, selection);
  }
  return selectMembers(object, selection) ?? {};
}

const selections = new WeakMap<readonly Path[], Selection>();

function selectMembers(from: JsonObject, selection: Selection): JsonObject | undefined {
  let selected: { [key: string]: JsonValue } | undefined;
  for (const key of keysOf(from, selection)) {
    const value = getKey(from, key);
    if (value === undefined) continue;
    const below = selectionBelow(selection, key);
    const part = below.isAll ? value : isObject(value) ? selectMembers(value, below) : undefined;
    if (part === undefined) continue;
    selected ??= {};
    putKey(selected, key, part);
  }
  return selected;
}
