// Turns of those who read the past: what they hold of it at once is bounded, whoever they are.

import pLimit, { type LimitFunction } from "p-limit";
import { type Journal, JournalUnavailable } from "../../journal/journal.ts";

/** Pages of the past that are read at once, of all who read it, and that wait for it. */
const AT_ONCE = 4;
const WAITING = 1_000;

const turnsOf = new WeakMap<Pick<Journal, "readEvents">, LimitFunction>();

/** Reads a page when its turn has come; rejects with {@link JournalUnavailable} where too many wait. */
export async function inPastTurn<T>(
  journal: Pick<Journal, "readEvents">,
  task: () => Promise<T>,
): Promise<T> {
  const turns = turnsOf.get(journal) ?? pLimit(AT_ONCE);
  turnsOf.set(journal, turns);
  if (turns.pendingCount >= WAITING)
    throw new JournalUnavailable("Too many reads of past events wait for one another.");
  return turns(task);
}
