// The verdict on a writing command of a policy: pure, no I/O, no clock.

import { invalidJson } from "../base/json/errors.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { getAt, type Path } from "../base/json/pointer.ts";
import type { Decision } from "../signals/decision.ts";
import type { Change, Command, EntityState } from "../signals/signal.ts";
import { changedPolicy } from "./apply.ts";
import {
  entryNotFound,
  importInvalid,
  importNotFound,
  importsTooLarge,
  policyConflict,
  policyIdNotSettable,
  policyModificationInvalid,
  policyNotFound,
  policyTooLarge,
} from "./errors.ts";
import { checkEntriesKept, checkImportsKept, checkReferenceTargets, isAdministrable } from "./integrity.ts";
import type { PolicyLimits } from "./limits.ts";
import { checkPolicy, importsOf } from "./model.ts";
import { checkLabel, checkPolicyId, checkSubjectId } from "./names.ts";
import { withCallersSubject } from "./request-subject.ts";
import { type LookUpPolicy, refuseUnfoldable, refuseUnresolvable } from "./resolve.ts";
import { checkResourceKey } from "./resource-key.ts";
import { matchPolicyPath, type PolicyResource, storedPath, wirePath } from "./resources.ts";

/**
 * Decides a create, modify or delete on any resource of a policy; refuses with the error of the resource. `state` is
 * the newest state, decided or committed; absent or without a value there is no policy. `lookUp` finds what it imports.
 */
export function decidePolicy(
  state: EntityState | undefined,
  command: Command,
  limits: PolicyLimits,
  lookUp: LookUpPolicy = () => undefined,
): Decision {
  const resource = matchPolicyPath(command.path);
  if (!resource) throw policyNotFound(command.id);
  const policy = state?.value;
  switch (command.action) {
    case "create":
      if (policy) throw policyConflict(command.id);
      return putPolicy(policy, command, limits, lookUp);
    case "modify":
      if (command.path.length === 0) return putPolicy(policy, command, limits, lookUp);
      return putPart(policy, command, resource, limits, lookUp);
    case "delete":
      return deletePart(policy, command, resource, limits);
    case "merge":
      throw invalidJson("A policy cannot be merged, only replaced.");
    case "retrieve":
      throw new Error("a retrieve decides nothing");
  }
}

/** The body of a command on a whole policy in normal form; an id in it must be that of the command. */
export function policyOf(command: Command, limits: PolicyLimits): JsonObject {
  const body = withCallersSubject(command).value;
  if (!isObject(body)) throw invalidJson("A policy is a JSON object.");
  const given = getKey(body, "policyId");
  if (given !== undefined && given !== command.id) throw policyIdNotSettable(String(given));
  const value = { policyId: command.id, ...checkPolicy(body, limits) };
  checkNotImported(command.id, value);
  return value;
}

/** Refuses a body that no state of the policy could take. */
export function checkPolicyBody(command: Command, limits: PolicyLimits): void {
  const { action, path } = command;
  const resource = matchPolicyPath(path);
  if (!resource || (action !== "create" && action !== "modify")) return;
  if (path.length === 0) policyOf(command, limits);
  else {
    checkedPath(path);
    resource.check(withCallersSubject(command).value ?? null, limits);
  }
}

function putPolicy(
  policy: JsonObject | undefined,
  command: Command,
  limits: PolicyLimits,
  lookUp: LookUpPolicy,
): Decision {
  const value = policyOf(command, limits);
  checkSize(command.id, value, limits);
  checkReferenceTargets(value);
  refuseUnresolvable(value, lookUp);
  if (limits.lockoutPrevention && !isAdministrable(value)) throw policyModificationInvalid(command.id);
  return policy
    ? { change: { action: "modified", path: [], value }, status: 204 }
    : { change: { action: "created", path: [], value }, status: 201, value };
}

function putPart(
  policy: JsonObject | undefined,
  command: Command,
  resource: PolicyResource,
  limits: PolicyLimits,
  lookUp: LookUpPolicy,
): Decision {
  const path = checkedPath(command.path);
  const value = resource.check(withCallersSubject(command).value ?? null, limits);
  if (!policy) throw policyNotFound(command.id);
  requireParent(policy, command.id, path);
  const isNew =
    resource.creatable && isNothing(getAt(policy, path)) && !(isArray(value) && value.length === 0);
  // Ditto tells of references as modified even where there were none.
  const action = isNew && resource.name !== "references" ? "created" : "modified";
  const change: Change = { action, path: wirePath(path), value };
  const changed = changedPolicy(policy, change) as JsonObject;
  checkNotImported(command.id, changed);
  checkImportCount(changed, limits);
  checkSize(command.id, changed, limits);
  resource.integrity?.(changed, command.id, policy);
  if (path[0] === "entries") refuseUnfoldable(changed, lookUp);
  checkAdministrable(command.id, path, resource, changed, limits);
  if (path[0] === "imports") refuseUnresolvable(changed, lookUp);
  return isNew ? { change, status: 201, value } : { change, status: 204 };
}

const isNothing = (value: JsonValue | undefined) =>
  value === undefined || (isArray(value) && value.length === 0);

function deletePart(
  policy: JsonObject | undefined,
  command: Command,
  resource: PolicyResource,
  limits: PolicyLimits,
): Decision {
  if (!policy) throw policyNotFound(command.id);
  const path = storedPath(command.path);
  requireParent(policy, command.id, path);
  if (!resource.methods.includes("DELETE")) throw resource.notModifiable(command.id, command.path);
  if (resource.absent === undefined && getAt(policy, path) === undefined)
    throw resource.notFound(command.id, command.path);
  const change: Change = { action: "deleted", path: wirePath(path) };
  if (resource.name === "allowedAdditions" && getAt(policy, path) === undefined)
    return { change, status: 204, isSettled: true };
  const changed = changedPolicy(policy, change);
  if (changed) {
    checkEntriesKept(changed, command.id, policy);
    checkImportsKept(changed, command.id, policy);
    checkAdministrable(command.id, path, resource, changed, limits);
  }
  return { change, status: 204 };
}

/** The stored path of a value to be written; a name in it that a policy may not hold is refused. */
function checkedPath(path: Path): Path {
  const stored = storedPath(path);
  const [root, name, part, key] = stored;
  if (root === "entries" && name !== undefined) checkLabel(name);
  if (root === "imports" && name !== undefined) checkPolicyId(name);
  if (part === "subjects" && key !== undefined) checkSubjectId(key);
  if (part === "resources" && key !== undefined) checkResourceKey(key);
  return stored;
}

/** Refuses what lies in an entry or import that does not exist. */
export function requireParent(policy: JsonObject, id: string, path: Path): void {
  if (path.length < 3 || getAt(policy, path.slice(0, 2)) !== undefined) return;
  throw path[0] === "entries" ? entryNotFound(id, path[1] as string) : importNotFound(id, path[1] as string);
}

function checkNotImported(id: string, policy: JsonObject): void {
  const imports = importsOf(policy);
  if (getKey(imports, id) !== undefined) throw importInvalid(`The policy '${id}' imports itself.`);
  for (const imported of Object.keys(imports)) {
    const through = getAt(imports[imported], ["transitiveImports"]);
    if (isArray(through) && through.includes(id))
      throw importInvalid(`The policy '${id}' imports itself through '${imported}'.`);
  }
}

function checkImportCount(policy: JsonObject, limits: PolicyLimits): void {
  const count = Object.keys(importsOf(policy)).length;
  if (count > limits.maxImports) throw importsTooLarge(count, limits.maxImports);
}

function checkSize(id: string, policy: JsonObject, limits: PolicyLimits): void {
  const size = JSON.stringify(policy).length;
  if (size > limits.maxSize) throw policyTooLarge(id, size, limits.maxSize);
}

function checkAdministrable(
  id: string,
  path: Path,
  resource: PolicyResource,
  changed: JsonObject,
  limits: PolicyLimits,
): void {
  if (limits.lockoutPrevention && resource.lockedOut && !isAdministrable(changed))
    throw resource.lockedOut(id, path);
}
