// Clean-up of history: what is older than the retention goes, bit by bit and never in anybody's way.

import type { EntityKey, Journal, Reach, SnapshotRow, StoredKind } from "../../journal/journal.ts";
import { snapshotOf } from "../snapshots.ts";
import { type Rest, rebuild, resting } from "./rebuild.ts";
import type { Replay } from "./replay.ts";

export interface RetentionSettings {
  readonly cleanupEnabled: boolean;
  /** How long history is kept, in milliseconds. */
  readonly historyRetention: number;
  /** Rest after the start and after each round, in milliseconds. */
  readonly cleanupQuietPeriod: number;
}

export interface RetentionParts {
  readonly journal: Journal;
  readonly rules: Readonly<Record<StoredKind, Replay>>;
  readonly settings: RetentionSettings;
  readonly log: {
    info(fact: object, message: string): void;
    warn(fact: object, message: string): void;
  };
}

/** Entities looked at in one step, and rows deleted in one. */
const ENTITIES = 200;
const ROWS = 1_000;
/** An entity's rows go once there are so many up to a kept state, or one is past for so much longer than the retention. */
const WORTH_ROWS = 100;
const GRACE_MS = 24 * 3_600_000;
/** A state at the edge is worked out where none is kept within so many rows before it, or within the same time. */
const APART = 200;
/** States stored in one step. */
const BASES = 20;

/** As of {@link Rest}; told as well whether there is more to do than usual. */
export type CleaningRest = (took: number, isBehind?: boolean) => Promise<void>;

/** Before all entities. */
export const BEGINNING: EntityKey = { kind: "thing", id: "" };

/**
 * One round through the entities after one of them; resolves with the number of deleted rows. `reached` is told how far it
 * has come.
 * @throws JournalUnavailable, and what `rest` is rejected with.
 */
export async function cleanUp(
  parts: RetentionParts,
  rest: CleaningRest,
  first = BEGINNING,
  reached: (key: EntityKey) => void = () => undefined,
): Promise<number> {
  const { journal, settings } = parts;
  let rows = 0;
  let after: EntityKey | undefined = first;
  while (after) {
    const from: EntityKey = after;
    reached(from);
    const edge = Date.now() - settings.historyRetention;
    const page = await resting(rest, () => journal.listReach(from, edge, APART, ENTITIES));
    const old = page.flatMap((reach) => oldOf(reach, edge));
    const bare = page.filter((reach) => needsBase(reach, edge) && !old.some(({ key }) => key === reach));
    old.push(...(await keepBases(parts, bare, edge, rest)));
    rows += await prune(journal, old, edge, rest);
    after = page.length < ENTITIES ? undefined : page.at(-1);
  }
  return rows;
}

/** The same for one entity, without rests. */
export async function cleanUpOne(
  { journal, rules, settings }: RetentionParts,
  key: EntityKey,
): Promise<void> {
  const edge = Date.now() - settings.historyRetention;
  const base = await rebuild(journal, rules[key.kind], key.id, { before: edge }, () => Promise.resolve());
  if (!base) return;
  await journal.storeSnapshots([snapshotOf(key.kind, key.id, base.state)]);
  for (let gone = 1; gone > 0; ) [gone = 0] = await journal.prune([key], edge, ROWS);
}

const isLate = (time: number | undefined, edge: number): boolean =>
  time !== undefined && time < edge - GRACE_MS;

/** An entity with so many rows that can go. */
interface Old {
  readonly key: EntityKey;
  readonly count: number;
}

/** What can go at once, if it is worth a statement. */
function oldOf(reach: Reach, edge: number): readonly Old[] {
  const count = (reach.base ?? reach.oldest) - reach.oldest;
  return count >= WORTH_ROWS || (count > 0 && isLate(reach.second, edge)) ? [{ key: reach, count }] : [];
}

const needsBase = ({ next, later }: Reach, edge: number): boolean =>
  (later !== undefined && later < edge) || isLate(next, edge);

/** Makes sure that the states at the edge are kept; resolves with what can go then. */
async function keepBases(
  { journal, rules }: RetentionParts,
  bare: readonly Reach[],
  edge: number,
  rest: Rest,
): Promise<readonly Old[]> {
  const old: Old[] = [];
  let bases: SnapshotRow[] = [];
  const store = async () => {
    const rows = bases;
    bases = [];
    if (rows.length > 0) await resting(rest, () => journal.storeSnapshots(rows));
  };
  for (const reach of bare) {
    const { kind, id, oldest } = reach;
    const base = await rebuild(journal, rules[kind], id, { before: edge }, rest);
    if (!base) continue;
    bases.push(snapshotOf(kind, id, base.state));
    old.push({ key: reach, count: base.state.revision - oldest });
    if (bases.length === BASES) await store();
  }
  await store();
  return old;
}

/** Deletes the rows, those of several entities in one step where they have few; resolves with their number. */
async function prune(
  journal: Journal,
  old: readonly Old[],
  edge: number,
  rest: CleaningRest,
): Promise<number> {
  let rows = 0;
  const queue = [...old];
  while (queue.length > 0) {
    const { some, total } = takeSome(queue);
    const deleted = await resting(
      (took) => rest(took, total >= ROWS),
      () =>
        journal.prune(
          some.map(({ key }) => key),
          edge,
          ROWS,
        ),
    );
    some.forEach(({ key, count }, i) => {
      const gone = deleted[i] as number;
      rows += gone;
      if (gone > 0 && gone < count) queue.push({ key, count: count - gone });
    });
  }
  return rows;
}

/** Takes entities off the queue until their rows fill a step. */
function takeSome(queue: Old[]): { some: readonly Old[]; total: number } {
  let total = 0;
  let taken = 0;
  while (taken < queue.length && total < ROWS) total += (queue[taken++] as Old).count;
  return { some: queue.splice(0, taken), total };
}
