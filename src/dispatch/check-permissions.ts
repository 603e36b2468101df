// What the caller may do with things and policies, asked for in advance (basic-auth-checkpermissions page).

import { setImmediate } from "node:timers/promises";
import { isNamespacedId } from "../base/ids.ts";
import { invalidJson, missingJsonField } from "../base/json/errors.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { JournalUnavailable } from "../journal/journal.ts";
import type { Access } from "../policies/enforcer.ts";
import { checkResourceKey, type ResourceKey, readResourceKey } from "../policies/resource-key.ts";
import { type Permission, permissionBit } from "../policies/trie.ts";
import type { AuthContext } from "../signals/signal.ts";
import { serviceUnavailable } from "./errors.ts";
import type { Parts } from "./ready.ts";

/** What is looked up of {@link Parts}. */
export type PermissionSources = Pick<Parts, "things" | "policies" | "access">;

/** Whether one has all of some permissions on a resource of an entity: of a policy, or of a thing or its messages. */
interface Check {
  readonly name: string;
  readonly resource: ResourceKey;
  readonly entityId: string;
  /** Each once: a body has room for many repetitions, each of which would walk the resource. */
  readonly permissions: ReadonlySet<string>;
}

/** Entities that are looked up at a time. */
const AT_ONCE = 16;

/**
 * Answers each check of the body by its name, in their order: whether the caller has all of its permissions on all of the
 * resource. What does not exist nobody has a permission on. For things the entries of a policy count that are meant for
 * other namespaces, as in Ditto. Members of the body that are no objects are left out.
 */
export async function checkPermissions(
  sources: PermissionSources,
  body: JsonValue,
  { subjects }: AuthContext,
): Promise<JsonObject> {
  const checks = readChecks(body);
  for (const check of checks) refuseInvalid(sources, check);
  const answers: { [name: string]: JsonValue } = {};
  for (let at = 0; at < checks.length; at += AT_ONCE) {
    const some = checks.slice(at, at + AT_ONCE);
    const accesses = await Promise.all(some.map((check) => accessTo(sources, check, subjects)));
    some.forEach((check, i) => {
      putKey(answers, check.name, isGiven(check, accesses[i]));
    });
    // Others have their turn: each of the policies may have had to be compiled.
    await setImmediate();
  }
  return answers;
}

const isPermission = (name: string): name is Permission => Object.hasOwn(permissionBit, name);

const isGiven = ({ resource: { type, path }, permissions }: Check, access: Access | undefined): boolean =>
  access !== undefined &&
  permissions.size > 0 &&
  [...permissions].every((name) => isPermission(name) && access.hasUnrestricted(type, path, name));

/** The checks of a body, which may lie in its member `permissionChecks`. */
function readChecks(body: JsonValue): readonly Check[] {
  if (!isObject(body)) throw invalidJson("Checks of permissions are a JSON object.");
  const inner = getKey(body, "permissionChecks");
  const checks = isObject(inner) ? inner : body;
  return Object.keys(checks).flatMap((name) => {
    const check = getKey(checks, name);
    return isObject(check) ? [readCheck(name, check)] : [];
  });
}

function readCheck(name: string, check: JsonObject): Check {
  const resource = textOf(check, "resource");
  const entityId = textOf(check, "entityId");
  const permissions = getKey(check, "hasPermissions");
  if (permissions === undefined) throw missingJsonField("hasPermissions");
  if (!isArray(permissions) || !permissions.every((permission) => typeof permission === "string"))
    throw invalidJson("'hasPermissions' is an array of strings.");
  return {
    name,
    resource: readResourceKey(checkResourceKey(resource)),
    entityId,
    permissions: new Set(permissions as readonly string[]),
  };
}

function textOf(check: JsonObject, field: string): string {
  const value = getKey(check, field);
  if (value === undefined) throw missingJsonField(field);
  if (typeof value !== "string") throw invalidJson(`'${field}' is a string.`);
  return value;
}

const types: ReadonlySet<string> = new Set(["thing", "policy", "message"]);

function refuseInvalid({ things, policies }: PermissionSources, { name, resource, entityId }: Check): void {
  if (!types.has(resource.type))
    throw invalidJson(
      `The resource of the check '${name}' is of none of the types ${[...types].join(", ")}.`,
    );
  const { rules } = resource.type === "policy" ? policies : things;
  if (!isNamespacedId(entityId)) throw rules.idInvalid(entityId);
}

async function accessTo(
  { things, policies, access }: PermissionSources,
  { resource, entityId }: Check,
  subjects: readonly string[],
): Promise<Access | undefined> {
  try {
    const policyId =
      resource.type === "policy" ? entityId : (await things.load(entityId)).committed?.value?.policyId;
    if (typeof policyId !== "string") return undefined;
    const policy = await policies.load(policyId);
    await access.load(policy);
    return access.enforcer(policy)?.forSubjects(subjects);
  } catch (error) {
    throw error instanceof JournalUnavailable ? serviceUnavailable() : error;
  }
}
