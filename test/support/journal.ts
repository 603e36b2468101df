// A journal in memory whose commits the test lets happen, one by one. It is a stand-in, used only where a test must
// choose the moment at which an append is settled, or that it fails; no real database lets a test do that. It keeps
// the promises of src/journal/journal.ts: order, primary key, failure of what was accepted after a failed append,
// the snapshot that comes with a birth.

import {
  type EntityKey,
  type Journal,
  type JournalRow,
  JournalUnavailable,
  type Moment,
  type PolicyDue,
  type Reach,
  type RecentPlace,
  type RecentRow,
  type Recorded,
  RevisionTaken,
  type Settled,
  type SnapshotRow,
  type StoredKind,
} from "../../src/journal/journal.ts";

interface Waiting {
  readonly rows: readonly JournalRow[];
  readonly settled: Settled;
}

const keyOf = (kind: StoredKind, id: string) => `${kind} ${id}`;

export class HeldJournal implements Journal {
  /** Committed rows, and snapshots, by entity. */
  readonly rows = new Map<string, JournalRow[]>();
  readonly snapshots = new Map<string, SnapshotRow>();
  /** Every stored snapshot, by entity, in the order of revisions. */
  readonly kept = new Map<string, SnapshotRow[]>();
  /** When each committed row was written. */
  readonly recorded = new Map<JournalRow, number>();
  /** When policies are due. */
  readonly dues = new Map<string, number>();
  /** Every append, as it came. */
  readonly appends: (readonly JournalRow[])[] = [];
  /** How often each entity was read. */
  readonly loads = new Map<string, number>();
  /** Whether appends are committed at once, a microtask after they came. */
  flowing: boolean;
  /** While set, what asks the database waits for it. */
  gate: Promise<void> | undefined;
  #waiting: Waiting[] = [];

  constructor({ flowing = false } = {}) {
    this.flowing = flowing;
  }

  get pending(): number {
    return this.#waiting.length;
  }

  append(rows: readonly JournalRow[], settled: Settled): void {
    this.appends.push(rows);
    const waiting = { rows, settled };
    this.#waiting.push(waiting);
    if (this.flowing) queueMicrotask(() => this.#waiting.includes(waiting) && this.commit());
  }

  /** Commits the oldest append that waits. */
  commit(): void {
    const next = this.#waiting.shift();
    if (!next) throw new Error("no append waits");
    if (next.rows.some((row) => this.#isTaken(row))) {
      this.#fail(next, new RevisionTaken());
      return;
    }
    for (const row of next.rows) {
      this.recorded.set(row, Date.now());
      const key = keyOf(row.kind, row.id);
      this.rows.set(key, [...(this.rows.get(key) ?? []), row]);
      const { kind, id, revision, timestamp, value, metadata, due } = row;
      if (typeof due === "number") this.dues.set(id, due);
      if (due === null) this.dues.delete(id);
      if (row.action === "created" && row.path === "/")
        this.snapshots.set(key, {
          kind,
          id,
          revision,
          state: value,
          created: timestamp,
          modified: timestamp,
          metadata,
        });
    }
    next.settled();
  }

  /** Commits the oldest append that waits, of which whoever asked learns only that it may have been. */
  commitUnnoticed(): void {
    const next = this.#waiting[0];
    if (!next) throw new Error("no append waits");
    const settled: Settled = () => next.settled(new JournalUnavailable("cut off", { mayBeWritten: true }));
    this.#waiting[0] = { rows: next.rows, settled };
    this.commit();
  }

  #isTaken({ kind, id, revision }: JournalRow): boolean {
    return (this.rows.get(keyOf(kind, id)) ?? []).some((row) => row.revision === revision);
  }

  commitAll(): void {
    while (this.#waiting.length > 0) this.commit();
  }

  /** Loses the oldest append that waits, and those of the same ids that came after it. */
  fail(error: JournalUnavailable | RevisionTaken = new JournalUnavailable("lost")): void {
    const next = this.#waiting.shift();
    if (!next) throw new Error("no append waits");
    this.#fail(next, error);
  }

  #fail(first: Waiting, error: JournalUnavailable | RevisionTaken): void {
    const ids = new Set(first.rows.map(({ id }) => id));
    const along = this.#waiting.filter(({ rows }) => rows.some(({ id }) => ids.has(id)));
    this.#waiting = this.#waiting.filter((waiting) => !along.includes(waiting));
    for (const { settled } of [first, ...along]) settled(error);
  }

  async load(kind: StoredKind, id: string): Promise<Recorded> {
    const key = keyOf(kind, id);
    this.loads.set(key, (this.loads.get(key) ?? 0) + 1);
    await this.gate;
    const snapshot = this.snapshots.get(key);
    const tail = (this.rows.get(key) ?? []).filter(({ revision }) => revision > (snapshot?.revision ?? 0));
    return { snapshot, tail };
  }

  async storeSnapshots(rows: readonly SnapshotRow[]): Promise<void> {
    await this.gate;
    for (const row of rows) {
      const key = keyOf(row.kind, row.id);
      if ((this.snapshots.get(key)?.revision ?? 0) < row.revision) this.snapshots.set(key, row);
      const others = (this.kept.get(key) ?? []).filter(({ revision }) => revision !== row.revision);
      this.kept.set(
        key,
        [...others, row].sort((a, b) => a.revision - b.revision),
      );
    }
  }

  async loadAt(kind: StoredKind, id: string, moment: Moment, limit: number): Promise<Recorded> {
    await this.gate;
    const { revision: most = Number.POSITIVE_INFINITY, before = Number.POSITIVE_INFINITY } = moment;
    const key = keyOf(kind, id);
    const snapshot = (this.kept.get(key) ?? []).findLast(
      ({ revision, modified }) => revision <= most && modified < before,
    );
    const rows = this.#events(kind, id, snapshot?.revision ?? 0, most, limit);
    return { snapshot, tail: rows.filter(({ timestamp }) => timestamp < before) };
  }

  async listReach(after: EntityKey, edge: number, ahead: number, limit: number): Promise<readonly Reach[]> {
    const place = ({ kind, id }: EntityKey) => `${id}\u0000${kind}`;
    return [...this.snapshots.values()]
      .filter((row) => place(row) > place(after))
      .sort((a, b) => (place(a) < place(b) ? -1 : 1))
      .slice(0, limit)
      .map(({ kind, id }) => {
        const rows = this.rows.get(keyOf(kind, id)) ?? [];
        const base = this.#base(keyOf(kind, id), edge)?.revision;
        const oldest = rows[0]?.revision ?? 0;
        const at = (revision: number) => rows.find((row) => row.revision === revision)?.timestamp;
        const [next, later] = [1, ahead].map((further) => at((base ?? oldest) + further));
        return { kind, id, oldest, second: rows[1]?.timestamp, base, next, later };
      });
  }

  #base(key: string, edge: number): SnapshotRow | undefined {
    return (this.kept.get(key) ?? []).findLast(({ modified }) => modified < edge);
  }

  async prune(keys: readonly EntityKey[], edge: number, limit: number): Promise<readonly number[]> {
    await this.gate;
    return keys.map(({ kind, id }) => {
      const key = keyOf(kind, id);
      const rows = this.rows.get(key) ?? [];
      const kept = this.kept.get(key) ?? [];
      const oldest = rows[0]?.revision ?? 0;
      const most = Math.min(this.#base(key, edge)?.revision ?? 0, oldest + limit);
      const near = kept.findLast(({ revision }) => revision > oldest && revision <= most)?.revision ?? most;
      const left = rows.filter(({ revision }) => revision >= near);
      this.rows.set(key, left);
      this.kept.set(
        key,
        kept.filter(({ revision }) => revision >= near),
      );
      return rows.length - left.length;
    });
  }

  async listIds(kind: StoredKind, after: string, limit: number): Promise<readonly string[]> {
    return [...this.snapshots.values()]
      .filter((row) => row.kind === kind && row.state !== null && row.id > after)
      .map(({ id }) => id)
      .sort((a, b) => (a < b ? -1 : 1))
      .slice(0, limit);
  }

  async readEvents(...asked: Parameters<Journal["readEvents"]>) {
    return this.#events(...asked);
  }

  #events(kind: StoredKind, id: string, from: number, to: number, limit: number): readonly JournalRow[] {
    const rows = this.rows.get(keyOf(kind, id)) ?? [];
    return rows.filter(({ revision }) => revision >= from && revision <= to).slice(0, limit);
  }

  async recent(
    kind: StoredKind,
    agoMs: number,
    after: RecentPlace | undefined,
    limit: number,
  ): Promise<readonly RecentRow[]> {
    await this.gate;
    const place = (row: RecentPlace) =>
      `${String(row.recorded).padStart(15, "0")} ${row.id}\u0000${String(row.revision).padStart(15, "0")}`;
    const from = after?.recorded ?? Date.now() - agoMs;
    return [...this.rows.values()]
      .flat()
      .filter((row) => row.kind === kind)
      .map((row) => ({ ...row, recorded: this.recorded.get(row) ?? 0 }))
      .filter((row) => row.recorded >= from && (after === undefined || place(row) > place(after)))
      .sort((a, b) => (place(a) < place(b) ? -1 : 1))
      .slice(0, limit);
  }

  async listDue(after: PolicyDue, limit: number): Promise<readonly PolicyDue[]> {
    await this.gate;
    const isBefore = (a: PolicyDue, b: PolicyDue) => a.due < b.due || (a.due === b.due && a.id < b.id);
    return [...this.dues]
      .map(([id, due]) => ({ id, due }))
      .filter((one) => isBefore(after, one))
      .sort((a, b) => (isBefore(a, b) ? -1 : 1))
      .slice(0, limit);
  }

  async setUnknownDue(id: string, due: number | null): Promise<void> {
    await this.gate;
    if (this.dues.get(id) !== 0) return;
    if (due === null) this.dues.delete(id);
    else this.dues.set(id, due);
  }

  async finish(): Promise<void> {
    this.commitAll();
  }

  async close(): Promise<void> {
    this.commitAll();
  }
}

/** The journal as a plain object, as the server's own is: what wraps one spreads it. */
export function plainJournal(journal: HeldJournal): Journal {
  const names = Object.getOwnPropertyNames(HeldJournal.prototype) as (keyof Journal)[];
  const bound = names.map((name) => [
    name,
    (...given: unknown[]) => (journal[name] as (...all: unknown[]) => unknown).apply(journal, given),
  ]);
  return Object.fromEntries(bound) as unknown as Journal;
}
