// From a decision to a committed event: one append, then everybody learns of it.

import type { JsonValue } from "../base/json/json.ts";
import { printPath } from "../base/json/pointer.ts";
import { type Journal, type JournalRow, JournalUnavailable, RevisionTaken } from "../journal/journal.ts";
import type { Enforcer } from "../policies/enforcer.ts";
import type { Change, Command, EntityEvent, EntityKind, EntityState } from "../signals/signal.ts";
import type { Entities, Held } from "./entities.ts";
import { StateVoid } from "./errors.ts";
import { type Extent, extended, extentOf } from "./extent.ts";
import { headersToKeep } from "./history/kept-headers.ts";
import type { Snapshots } from "./snapshots.ts";

/** A decided change of one entity, and the state that it leads to. */
export interface Decided {
  readonly store: Entities;
  readonly held: Held;
  readonly change: Change;
  /** JSON texts of the change's value and of the metadata it brings. */
  readonly text: string | null;
  readonly metadata: string | null;
  readonly next: EntityState;
  readonly extent: Extent;
}

/** Sizes below this are not worth measuring again. */
const SMALL = 512;

/**
 * Applies a change to the head of an entity, on paper: the next state, its text and its size. Refuses with 413 what
 * grows beyond the limit, or there; what makes an entity smaller is never too large. The exact size is only measured when
 * the running upper bound passes the limit, or twice the size measured last.
 */
export function decided(store: Entities, held: Held, change: Change): Decided {
  const { rules } = store;
  const before = held.head;
  const text = textOf(change.value);
  const metadata = textOf(change.metadata);
  const timestamp = Math.max(Date.now(), before?.modified ?? 0);
  const next = rules.apply(before, change, (before?.revision ?? 0) + 1, timestamp);
  const replaced = change.path.length === 0 && change.action !== "merged";
  let extent = replaced
    ? extentOf(text, textOf(next.metadata))
    : extended(held.extent, [text, metadata], pathLength(change));
  // What is deleted makes a thing smaller, whatever its size.
  if (
    next.value &&
    change.action !== "deleted" &&
    (extent.characters > rules.maxSize || extent.characters > Math.max(SMALL, 2 * extent.measured))
  ) {
    extent = extentOf(JSON.stringify(next.value), textOf(next.metadata));
    const { measured: size } = extent;
    if (size > rules.maxSize && size >= sizeOf(before)) throw rules.tooLarge(held.id, size, rules.maxSize);
  }
  return { store, held, change, text, metadata, next, extent };
}

/** Characters of an entity that lives; its metadata counts too. */
const sizeOf = (state: EntityState | undefined): number =>
  state?.value ? extentOf(JSON.stringify(state.value), textOf(state.metadata)).characters : 0;

const textOf = (value: JsonValue | undefined): string | null =>
  value === undefined ? null : JSON.stringify(value);

/** What the keys of a path can add to a JSON text: each with quotes, colon and braces. */
const pathLength = (change: Change): number => change.path.reduce((sum, key) => sum + key.length + 6, 0);

/** Looks after the subjects of policies that expire or whose end is announced. Must not throw. */
export interface PolicyWatch {
  /**
   * What the row of a change is to say of when its policy is due, as of {@link JournalRow}. It is asked of every decided
   * change, before its append.
   */
  dueAfter(before: EntityState["value"], after: EntityState["value"]): number | null | undefined;
  /** Told of every committed change of a policy, in the order of revisions; `undefined` where there is no policy. */
  committed(id: string, before: EntityState["value"], after: EntityState["value"]): void;
}

/** Learns of what is committed, to write it into the index of search. Must not throw. */
export interface IndexWatch {
  thingChanged(id: string, revision: number): void;
  policyChanged(id: string, revision: number): void;
}

/**
 * Tells other members of a committed change of an entity, of which `before` was the value. Where it gives a promise the writer is
 * answered after that has resolved; it rejects with JournalUnavailable where that they know of it cannot be known.
 */
export type Spread = (
  kind: EntityKind,
  id: string,
  before: EntityState["value"],
  now: EntityState,
) => Promise<void> | undefined;

/** What is known of whoever caused an event. The server itself, which no subject stands for, has none. */
export type Cause = Pick<Command, "headers" | "auth">;

export interface Recorder {
  readonly journal: Journal;
  readonly snapshots: { readonly thing: Snapshots; readonly policy: Snapshots };
  /** Names of the headers of commands that history keeps. */
  readonly historicalHeaders: Readonly<Record<EntityKind, readonly string[]>>;
  /** Told of what becomes of policies because of their subjects; absent where nobody asks. */
  readonly watch?: PolicyWatch;
  /** Absent where nobody searches. */
  readonly index?: IndexWatch;
  /** Absent where there are no other members of a cluster. */
  readonly spread?: Spread;
  /**
   * Told of an entity after whose revision something may be committed that nobody was told of, before it is loaded again.
   * Must not throw.
   */
  readonly unconfirmed?: (kind: EntityKind, id: string, revision: number) => void;
  /** Told of each revision that is known to be committed, and published. Must not throw. */
  readonly confirmed?: (kind: EntityKind, id: string, revision: number) => void;
  /**
   * Told of every committed event, in the order of revisions of each entity. `origin` is the session it came by, `state`
   * what the event led to, or what was deleted.
   */
  publish(
    event: EntityEvent,
    enforcer: Enforcer | undefined,
    origin: object | undefined,
    state: EntityState,
  ): void;
}

/** Finds the enforcer that says who may see an event, at the time it is published. */
export type FindEnforcer = () => Enforcer | undefined;

/**
 * Makes decided changes (of one id, in one transaction) the heads of their entities, and resolves once they are
 * committed and published. When the journal fails, the entities are dropped and the promise is rejected; when it
 * does not even accept them, nothing has happened.
 */
export function record(
  recorder: Recorder,
  changes: readonly Decided[],
  command: Cause,
  findEnforcer: FindEnforcer,
  origin: object | undefined,
): Promise<void> {
  if (changes.some(({ store, held }) => !store.mayRecord(held))) {
    return Promise.reject(new StateVoid("the state that was decided on is void"));
  }
  const before = changes.map(({ held }) => ({ head: held.head, extent: held.extent }));
  const rows = changes.map((change) => rowOf(recorder, change, command));
  for (const { store, held, next, extent } of changes) {
    Object.assign(held, { head: next, extent });
    held.pending++;
    store.weigh(held);
  }
  return new Promise((resolve, reject) => {
    let accepted = false;
    recorder.journal.append(rows, (error) => {
      for (const { held } of changes) held.pending--;
      if (!error) {
        const spreading = changes.map((change) => committed(recorder, change, command, findEnforcer, origin));
        if (spreading.some((told) => told)) Promise.all(spreading).then(() => resolve(), reject);
        else resolve();
        return;
      }
      changes.forEach(({ store, held }, i) => {
        if (accepted) {
          if (mayBeWritten(error))
            recorder.unconfirmed?.(store.rules.kind, held.id, held.committed?.revision ?? 0);
          store.drop(held);
        } else Object.assign(held, before[i]);
      });
      reject(error);
    });
    accepted = true;
  });
}

/** A revision is taken by another owner, or by what this one wrote before without having learnt of it. */
const mayBeWritten = (error: Error): boolean =>
  error instanceof RevisionTaken || (error instanceof JournalUnavailable && error.mayBeWritten);

function committed(
  recorder: Recorder,
  change: Decided,
  command: Cause,
  findEnforcer: FindEnforcer,
  origin: object | undefined,
): Promise<void> | undefined {
  const { held, next, store } = change;
  const born = change.change.action === "created" && change.change.path.length === 0;
  const last = held.committed;
  const before = last?.value;
  held.commit(next);
  recorder.snapshots[store.rules.kind].committed(held, next, born, change.text?.length ?? 0);
  recorder.publish(eventOf(change, command), findEnforcer(), origin, next.value ? next : (last ?? next));
  recorder.confirmed?.(store.rules.kind, held.id, next.revision);
  if (store.rules.kind === "policy") {
    recorder.watch?.committed(held.id, before, next.value);
    recorder.index?.policyChanged(held.id, next.revision);
  } else {
    recorder.index?.thingChanged(held.id, next.revision);
  }
  return recorder.spread?.(store.rules.kind, held.id, before, next);
}

/** The row of a change that is not the head yet. */
function rowOf(recorder: Recorder, change: Decided, { headers, auth }: Cause): JournalRow {
  const { store, held, text, metadata, next } = change;
  const { kind } = store.rules;
  const row: JournalRow = {
    kind,
    id: held.id,
    revision: next.revision,
    timestamp: next.modified,
    action: change.change.action,
    path: printPath(change.change.path),
    value: text,
    metadata,
    headers: headersToKeep(headers, auth.subjects[0], recorder.historicalHeaders[kind]),
  };
  const due = kind === "policy" ? recorder.watch?.dueAfter(held.head?.value, next.value) : undefined;
  return due === undefined ? row : { ...row, due };
}

function eventOf({ store, held, change, next }: Decided, { headers, auth }: Cause): EntityEvent {
  const { revision, modified: timestamp } = next;
  const [originator] = auth.subjects;
  const by = originator === undefined ? {} : { originator };
  return { kind: store.rules.kind, id: held.id, revision, timestamp, ...by, headers, ...change };
}
