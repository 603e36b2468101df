// All documents of a kind in memory, made of the journal at start and from then on kept with it.

import { TwinError } from "../../base/errors.ts";
import { type Journal, JournalUnavailable, type Recorded } from "../../journal/journal.ts";
import type { Change, EntityState } from "../../signals/signal.ts";
import { changeOf, stateOf } from "../entities.ts";
import { snapshotOf } from "../snapshots.ts";
import { applyDocument } from "./apply-document.ts";
import type { DocumentNow, DocumentRules, DocumentVault, StoredDocument } from "./document.ts";

/** Documents of one query at start. */
const PAGE = 200;
/** So many events are replayed on top of a snapshot at most. */
const MAX_TAIL = 10;

/** What is known of an ID that was ever used. */
export interface HeldDocument<T> {
  /** Secrets in clear, where it can be read; without a value once it is deleted. */
  readonly state: EntityState;
  /** Absent once it is deleted, or where it cannot be read. */
  readonly document?: T;
  /** Why what the journal holds is no document for this server. */
  readonly fault?: TwinError;
  /** That of its newest snapshot. */
  readonly snapshotRevision: number;
}

/** Where documents of a kind are kept, and how. */
export interface DocumentPlace<T> {
  readonly journal: Journal;
  readonly vault: DocumentVault;
  readonly rules: DocumentRules<T>;
}

/** What there is of an ID in the journal; `undefined` where it was never used. Rejects with {@link JournalUnavailable}. */
export const loadHeld = <T>(place: DocumentPlace<T>, id: string): Promise<HeldDocument<T> | undefined> =>
  loadNewer(place, id, 0);

/** The same, where there is something after a revision; else `undefined`. */
export async function loadNewer<T>(
  place: DocumentPlace<T>,
  id: string,
  revision: number,
): Promise<HeldDocument<T> | undefined> {
  const recorded = await place.journal.load(place.rules.kind, id);
  const state = replayed(recorded);
  if (!state || state.revision <= revision) return undefined;
  return opened(place, id, state, recorded.snapshot?.revision ?? 0);
}

const replayed = ({ snapshot, tail }: Recorded): EntityState | undefined =>
  tail.reduce<EntityState | undefined>(
    (state, row) => applyDocument(state, changeOf(row), row.revision, row.timestamp),
    snapshot && stateOf(snapshot),
  );

function opened<T>(
  { vault, rules }: DocumentPlace<T>,
  id: string,
  state: EntityState,
  snapshotRevision: number,
): HeldDocument<T> {
  if (!state.value) return { state, snapshotRevision };
  try {
    const value = vault.open(state.value);
    return { state: { ...state, value }, document: rules.read(value), snapshotRevision };
  } catch (error) {
    const fault = error instanceof TwinError ? error : rules.unreadable(id);
    return { state, fault, snapshotRevision };
  }
}

/** Reads all living documents of the kind, page by page. Rejects with {@link JournalUnavailable}. */
export async function loadAllHeld<T>(place: DocumentPlace<T>): Promise<Map<string, HeldDocument<T>>> {
  const found = new Map<string, HeldDocument<T>>();
  for await (const ids of pagesOfIds(place))
    await Promise.all(
      ids.map(async (id) => {
        const held = await loadHeld(place, id);
        if (held?.state.value) found.set(id, held);
        // A kill came between the deletion and its snapshot.
        else if (held) await storeSnapshot(place, id, held.state);
      }),
    );
  return found;
}

/** The IDs of all living documents of the kind, page by page. Rejects with {@link JournalUnavailable}. */
export async function* pagesOfIds({
  journal,
  rules,
}: DocumentPlace<unknown>): AsyncGenerator<readonly string[]> {
  let ids: readonly string[] = [];
  do {
    ids = await journal.listIds(rules.kind, ids.at(-1) ?? "", PAGE);
    yield ids;
  } while (ids.length === PAGE);
}

/** Whether a snapshot is due after a change: of what is deleted at once, so that a start does not look at it. */
export const wantsSnapshot = ({ state, snapshotRevision }: HeldDocument<unknown>): boolean =>
  state.value === undefined || state.revision - snapshotRevision >= MAX_TAIL;

/** Stores a state as a snapshot; false where the database does not take it now, after which the next change has it tried again. */
export async function storeSnapshot<T>(
  { journal, vault, rules }: DocumentPlace<T>,
  id: string,
  state: EntityState,
): Promise<boolean> {
  const sealed = state.value ? { ...state, value: vault.seal(state.value) } : state;
  try {
    await journal.storeSnapshots([snapshotOf(rules.kind, id, sealed)]);
    return true;
  } catch (error) {
    if (error instanceof JournalUnavailable) return false;
    throw error;
  }
}

/** A living document that can be read. */
export function storedOf<T>({ document, state }: HeldDocument<T>): StoredDocument<T> | undefined {
  const { value, revision, created, modified } = state;
  if (document === undefined || value === undefined) return undefined;
  return { document, value, revision, created, modified };
}

/** The document that a command finds; `undefined` where there is none. */
export function nowOf<T>(held: HeldDocument<T> | undefined): DocumentNow<T> | undefined {
  const value = held?.state.value;
  return value && { ...held, value, revision: held.state.revision };
}

/** The state after a change. Times never fall with revisions, whatever the clock does. */
export function nextState(before: HeldDocument<unknown> | undefined, change: Change): EntityState {
  const timestamp = Math.max(Date.now(), before?.state.modified ?? 0);
  return applyDocument(before?.state, change, (before?.state.revision ?? 0) + 1, timestamp);
}
