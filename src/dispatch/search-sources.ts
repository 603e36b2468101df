// What the search index is made of: the committed states of things and policies, from memory or else from the journal.

import { isNamespacedId } from "../base/ids.ts";
import type { JsonObject } from "../base/json/json.ts";
import type { Journal } from "../journal/journal.ts";
import type { PolicyEntry } from "../policies/model.ts";
import { effectiveEntries } from "../policies/namespace-roots.ts";
import type { EntityState } from "../signals/signal.ts";
import { changeOf, type Entities, type Held, stateOf } from "./entities.ts";
import { serviceUnavailable } from "./errors.ts";
import type { Parts } from "./ready.ts";

/** A policy by its id, and its newest revision, that of its end if it was deleted: 0 where it never existed. */
interface PolicyRevision {
  readonly id: string;
  readonly revision: number;
}

interface PolicyInEffect {
  readonly entries: readonly PolicyEntry[];
  /** The policy itself, then all others that were looked for, found or not. */
  readonly sources: readonly PolicyRevision[];
}

export interface SearchSources {
  /** The newest committed state; `undefined` where there never was one. It is not taken into memory. */
  readThing(id: string): Promise<EntityState | undefined>;
  /** The entries by which the things of a policy are judged; 503 where what counts in it is too long a chain of imports. */
  entriesOf(policyId: string): Promise<PolicyInEffect>;
  /** As the journal's. */
  readonly recent: Journal["recent"];
  /** The ids of recorded things in order after `after`, at most `limit`. */
  listThings(after: string, limit: number): Promise<readonly string[]>;
}

/** Longest chain of imports that is loaded before giving up. */
const MAX_ROUNDS = 12;

export function searchSources(
  parts: Pick<Parts, "things" | "policies" | "access" | "journal">,
): SearchSources {
  return {
    readThing: (id) => readState(parts, id),
    entriesOf: (id) => entriesOf(parts, id),
    recent: (kind, agoMs, after, limit) => parts.journal.recent(kind, agoMs, after, limit),
    listThings: (after, limit) => parts.journal.listIds("thing", after, limit),
  };
}

/** All things are read when the index is built, which must not push out of memory what is in use. */
async function readState(
  { things, journal }: Pick<Parts, "things" | "journal">,
  id: string,
): Promise<EntityState | undefined> {
  const held = things.peek(id);
  // A copy may say that there is none when another server has made one.
  if (held?.committed) return held.committed;
  if (!isNamespacedId(id)) return undefined;
  const { snapshot, tail } = await journal.load("thing", id);
  return tail.reduce<EntityState | undefined>(
    (state, row) => things.rules.apply(state, changeOf(row), row.revision, row.timestamp),
    snapshot && stateOf(snapshot),
  );
}

async function entriesOf(
  { policies, access }: Pick<Parts, "policies" | "access">,
  policyId: string,
): Promise<PolicyInEffect> {
  if (!isNamespacedId(policyId)) return { entries: [], sources: [{ id: policyId, revision: 0 }] };
  let missing: readonly string[] = [policyId];
  const loaded = new Map<string, Held>();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    await Promise.all(missing.map(async (id) => loaded.set(id, await policies.load(id))));
    const looked = lookAround(policies, loaded, access, policyId);
    if (looked.missing.length === 0) return looked;
    missing = looked.missing;
  }
  throw serviceUnavailable();
}

/**
 * Resolves a policy with what is in memory, or was loaded for this and is not kept there, without a pause, so that revisions and
 * entries belong together.
 */
function lookAround(
  policies: Entities,
  loaded: ReadonlyMap<string, Held>,
  access: Parts["access"],
  policyId: string,
) {
  const revisions = new Map<string, number>();
  const missing: string[] = [];
  const lookUp = (id: string): JsonObject | undefined => {
    const held = policies.peek(id) ?? loaded.get(id);
    if (!held && isNamespacedId(id)) missing.push(id);
    const state = held?.committed;
    revisions.set(id, state?.revision ?? 0);
    return state?.value;
  };
  const policy = lookUp(policyId);
  const entries = policy ? effectiveEntries(policy, lookUp, () => access.rootsOf(policy)) : {};
  const sources = [...revisions].map(([id, revision]) => ({ id, revision }));
  return { entries: Object.values(entries), sources, missing };
}
