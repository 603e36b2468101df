// A policy's JSON: what is accepted, and the normal form that is stored and answered (basic-policy page).

import { invalidJson, missingJsonField } from "../base/json/errors.ts";
import {
  getKey,
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  putKey,
} from "../base/json/json.ts";
import { entryInvalid, importInvalid, importsTooLarge } from "./errors.ts";
import type { PolicyLimits } from "./limits.ts";
import { checkLabel, checkNamespacePattern, checkPolicyId } from "./names.ts";
import { checkResourceKey } from "./resource-key.ts";
import { checkSubjects } from "./subject.ts";
import { isVersionKey } from "./version-key.ts";

/** What a resource of an entry grants and revokes. */
export interface EffectedPermissions extends JsonObject {
  readonly grant: readonly string[];
  readonly revoke: readonly string[];
}

/** Another entry whose subjects, resources and namespaces an entry takes over. */
export interface EntryReference extends JsonObject {
  readonly entry: string;
}

/**
 * An entry in normal form; what is not set is absent rather than undefined. Checked entries have subjects and
 * resources, those of a journal may lack them.
 */
export interface PolicyEntry {
  readonly subjects?: JsonObject;
  readonly resources?: { readonly [key: string]: EffectedPermissions };
  readonly namespaces?: readonly string[];
  readonly importable: string;
  readonly allowedAdditions?: readonly string[];
  readonly references?: readonly EntryReference[];
}

/** The entries of a policy in normal form, by label. */
export function entriesOf(policy: JsonObject): { readonly [label: string]: PolicyEntry } {
  return (getKey(policy, "entries") ?? {}) as unknown as { [label: string]: PolicyEntry };
}

/** What a policy in normal form imports, by policy id. */
export const importsOf = (policy: JsonObject): JsonObject => (getKey(policy, "imports") ?? {}) as JsonObject;

/** A policy in normal form but for its id: `imports`, `entries`; other keys are left out. */
export function checkPolicy(value: JsonValue, limits: PolicyLimits): JsonObject {
  if (!isObject(value)) throw invalidJson("A policy is a JSON object.");
  return {
    imports: checkImports(getKey(value, "imports") ?? {}, limits),
    entries: checkEntries(getKey(value, "entries") ?? {}, limits),
  };
}

export function checkEntries(value: JsonValue, limits: PolicyLimits): JsonObject {
  if (!isObject(value)) throw invalidJson("The entries of a policy are a JSON object.");
  return checkMembers(value, checkLabel, (entry) => checkEntry(entry, limits));
}

/** An entry in normal form; absent subjects and resources are empty, and it is importable implicitly. */
export function checkEntry(value: JsonValue, limits: PolicyLimits): JsonObject {
  if (!isObject(value)) throw invalidJson("An entry of a policy is a JSON object.");
  const namespaces = getKey(value, "namespaces");
  const allowedAdditions = getKey(value, "allowedAdditions");
  const references = checkReferences(getKey(value, "references") ?? []);
  return {
    subjects: checkSubjects(getKey(value, "subjects") ?? {}, limits),
    resources: checkResources(getKey(value, "resources") ?? {}),
    ...(namespaces !== undefined && { namespaces: checkNamespaces(namespaces) }),
    importable: checkImportable(getKey(value, "importable") ?? "implicit"),
    ...(allowedAdditions !== undefined && { allowedAdditions: checkAllowedAdditions(allowedAdditions) }),
    ...(references.length > 0 && { references }),
  };
}

export function checkResources(value: JsonValue): JsonObject {
  if (!isObject(value)) throw invalidJson("The resources of an entry are a JSON object.");
  return checkMembers(value, checkResourceKey, checkPermissions);
}

/** Granted and revoked permissions; names that mean nothing to the server are kept. */
export function checkPermissions(value: JsonValue): JsonObject {
  if (!isObject(value)) throw invalidJson("The permissions on a resource are a JSON object.");
  return { grant: permissionNames(value, "grant"), revoke: permissionNames(value, "revoke") };
}

function permissionNames(value: JsonObject, effect: "grant" | "revoke"): JsonArray {
  const names = getKey(value, effect);
  if (names === undefined) throw missingJsonField(effect);
  if (!isArray(names)) throw invalidJson(`'${effect}' is an array.`);
  return distinct(names.filter((name) => typeof name === "string"));
}

export function checkImportable(value: JsonValue): JsonValue {
  if (typeof value !== "string") throw invalidJson("'importable' is a string.");
  if (!["implicit", "explicit", "never"].includes(value))
    throw entryInvalid(`'importable' is 'implicit', 'explicit' or 'never', not '${value}'.`);
  return value;
}

export function checkAllowedAdditions(value: JsonValue): JsonArray {
  if (!isArray(value)) throw invalidJson("'allowedAdditions' is an array.");
  for (const addition of value) {
    if (typeof addition !== "string" || !["subjects", "resources", "namespaces"].includes(addition))
      throw entryInvalid(`What may be added is 'subjects', 'resources' or 'namespaces', not '${addition}'.`);
  }
  return distinct(value);
}

export function checkNamespaces(value: JsonValue): JsonArray {
  if (!isArray(value)) throw invalidJson("'namespaces' is an array.");
  return distinct(value.map(checkNamespacePattern));
}

export function checkReferences(value: JsonValue): JsonArray {
  if (!isArray(value)) throw invalidJson("'references' is an array.");
  return value.map(checkReference);
}

function checkReference(value: JsonValue): JsonObject {
  if (!isObject(value)) throw entryInvalid("A reference is a JSON object with an 'entry'.");
  const entry = getKey(value, "entry");
  const imported = getKey(value, "import");
  if (entry === undefined) throw missingJsonField("entry");
  if (typeof entry !== "string") throw invalidJson("The 'entry' of a reference is a string.");
  return { ...(imported !== undefined && { import: checkPolicyId(imported) }), entry: checkLabel(entry) };
}

export function checkImports(value: JsonValue, limits: PolicyLimits): JsonObject {
  if (!isObject(value)) throw invalidJson("The imports of a policy are a JSON object.");
  const imports = checkMembers(value, checkPolicyId, checkImport);
  const count = Object.keys(imports).length;
  if (count > limits.maxImports) throw importsTooLarge(count, limits.maxImports);
  return imports;
}

/** One import: empty, or with the labels of `entries` and, if there are any, `transitiveImports`. */
export function checkImport(value: JsonValue): JsonObject {
  if (!isObject(value)) throw invalidJson("An import of a policy is a JSON object.");
  if (Object.keys(value).length === 0) return {};
  const transitive = checkTransitiveImports(getKey(value, "transitiveImports") ?? []);
  return {
    entries: checkImportedLabels(getKey(value, "entries") ?? []),
    ...(transitive.length > 0 && { transitiveImports: transitive }),
  };
}

export function checkImportedLabels(value: JsonValue): JsonArray {
  if (!isArray(value)) throw invalidJson("The imported 'entries' are an array.");
  return distinct(value.filter((label) => typeof label === "string").map(checkLabel));
}

export function checkTransitiveImports(value: JsonValue): JsonArray {
  if (!isArray(value)) throw invalidJson("'transitiveImports' is an array.");
  return value.map((id) => {
    if (typeof id !== "string") throw importInvalid("The elements of 'transitiveImports' are policy IDs.");
    return checkPolicyId(id);
  });
}

const distinct = <T extends JsonValue>(values: readonly T[]): readonly T[] => [...new Set(values)];

function checkMembers(
  object: JsonObject,
  checkName: (name: string) => string,
  checkValue: (value: JsonValue) => JsonValue,
): JsonObject {
  const result: { [key: string]: JsonValue } = {};
  for (const name of Object.keys(object)) {
    if (!isVersionKey(name)) putKey(result, checkName(name), checkValue(object[name] as JsonValue));
  }
  return result;
}
