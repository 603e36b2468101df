// The setting ENTITY_CREATION: who may create what, as in Ditto's configuration `ditto.entity-creation`, but as JSON.

import { jsonOf, membersOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";

/** One entry of a list. It speaks of a creation that all of its lists match; an empty list matches everything. */
export interface CreationEntry {
  readonly resourceTypes: readonly ("thing" | "policy")[];
  /** Patterns: `*` stands for any number of characters, `?` for exactly one. */
  readonly namespaces: readonly string[];
  readonly authSubjects: readonly string[];
  /** The same for things only; `null` stands for a thing without a definition. */
  readonly thingDefinitions: readonly (string | null)[];
}

/** A creation is allowed that an entry of `grant` speaks of, and none of `revoke`. */
export interface EntityCreation {
  readonly grant: readonly CreationEntry[];
  readonly revoke: readonly CreationEntry[];
}

const form = '{"grant":[…],"revoke":[…]}';

/** JSON such as `{"grant":[{"auth-subjects":["pre:admin"]}],"revoke":[]}`; without `grant` everything is granted. */
export const entityCreation: Kind<EntityCreation> = {
  form,
  secret: false,
  parse(text) {
    const { grant, revoke } = membersOf(jsonOf(text, form), "the value", ["grant", "revoke"]);
    return { grant: entries(grant ?? [{}], "grant"), revoke: entries(revoke ?? [], "revoke") };
  },
};

function entries(value: unknown, place: string): readonly CreationEntry[] {
  if (!Array.isArray(value)) throw new Error(`must have a list as ${place}`);
  return value.map((entry, i) => entryOf(entry, `${place}[${i}]`));
}

function entryOf(value: unknown, place: string): CreationEntry {
  const lists = membersOf(value, place, [
    "resource-types",
    "namespaces",
    "auth-subjects",
    "thing-definitions",
  ]);
  const list = <T>(name: string, says: string, fits: (item: unknown) => item is T): readonly T[] => {
    const items = lists[name] ?? [];
    if (!Array.isArray(items) || !items.every(fits))
      throw new Error(`must have a list of ${says} as ${place}.${name}`);
    return items;
  };
  return {
    resourceTypes: list("resource-types", '"thing" and "policy"', isResourceType),
    namespaces: list("namespaces", "patterns", isText),
    authSubjects: list("auth-subjects", "patterns", isText),
    thingDefinitions: list("thing-definitions", "patterns and null", isTextOrNull),
  };
}

const isText = (item: unknown): item is string => typeof item === "string";
const isTextOrNull = (item: unknown): item is string | null => item === null || isText(item);
const isResourceType = (item: unknown): item is "thing" | "policy" => item === "thing" || item === "policy";
