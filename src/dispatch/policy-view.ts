// `policy-view=resolved` (basic-policy page): a policy as it takes effect, instead of as it is stored.

import { type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import { policyViewInvalid } from "../policies/errors.ts";
import { importsOf } from "../policies/model.ts";
import { nsImportedLabel } from "../policies/namespace-roots.ts";
import { importedLabel, plainLabel } from "../policies/resolve.ts";
import type { Reply } from "../signals/reply.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command } from "../signals/signal.ts";
import { orUnavailable, type Parts } from "./ready.ts";
import { type Judged, retrieve, type Seen } from "./retrieve.ts";
import type { EntityRules } from "./rules.ts";

/** Answers a retrieve of an existing entity; of a whole policy in the view that its header `policy-view` asks for. */
export function retrieveView(
  parts: Parts,
  command: Command,
  resource: Resource,
  rules: EntityRules,
  seen: Seen,
  judged: Judged,
): Reply | Promise<Reply> {
  const { kind, id, path, headers } = command;
  if (headers["policy-view"] === undefined || kind !== "policy" || path.length > 0)
    return retrieve(command, resource, rules, seen, judged);
  if (!judged.access.hasPartial("policy", [], "READ")) throw resource.notFound(id, path);
  return isResolved(headers["policy-view"])
    ? retrieveResolved(parts, command, resource, rules, seen, judged)
    : retrieve(command, resource, rules, seen, judged);
}

/** Whether a `policy-view` is the resolved one; one that is no view is refused with `policies:view.invalid`. */
export function isResolved(view: JsonValue): boolean {
  const name = String(view).trim().toLowerCase();
  if (name !== "" && name !== "original" && name !== "resolved") throw policyViewInvalid(String(view));
  return name === "resolved";
}

/**
 * What is resolved is the policy as it is now, as in Ditto, also where its past is asked for. The policies that count in
 * it change without it: there is no entity tag, and preconditions on one are not looked at.
 */
async function retrieveResolved(
  parts: Parts,
  command: Command,
  resource: Resource,
  rules: EntityRules,
  { state }: Seen,
  judged: Judged,
): Promise<Reply> {
  const { "if-match": _, "if-none-match": __, ...headers } = command.headers;
  const value = await orUnavailable(command, parts.policies, () => resolvedPolicy(parts, command, judged));
  const seen = { state: { ...state, value } };
  const { etag: _etag, ...reply } = retrieve({ ...command, headers }, resource, rules, seen, judged);
  return reply;
}

/**
 * A policy with all entries by which it is enforced, but for those that come from another policy in which the caller may
 * read nothing of them. Of several that have the same label it shows the first.
 */
async function resolvedPolicy(parts: Parts, { id, auth }: Command, { policy }: Judged): Promise<JsonObject> {
  const { policies, access } = parts;
  const held = await policies.load(id);
  await access.load(held);
  const entries: { [label: string]: JsonValue } = {};
  for (const [label, entry] of Object.entries(access.effective(held)?.entries ?? {}))
    if (label === plainLabel(label)) putKey(entries, label, entry as unknown as JsonValue);
  for (const source of Object.keys(importsOf(policy))) await hide(source, importedLabel);
  for (const source of access.rootsOf(policy)) await hide(source, nsImportedLabel);
  return { ...policy, entries };

  async function hide(source: string, labelled: (source: string, label: string) => string): Promise<void> {
    const other = await policies.load(source);
    await access.load(other);
    const found = access.effective(other);
    const may = found?.enforcer.forSubjects(auth.subjects);
    for (const label of Object.keys(found?.entries ?? {})) {
      if (!may?.hasPartial("policy", ["entries", label], "READ")) delete entries[labelled(source, label)];
    }
  }
}
