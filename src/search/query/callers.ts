// Who searches, and what is theirs to read in all they find.

import { recent } from "../../base/recent.ts";
import type { AuthContext } from "../../signals/signal.ts";
import { commonRights } from "../common-rights.ts";
import type { OwnRules, SearchStore } from "../store.ts";
import type { Caller } from "../wanted.ts";

/** How long an answer counts that policies written elsewhere may have changed, in milliseconds. */
const LIFE_MS = 1_000;
/** A caller weighs as much as so many rules; rules of partial readers weigh one each. */
const CALLER = 50;
const MOST_WEIGHT = 50_000;
const NUL = "\u0000";

type Rights = Pick<Caller, "isPartial" | "common">;

interface Known {
  readonly rights: Promise<Rights>;
  readonly version: unknown;
  /** By the clock of `performance`. */
  until: number;
}

/**
 * Answers from memory for a second, unless `version` says that access has been written since. A subject that PostgreSQL
 * cannot hold is nobody's.
 */
export function callers(store: Pick<SearchStore, "partialRules">, version: () => unknown) {
  const known = recent<Known>(MOST_WEIGHT);

  function ask(key: string, subjects: readonly string[]): Known {
    const whose = { version: version(), until: performance.now() + LIFE_MS };
    const rules = store.partialRules(subjects);
    const asked: Known = { ...whose, rights: rules.then(rightsBy) };
    rules.then(
      (sets) => {
        if (sets && known.get(key) === asked) known.put(key, asked, CALLER + sizeOf(sets));
      },
      () => {
        asked.until = 0;
      },
    );
    return known.put(key, asked, CALLER);
  }

  return async ({ subjects }: AuthContext): Promise<Caller> => {
    const storable = subjects.filter((subject) => subject.isWellFormed() && !subject.includes(NUL));
    const key = JSON.stringify(storable.toSorted());
    const last = known.get(key);
    const isFresh = last && last.version === version() && performance.now() < last.until;
    const { rights } = isFresh ? last : ask(key, storable);
    return { subjects: storable, ...(await rights) };
  };
}

function rightsBy(sets: readonly OwnRules[] | undefined): Rights {
  if (sets?.length === 0) return { isPartial: false };
  return { isPartial: true, common: sets && commonRights(sets) };
}

const sizeOf = (sets: readonly OwnRules[]): number =>
  sets.reduce((sum, rules) => sum + Object.keys(rules).length, 0);
