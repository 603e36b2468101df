import type { JsonValue } from "../base/json/json.ts";
import { getAt, type Path } from "../base/json/pointer.ts";
import type { EntityState } from "../signals/signal.ts";
import { requireParent } from "./decide.ts";
import { policyNotFound } from "./errors.ts";
import { matchPolicyPath, storedPath } from "./resources.ts";

/**
 * The value at a path of a policy; lists that are not set are empty. Refuses with the error of what is missing: the
 * policy, an entry or import, or the part.
 */
export function retrievePolicy(state: EntityState | undefined, id: string, path: Path): JsonValue {
  const resource = matchPolicyPath(path);
  if (!state?.value || !resource) throw policyNotFound(id);
  const stored = storedPath(path);
  requireParent(state.value, id, stored);
  const value = getAt(state.value, stored) ?? resource.absent;
  if (value === undefined) throw resource.notFound(id, path);
  return value;
}
