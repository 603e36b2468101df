// Actions on a policy, which are no writes of a resource: authorize, decide, record, reply. They need EXECUTE.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import { anyOf } from "../base/placeholders/element.ts";
import { headerPlaceholder } from "../base/placeholders/header.ts";
import { isJwtPlaceholder, jwtPlaceholder } from "../base/placeholders/jwt.ts";
import { policyEntryPlaceholder } from "../base/placeholders/policy-entry.ts";
import type { Template } from "../base/placeholders/template.ts";
import { actionNeedsToken, actionNotAllowed, actionSubjectUnresolved } from "../policies/actions/errors.ts";
import {
  decideTokenIntegration,
  type TokenAction,
  type TokenIntegration,
} from "../policies/actions/token-integration.ts";
import type { PolicyLimits } from "../policies/limits.ts";
import { entriesOf } from "../policies/model.ts";
import { refuseUnfoldable } from "../policies/resolve.ts";
import type { Reply } from "../signals/reply.ts";
import type { AuthContext, Command, DittoHeaders, VerifiedToken } from "../signals/signal.ts";
import type { Held } from "./entities.ts";
import { checkPreconditions } from "./preconditions.ts";
import { inMemory, load, orUnavailable, type Parts } from "./ready.ts";
import { type Decided, decided, record } from "./record.ts";

/** An action on a policy, or on one entry of it. */
export interface PolicyAction {
  readonly id: string;
  readonly action: TokenAction;
  /** The entry it is for; without it, all entries that it applies to. */
  readonly label?: string;
  /** What is to be announced of the subject, as it was sent. */
  readonly announcement?: JsonValue;
  readonly headers: DittoHeaders;
  readonly auth: AuthContext;
}

/** Carries out one action; refusals are thrown as `TwinError`. */
export type ActOnPolicy = (asked: PolicyAction) => Promise<Reply>;

/** The action as a command, as far as it goes the way of one; it has no value and changes no resource of its path. */
export const actionAsCommand = ({ id, action, label, headers, auth }: PolicyAction): Command => ({
  kind: "policy",
  id,
  action: "modify",
  path: [...(label === undefined ? [] : ["entries", label]), "actions", action],
  headers,
  auth,
});

/** Makes the function of a server. `subject` is the template of the subjects that a token integrates. */
export function policyActions(parts: Parts, subject: Template, limits: () => PolicyLimits): ActOnPolicy {
  const { policies } = parts;
  return async (asked) => {
    const { token } = asked.auth;
    if (!token) throw actionNeedsToken(asked.action);
    refuseUnresolvable(asked, token, subject);
    const command = actionAsCommand(asked);
    const { held } = inMemory(parts, command, policies) ?? (await load(parts, command, policies));
    // From here until it is recorded nothing is awaited, so that it is recorded on the state it was decided on.
    let change: Decided;
    try {
      change = decide(held, asked, token);
    } catch (refusal) {
      return refuse(held, refusal);
    }
    await orUnavailable(command, policies, () =>
      record(parts, [change], command, () => undefined, undefined),
    );
    return { status: 204, revision: change.next.revision };
  };

  function decide(held: Held, asked: PolicyAction, token: VerifiedToken): Decided {
    const { rules } = policies;
    const policy = held.head?.value;
    if (!policy) throw rules.notFound(asked.id);
    const labels = allowedLabels(parts, policy, asked);
    if (labels.length === 0) throw actionNotAllowed(asked.action);
    checkPreconditions(asked.headers, undefined, false, rules.preconditionFailed);
    const integration = integrationOf(asked, token, labels, subject);
    const change = decided(policies, held, decideTokenIntegration(policy, asked.id, integration, limits()));
    refuseUnfoldable(change.next.value as JsonObject, (id) => policies.peek(id)?.committed?.value);
    return change;
  }

  /** A refusal that was judged on a state which is not written yet is told once it is, or else is void. */
  async function refuse(held: Held, refusal: unknown): Promise<never> {
    if (held.pending > 0) await held.settled();
    throw held.lost ? policies.rules.unavailable(held.id) : refusal;
  }
}

/** The entries that an action is meant for and on which its sender may execute it; one that is named need not be there. */
function allowedLabels({ access }: Parts, policy: JsonObject, { action, label, auth }: PolicyAction) {
  const may = access.enforcerOfValue(policy).forSubjects(auth.subjects);
  const labels = label === undefined ? Object.keys(entriesOf(policy)) : [label];
  return labels.filter((one) =>
    may.hasUnrestricted("policy", ["entries", one, "actions", action], "EXECUTE"),
  );
}

/** Refuses a token without a claim that its subject is made of, as Ditto does before it looks at the policy. */
function refuseUnresolvable({ action }: PolicyAction, { claims }: VerifiedToken, subject: Template): void {
  const claimsOf = jwtPlaceholder(claims);
  let isLacking = false;
  const ids = subject.resolve((name) => {
    const values = isJwtPlaceholder(name) ? claimsOf(name) : [name]; // others are looked up later
    isLacking ||= values.length === 0;
    return values;
  });
  if (isLacking && ids.length === 0) throw actionSubjectUnresolved(action);
}

function integrationOf(
  { action, announcement, auth, headers }: PolicyAction,
  { claims, expiresAt }: VerifiedToken,
  labels: readonly string[],
  subject: Template,
): TokenIntegration {
  const ofRequest = anyOf(jwtPlaceholder(claims), headerPlaceholder(headers));
  const subjectsOf = (label: string): readonly string[] => {
    const ids = subject.resolve(anyOf(ofRequest, policyEntryPlaceholder(label)));
    if (ids.length === 0) throw actionSubjectUnresolved(action);
    return ids;
  };
  return { action, labels, callers: auth.subjects, subjectsOf, expiresAt, announcement };
}
