// Replaying rows of the journal: nothing is parsed that a later row replaces, and nobody is held up meanwhile.

import { setImmediate } from "node:timers/promises";
import type { JsonObject } from "../../base/json/json.ts";
import type { JournalRow, StoredKind } from "../../journal/journal.ts";
import type { Change, EntityState } from "../../signals/signal.ts";
import { changeOf } from "../entities.ts";
import type { EntityRules } from "../rules.ts";

/** Work without a break, in milliseconds. */
const STRETCH_MS = 10;
/** Shorter values are parsed, whatever becomes of them. */
const LONG = 200;
/** Deeper down, a path of a policy that begins another one need not name what holds it (its subjects and resource keys). */
const DEEPEST_ANCESTOR = 3;
/** Stands for a long value that nobody sees; not empty, since an empty object tells something of metadata. */
const UNSEEN: JsonObject = { "": null };

/** What replaying needs of the rules of a kind. */
export interface Replay extends Pick<EntityRules, "apply"> {
  readonly kind: StoredKind;
}

/** A state, and the event that led to it. */
export interface Rebuilt {
  readonly state: EntityState;
  readonly row: JournalRow;
}

/**
 * The state after rows in the order of revisions; those that `from` already holds change nothing. `undefined` where
 * there are none, or where they do not continue it. Lets others work about every 10 ms.
 */
export async function replay(
  rules: Replay,
  from: EntityState | undefined,
  rows: readonly JournalRow[],
): Promise<Rebuilt | undefined> {
  const unseen = replacedLater(rows);
  let state = from;
  let started = performance.now();
  for (const row of rows) {
    if (row.revision === state?.revision) continue;
    if (!follows(state, row)) return undefined;
    const change = unseen.has(row) ? withoutValue(row) : changeOf(row);
    state = rules.apply(state, change, row.revision, row.timestamp);
    if (performance.now() - started < STRETCH_MS) continue;
    await setImmediate();
    started = performance.now();
  }
  const row = rows.at(-1);
  return state && row && { state, row };
}

/** Whether a row continues a state: the next revision, or a change of the whole, which needs no earlier state. */
export function follows(state: EntityState | undefined, { revision, action, path }: JournalRow): boolean {
  if (state) return revision === state.revision + 1;
  return revision === 1 || (path === "/" && (action === "created" || action === "deleted"));
}

/**
 * The rows that set a long value which a later row replaces or deletes, at the same path or above. Whatever lies
 * between them can only differ below that path, since a change reads nothing of a value but what it merges into.
 */
function replacedLater(rows: readonly JournalRow[]): ReadonlySet<JournalRow> {
  const replaced = new Set<string>();
  const found = new Set<JournalRow>();
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i] as JournalRow;
    // A merge leaves parts of what was there.
    if (row.action === "merged") continue;
    if (row.value !== null && row.value.length >= LONG && isReplaced(row.path, replaced)) found.add(row);
    replaced.add(row.path);
  }
  return found;
}

function isReplaced(path: string, replaced: ReadonlySet<string>): boolean {
  if (replaced.has(path) || replaced.has("/")) return true;
  let end = path.indexOf("/", 1);
  for (let keys = 1; end > 0 && keys <= DEEPEST_ANCESTOR; keys++) {
    if (replaced.has(path.slice(0, end))) return true;
    end = path.indexOf("/", end + 1);
  }
  return false;
}

const withoutValue = (row: JournalRow): Change => ({ ...changeOf({ ...row, value: null }), value: UNSEEN });
