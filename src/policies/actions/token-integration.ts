// Token integration: the bearer of a token puts a subject made of it into entries of a policy that he is in himself,
// until the token expires, or takes it out again (basic-policy page, "Actions").

import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import { getAt } from "../../base/json/pointer.ts";
import type { Change } from "../../signals/signal.ts";
import { changedPolicy } from "../apply.ts";
import { entryModificationInvalid, policyTooLarge } from "../errors.ts";
import { expiryOf } from "../expiry.ts";
import { isAdministrable } from "../integrity.ts";
import type { PolicyLimits } from "../limits.ts";
import { entriesOf, type PolicyEntry } from "../model.ts";
import { checkSubjectId } from "../names.ts";
import { checkSubject } from "../subject.ts";
import { actionNotApplicable } from "./errors.ts";

export const tokenActions = ["activateTokenIntegration", "deactivateTokenIntegration"] as const;
export type TokenAction = (typeof tokenActions)[number];

/** One action by somebody, with what his token gives. */
export interface TokenIntegration {
  readonly action: TokenAction;
  /** The entries it is meant for, as far as he may execute it there. */
  readonly labels: readonly string[];
  /** Whom the request speaks for. */
  readonly callers: readonly string[];
  /** The ids of the subjects to put into an entry or take out of it. */
  subjectsOf(label: string): readonly string[];
  /** When the subjects expire, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** What is to be announced of that, as it was sent. */
  readonly announcement: JsonValue | undefined;
}

/** Tokens may live longer than there are dates; this is the latest that a subject can be written with. */
const LATEST = Date.parse("9999-12-31T23:59:59Z");

/** The subjects of one entry that an action puts, or those that it takes out, by the entry's label. */
type Touched = ReadonlyMap<string, JsonObject>;

/**
 * Decides an action on a policy; refuses with 404 where it applies to no entry. One subject of one entry is recorded as if
 * it were written by itself; several as what they are part of.
 */
export function decideTokenIntegration(
  policy: JsonObject,
  policyId: string,
  integration: TokenIntegration,
  limits: PolicyLimits,
): Change {
  const labels = integration.labels.filter((label) => isApplicable(policy, label, integration, limits.now));
  if (labels.length === 0) throw actionNotApplicable(integration.action);
  const touched = touchedBy(integration, labels, policyId, limits);
  if (integration.action === "deactivateTokenIntegration") return removal(policy, touched);
  const change = addition(policy, touched);
  // The subject of the only administrator may be made to expire.
  if (limits.lockoutPrevention && !isAdministrable(changedPolicy(policy, change) as JsonObject))
    throw entryModificationInvalid(policyId, labels[0] as string);
  return change;
}

/** Whether an entry holds a subject of the caller and, where one is to be added, lets him read something of things. */
function isApplicable(
  policy: JsonObject,
  label: string,
  { action, callers }: TokenIntegration,
  now: number,
): boolean {
  const entry = getKey(entriesOf(policy) as unknown as JsonObject, label) as PolicyEntry | undefined;
  if (!entry) return false;
  const { subjects = {} } = entry;
  const isIn = callers.some((id) => Object.hasOwn(subjects, id) && expiryOf(subjects[id]) > now);
  return isIn && (action === "deactivateTokenIntegration" || readsThings(entry));
}

const readsThings = ({ resources = {} }: PolicyEntry): boolean =>
  Object.entries(resources).some(
    ([key, { grant, revoke }]) =>
      key.startsWith("thing:") && grant.includes("READ") && !revoke.includes("READ"),
  );

/** Refuses ids that are none, and more of them than a policy can hold, before they are put together. */
function touchedBy(
  { action, subjectsOf, expiresAt, announcement }: TokenIntegration,
  labels: readonly string[],
  policyId: string,
  limits: PolicyLimits,
): Touched {
  const given = {
    type: `added via action <${action}> at <${new Date(limits.now).toISOString()}>`,
    expiry: new Date(Math.min(expiresAt, LATEST)).toISOString(),
    ...(announcement !== undefined && { announcement }),
  };
  const subject = action === "activateTokenIntegration" ? checkSubject(given, limits) : {};
  let size = 0;
  return new Map(
    labels.map((label) => {
      const subjects: { [id: string]: JsonValue } = {};
      for (const id of subjectsOf(label)) {
        putKey(subjects, checkSubjectId(id), subject);
        size += id.length;
        if (size > limits.maxSize) throw policyTooLarge(policyId, size, limits.maxSize);
      }
      return [label, subjects];
    }),
  );
}

function addition(policy: JsonObject, touched: Touched): Change {
  const single = singleOf(touched);
  if (!single) return severalChanged(policy, touched, (subjects, added) => ({ ...subjects, ...added }));
  const path = ["entries", single.label, "subjects", single.id];
  const action = getAt(policy, path) === undefined ? "created" : "modified";
  return { action, path, value: single.subject };
}

/** A subject that is not there is taken out as well, as in Ditto. */
function removal(policy: JsonObject, touched: Touched): Change {
  const single = singleOf(touched);
  if (single) return { action: "deleted", path: ["entries", single.label, "subjects", single.id] };
  return severalChanged(policy, touched, (subjects, removed) =>
    Object.fromEntries(Object.entries(subjects).filter(([id]) => !Object.hasOwn(removed, id))),
  );
}

function singleOf(touched: Touched) {
  const [[label, subjects] = ["", {}]] = touched;
  const [id, ...others] = Object.keys(subjects);
  if (touched.size !== 1 || id === undefined || others.length > 0) return undefined;
  return { label, id, subject: subjects[id] as JsonValue };
}

/** The change of several subjects: that of all subjects of one entry, or of all entries. */
function severalChanged(
  policy: JsonObject,
  touched: Touched,
  changed: (subjects: JsonObject, touched: JsonObject) => JsonObject,
): Change {
  const subjectsOf = (label: string, by: JsonObject) => {
    const subjects = getAt(policy, ["entries", label, "subjects"]);
    return changed(isObject(subjects) ? subjects : {}, by);
  };
  const [[only, by] = ["", {}]] = touched;
  if (touched.size === 1)
    return { action: "modified", path: ["entries", only, "subjects"], value: subjectsOf(only, by) };
  const entries: { [label: string]: JsonValue } = { ...(policy.entries as JsonObject) };
  for (const [label, of] of touched)
    putKey(entries, label, { ...(getKey(entries, label) as JsonObject), subjects: subjectsOf(label, of) });
  return { action: "modified", path: ["entries"], value: entries };
}
