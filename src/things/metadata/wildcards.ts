// Keys of metadata headers that hold `*`, and the paths they stand for in a thing.

import { getKey, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { getAt, type Path, printPath, setAt } from "../../base/json/pointer.ts";
import { metadataHeaderInvalid } from "../../base/metadata-headers.ts";
import type { MetadataHeader } from "./headers.ts";

/** Paths that the keys of one header may stand for; no thing of Ditto's default size has as many values. */
const MAX_PATHS = 20_000;
/** Keys with wildcards in one header: each may walk the whole thing. */
const MAX_WILDCARDS = 50;

/**
 * The paths, relative to a resource, that the keys of a header stand for. A `*` counts as wildcard unless it comes last;
 * it is resolved by what the thing has at the resource. A wildcard at a place where the resource knows none is refused
 * with `header.invalid` (basic-metadata page, "Wildcard reference").
 */
export function resolveKeys<K>(
  header: MetadataHeader,
  keys: readonly K[],
  pathOf: (key: K) => Path,
  resource: Path,
  thing: JsonObject,
): readonly (readonly [key: K, path: Path])[] {
  const resolved: (readonly [K, Path])[] = [];
  if (keys.filter((key) => hasWildcard(pathOf(key))).length > MAX_WILDCARDS) {
    throw metadataHeaderInvalid(header, `At most ${MAX_WILDCARDS} of its keys may hold a wildcard.`);
  }
  for (const key of keys) {
    for (const path of resolve(header, pathOf(key), resource, thing)) resolved.push([key, path]);
    if (resolved.length > MAX_PATHS)
      throw metadataHeaderInvalid(header, `It stands for over ${MAX_PATHS} paths.`);
  }
  return resolved;
}

const hasWildcard = (key: Path): boolean => key.length > 1 && key.lastIndexOf("*", key.length - 2) >= 0;

function resolve(header: MetadataHeader, key: Path, resource: Path, thing: JsonObject): readonly Path[] {
  if (!hasWildcard(key)) return [key];
  const part = partAt(thing, resource);
  const find = isContainer(resource)
    ? (structured(key, resource) ?? leavesAtRoot(key, resource))
    : leaves(key);
  if (!find)
    throw metadataHeaderInvalid(header, `The wildcards of '${printPath(key)}' are not at their place.`);
  return find(part).map((path) => path.slice(resource.length));
}

/** What a thing would be if it had nothing but the resource. */
function partAt(thing: JsonObject, resource: Path): JsonObject {
  const value = getAt(thing, resource);
  return value === undefined ? {} : (setAt({}, resource, value) as JsonObject);
}

/** Gives the absolute paths of metadata in a thing. */
type Find = (thing: JsonObject) => readonly Path[];

const isContainer = (resource: Path): boolean =>
  resource.length === 0 || (resource[0] === "features" && resource.length <= 2);

// attributes/*/key, features/*/definition/key, features/*/properties/*/key, the last with one of its two or both.
function structured(key: Path, resource: Path): Find | undefined {
  const [top, ...below] = [...resource, ...key];
  const isOpen = (level: number) => level >= resource.length && below[level - 1] === "*";
  if (top === "attributes") return isOpen(1) ? attributesOf(below.slice(1)) : undefined;
  if (top !== "features") return undefined;
  const [feature = "", part = "", name = ""] = below;
  if (part === "definition") return isOpen(1) ? definitionsOf(below.slice(2)) : undefined;
  if (part !== "properties" && part !== "desiredProperties") return undefined;
  const last = below.slice(3);
  const isClear = (level: number, text: string) =>
    isOpen(level) || level < resource.length || !text.startsWith("*");
  if (!isMetadataKey(last) || !isClear(1, feature) || !isClear(3, name)) return undefined;
  if (!isOpen(1) && !isOpen(3)) return undefined;
  return propertiesOf(isOpen(1) ? undefined : feature, part, isOpen(3) ? undefined : name, last);
}

const isMetadataKey = (key: Path): boolean => key[0]?.startsWith("*") === false;

/** Only the first level counts as the metadata's key, as in Ditto. */
function attributesOf(key: Path): Find | undefined {
  if (!isMetadataKey(key)) return undefined;
  return (thing) => keysAt(thing, ["attributes"]).map((name) => ["attributes", name, key[0] as string]);
}

function definitionsOf(key: Path): Find | undefined {
  if (!isMetadataKey(key)) return undefined;
  return (thing) => keysAt(thing, ["features"]).map((id) => ["features", id, "definition", ...key]);
}

/** A name that is given is taken whether the feature has it or not, as in Ditto. */
function propertiesOf(feature: string | undefined, part: string, name: string | undefined, key: Path): Find {
  return (thing) =>
    (feature === undefined ? keysAt(thing, ["features"]) : [feature]).flatMap((id) => {
      const names = name === undefined ? keysAt(thing, ["features", id, part]) : [name];
      return names.map((property) => ["features", id, part, property, ...key]);
    });
}

function keysAt(thing: JsonObject, path: Path): readonly string[] {
  const value = getAt(thing, path);
  return isObject(value) ? Object.keys(value) : [];
}

const leavesAtRoot = (key: Path, resource: Path) => (resource.length === 0 ? leaves(key) : undefined);

// */key: all values of the thing that are no objects; what follows the key does not count, as in Ditto.
function leaves([star, key, ...rest]: Path): Find | undefined {
  if (star !== "*" || key === undefined || (key === "*" && rest.length > 0)) return undefined;
  return (thing) => leavesOf(thing).map((path) => [...path, key]);
}

function leavesOf(thing: JsonObject): readonly Path[] {
  const found: Path[] = [];
  for (const name of ["thingId", "policyId", "definition"]) {
    const value = getKey(thing, name);
    if (value !== undefined && value !== null) found.push([name]);
  }
  addLeaves(getKey(thing, "attributes"), ["attributes"], found);
  for (const id of keysAt(thing, ["features"])) {
    const definition = getAt(thing, ["features", id, "definition"]);
    if (definition !== undefined && definition !== null) found.push(["features", id, "definition"]);
    for (const part of ["properties", "desiredProperties"]) {
      addLeaves(getAt(thing, ["features", id, part]), ["features", id, part], found);
    }
  }
  return found;
}

/** Walks with one path that grows and shrinks, so that values deep down cost no more than others. */
function addLeaves(container: JsonValue | undefined, path: string[], found: Path[]): void {
  if (!isObject(container)) return;
  for (const key of Object.keys(container)) {
    const member = container[key] as JsonValue;
    path.push(key);
    if (isObject(member)) addLeaves(member, path, found);
    else found.push([...path]);
    path.pop();
  }
}
