// Who may create which things and policies (installation-operating page, "Restricting entity creation").

import { RE2JS } from "re2js";
import { defineError } from "../../base/errors.ts";
import { namespaceOf } from "../../base/ids.ts";
import { getKey, isObject } from "../../base/json/json.ts";
import type { CreationEntry, EntityCreation } from "../../ops/entity-creation.ts";
import { SUDO_SUBJECTS } from "../../policies/sudo.ts";
import type { Command, EntityKind } from "../../signals/signal.ts";

/** What is about to be created, and for whom. */
export interface Creation {
  readonly resourceType: EntityKind;
  readonly namespace: string;
  readonly subjects: readonly string[];
  /** The definition of a thing; `null` without one, and for policies. */
  readonly definition: string | null;
}

type Speaks = (creation: Creation) => boolean;

/** The rules of the configuration, with their patterns compiled. */
export interface CreationRules {
  readonly grant: readonly Speaks[];
  readonly revoke: readonly Speaks[];
}

export const entityNotCreatable = defineError("entity.notcreatable", 403, (id: string) => ({
  message: `'${id}' could not be created: the configuration does not allow you to create it.`,
  description:
    "It depends on the type and the namespace of the entity, on your subjects, and on the definition of a thing. " +
    "Ask your administrator.",
}));

/** Compiles the rules, once at start. */
export const compileCreationRules = ({ grant, revoke }: EntityCreation): CreationRules => ({
  grant: grant.map(compileEntry),
  revoke: revoke.map(compileEntry),
});

/** Whether the configuration allows a creation: somebody grants and nobody revokes it. */
export const mayCreate = ({ grant, revoke }: CreationRules, creation: Creation): boolean =>
  grant.some((speaks) => speaks(creation)) && !revoke.some((speaks) => speaks(creation));

/** The creation that a command asks for. */
export function creationOf({ kind, id, auth, value }: Command): Creation {
  const definition = kind === "thing" && isObject(value) ? getKey(value, "definition") : undefined;
  return {
    resourceType: kind,
    namespace: namespaceOf(id),
    subjects: auth.subjects,
    definition: typeof definition === "string" ? definition : null,
  };
}

/** Refuses a command that creates an entity against the rules with `entity.notcreatable`; operators make the rules. */
export function checkMayCreate(rules: CreationRules, command: Command): void {
  if (command.auth.subjects === SUDO_SUBJECTS || mayCreate(rules, creationOf(command))) return;
  throw entityNotCreatable(command.id);
}

function compileEntry(entry: CreationEntry): Speaks {
  const types: ReadonlySet<string> = new Set(entry.resourceTypes);
  const ofNamespaces = anyOf(entry.namespaces);
  const ofSubjects = anyOf(entry.authSubjects);
  const ofDefinitions = definitionsOf(entry.thingDefinitions);
  return ({ resourceType, namespace, subjects, definition }) =>
    (types.size === 0 || types.has(resourceType)) &&
    (!ofNamespaces || ofNamespaces(namespace)) &&
    (!ofSubjects || subjects.some(ofSubjects)) &&
    (resourceType !== "thing" || ofDefinitions(definition));
}

function definitionsOf(patterns: readonly (string | null)[]): (definition: string | null) => boolean {
  if (patterns.length === 0) return () => true;
  const matches = anyOf(patterns.filter((pattern) => pattern !== null));
  const allowsNone = patterns.includes(null);
  return (definition) => (definition === null ? allowsNone : matches?.(definition) === true);
}

/** Whether a text matches one of the patterns, in a time linear in its length; nothing where there are none. */
function anyOf(patterns: readonly string[]): ((text: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined;
  const compiled = RE2JS.compile(patterns.map(regexOf).join("|"), RE2JS.DOTALL);
  return (text) => compiled.matches(text);
}

const wildcards: ReadonlyMap<string, string> = new Map([
  ["*", ".*"],
  ["?", "."],
]);

const regexOf = (pattern: string): string =>
  pattern
    .split(/([*?])/)
    .map((part) => wildcards.get(part) ?? RE2JS.quote(part))
    .join("");
