// All connections in memory, made of the journal at start and from then on kept with it.

import { TwinError } from "../base/errors.ts";
import { changeOf, stateOf } from "../dispatch/entities.ts";
import { snapshotOf } from "../dispatch/snapshots.ts";
import { type Journal, JournalUnavailable, type Recorded } from "../journal/journal.ts";
import type { EntityState } from "../signals/signal.ts";
import { applyConnection } from "./apply.ts";
import { connectionUnreadable } from "./errors.ts";
import type { Connection } from "./model.ts";
import { readConnection } from "./read.ts";
import type { Vault } from "./secrets/vault.ts";

/** Connections of one query at start. */
const PAGE = 200;
/** So many events are replayed on top of a snapshot at most. */
const MAX_TAIL = 10;

/** What is known of an ID that was ever used. */
export interface Held {
  /** Secrets in clear, where it can be read; without a value once it is deleted. */
  readonly state: EntityState;
  /** Absent once it is deleted, or where it cannot be read. */
  readonly connection?: Connection;
  /** Why what the journal holds is no connection for this server. */
  readonly fault?: TwinError;
  /** That of its newest snapshot. */
  readonly snapshotRevision: number;
}

/** What there is of an ID in the journal; `undefined` where it was never used. Rejects with {@link JournalUnavailable}. */
export async function loadHeld(journal: Journal, id: string, vault: Vault): Promise<Held | undefined> {
  const recorded = await journal.load("connection", id);
  const state = replayed(recorded);
  return state && opened(id, state, recorded.snapshot?.revision ?? 0, vault);
}

const replayed = ({ snapshot, tail }: Recorded): EntityState | undefined =>
  tail.reduce<EntityState | undefined>(
    (state, row) => applyConnection(state, changeOf(row), row.revision, row.timestamp),
    snapshot && stateOf(snapshot),
  );

function opened(id: string, state: EntityState, snapshotRevision: number, vault: Vault): Held {
  if (!state.value) return { state, snapshotRevision };
  try {
    const value = vault.open(state.value);
    return { state: { ...state, value }, connection: readConnection(value), snapshotRevision };
  } catch (error) {
    const fault = error instanceof TwinError ? error : connectionUnreadable(id);
    return { state, fault, snapshotRevision };
  }
}

/** Reads all living connections, page by page. Rejects with {@link JournalUnavailable}. */
export async function loadConnections(journal: Journal, vault: Vault): Promise<Map<string, Held>> {
  const found = new Map<string, Held>();
  let ids: readonly string[] = [];
  do {
    ids = await journal.listIds("connection", ids.at(-1) ?? "", PAGE);
    await Promise.all(
      ids.map(async (id) => {
        const held = await loadHeld(journal, id, vault);
        if (held?.state.value) found.set(id, held);
        // A kill came between the deletion and its snapshot.
        else if (held) await storeSnapshot(journal, id, held.state, vault);
      }),
    );
  } while (ids.length === PAGE);
  return found;
}

/** Whether a snapshot is due after a change: of what is deleted at once, so that a start does not look at it. */
export const wantsSnapshot = ({ state, snapshotRevision }: Held): boolean =>
  state.value === undefined || state.revision - snapshotRevision >= MAX_TAIL;

/** Stores a state as a snapshot; false where the database does not take it now, after which the next change has it tried again. */
export async function storeSnapshot(
  journal: Journal,
  id: string,
  state: EntityState,
  vault: Vault,
): Promise<boolean> {
  const sealed = state.value ? { ...state, value: vault.seal(state.value) } : state;
  try {
    await journal.storeSnapshots([snapshotOf("connection", id, sealed)]);
    return true;
  } catch (error) {
    if (error instanceof JournalUnavailable) return false;
    throw error;
  }
}
