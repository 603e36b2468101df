// Who searches, and whether all they find is theirs to read whole.

import { recent } from "../../base/recent.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { SearchStore } from "../store.ts";
import type { Caller } from "../wanted.ts";

/** How long an answer counts that policies written elsewhere may have changed, in milliseconds. */
const LIFE_MS = 1_000;
const MOST_KNOWN = 1_000;
const NUL = "\u0000";

interface Known {
  readonly isPartial: Promise<boolean>;
  readonly version: unknown;
  /** By the clock of `performance`. */
  until: number;
}

/**
 * Answers from memory for a second, unless `version` says that access has been written since. A subject that PostgreSQL
 * cannot hold is nobody's.
 */
export function callers(store: Pick<SearchStore, "isPartial">, version: () => unknown) {
  const known = recent<Known>(MOST_KNOWN);

  function ask(key: string, subjects: readonly string[]): Known {
    const asked: Known = {
      version: version(),
      until: performance.now() + LIFE_MS,
      isPartial: store.isPartial(subjects),
    };
    asked.isPartial.catch(() => {
      asked.until = 0;
    });
    return known.put(key, asked);
  }

  return async ({ subjects }: AuthContext): Promise<Caller> => {
    const storable = subjects.filter((subject) => subject.isWellFormed() && !subject.includes(NUL));
    const key = JSON.stringify(storable.toSorted());
    const last = known.get(key);
    const isFresh = last && last.version === version() && performance.now() < last.until;
    const { isPartial } = isFresh ? last : ask(key, storable);
    return { subjects: storable, isPartial: await isPartial };
  };
}
