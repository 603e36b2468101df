// Who may do what with a predictor: operators everything, others what its policy grants them on `predictor:/`.

import { equals, isArray, type JsonObject } from "../base/json/json.ts";
import {
  predictorNotFound,
  predictorNotModifiable,
  predictorPolicyMissing,
  subjectsNotAllowed,
  trainingDataNotAllowed,
} from "./errors.ts";
import { checkServers } from "./model-servers.ts";
import type { Caller } from "./predictors-api.ts";

type Permission = "READ" | "WRITE" | "EXECUTE";

/** Whether a policy grants subjects a permission on `predictor:/`; one that is not there grants nothing. */
export type Grants = (
  policyId: string,
  subjects: readonly string[],
  permission: Permission,
) => Promise<boolean>;

/** The policy that the JSON of a predictor names. */
const policyOf = ({ policyId }: JsonObject): string | undefined =>
  typeof policyId === "string" ? policyId : undefined;

/** Whether a caller has a permission on a predictor, given by its JSON. */
export async function mayAccess(
  caller: Caller,
  predictor: JsonObject,
  permission: Permission,
  grants: Grants,
): Promise<boolean> {
  if (caller.isOperator) return true;
  const policyId = policyOf(predictor);
  return policyId !== undefined && grants(policyId, caller.auth.subjects, permission);
}

/** Refuses who may not even see a predictor with 404, and who may not do what he wants with what he sees with 403. */
export async function checkAccess(
  caller: Caller,
  id: string,
  predictor: JsonObject | undefined,
  permission: Permission,
  grants: Grants,
): Promise<JsonObject> {
  if (!predictor) throw predictorNotFound(id);
  if (await mayAccess(caller, predictor, permission, grants)) return predictor;
  if (permission === "READ" || !(await mayAccess(caller, predictor, "READ", grants)))
    throw predictorNotFound(id);
  throw permission === "WRITE" ? predictorNotModifiable(id) : trainingDataNotAllowed(id);
}

/** What those may do who are no operators. */
export interface Allowed {
  readonly grants: Grants;
  /** Where servers of models may be that they name. */
  readonly httpHosts: readonly string[];
}

/**
 * Refuses what a caller may not make of a predictor (absent: a new one): one that only operators may change, one of a policy that does
 * not let him change it, one that acts for others than himself, and one that asks servers that he may not name. Also where others had
 * named these subjects before, as soon as he changes what it does: else he could have their rights used for what he wants.
 */
export async function checkOutcome(
  caller: Caller,
  id: string,
  before: JsonObject | undefined,
  after: JsonObject,
  { grants, httpHosts }: Allowed,
): Promise<void> {
  if (caller.isOperator) return;
  if (policyOf(after) === undefined) throw predictorPolicyMissing(id);
  if (!(await mayAccess(caller, after, "WRITE", grants))) throw predictorNotModifiable(id);
  if (before && doesTheSame(before, after)) return;
  checkSubjects(caller, after);
  checkServers(before, after, httpHosts);
}

/** Refuses who decides about what is done for others than himself. */
export function checkSubjects({ isOperator, auth }: Caller, { authorizationContext }: JsonObject): void {
  if (isOperator) return;
  const subjects = isArray(authorizationContext) ? authorizationContext : [];
  const stranger = subjects.find((subject) => !auth.subjects.includes(String(subject)));
  if (stranger !== undefined) throw subjectsNotAllowed(String(stranger));
}

function doesTheSame(before: JsonObject, after: JsonObject): boolean {
  return equals(workOf(before), workOf(after));
}

/** What a predictor does while it is active. */
const workOf = ({ status: _status, description: _description, ...work }: JsonObject): JsonObject => work;
