// Reading an entity as it was (basic-history page): who may is decided by the policy as it is.

import type { Moment } from "../../journal/journal.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Command } from "../../signals/signal.ts";
import type { Entities } from "../entities.ts";
import { enforcerFor, execute, judgedBy } from "../execute.ts";
import { retrieveView } from "../policy-view.ts";
import { load, orUnavailable, type Parts } from "../ready.ts";
import { retrieveAt } from "./rebuild.ts";

/** Answers a retrieve of an entity at a moment of its past; 404 where that is not in its history. */
export async function readPast(
  parts: Parts,
  command: Command,
  store: Entities,
  moment: Moment,
): Promise<Reply> {
  const { rules } = store;
  const ready = await load(parts, command, store);
  const resource = rules.resource(command.path);
  const now = ready.held.committed;
  const enforcer = now?.value && enforcerFor(parts, command, now, ready.policy);
  const access = enforcer?.forSubjects(command.auth.subjects);
  if (!resource || !now?.value || !access) throw rules.notFound(command.id);
  if (!access.hasPartial(command.kind, command.path, "READ"))
    throw resource.notFound(command.id, command.path);

  const past = await orUnavailable(command, store, () =>
    retrieveAt(parts.journal, rules, command.id, moment, now),
  );
  if (!past) return execute(parts, command, store, ready, undefined);
  if (!past.state.value) throw rules.notFound(command.id);
  const judged = judgedBy(parts, command, access, ready.policy);
  const reply = await retrieveView(parts, command, resource, rules, { state: past.state }, judged);
  const headers = { ...reply.headers, "historical-headers": past.headers };
  // The revision that Ditto tells of the past is one less than that of the state.
  return { ...reply, headers, ...(reply.revision !== undefined && { revision: reply.revision - 1 }) };
}
