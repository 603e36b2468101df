// SQL of what predictors know of things.

import { pack, unpack } from "../../journal/database.ts";
import type { Asked } from "./asked.ts";
import type { StoredState } from "./predictor-store.ts";

/** Rows of one statement, and the size of their states. */
const BATCH_ROWS = 500;
const BATCH_LENGTH = 4_194_304;

const STATES = `
select thing_id, revision, fingerprint, state
from (select ${unpack(2)} as thing_id) as given join predictor_state using (thing_id)
where predictor_id = $1`;

/** What is stored of some things, in no order. */
export async function readStates(
  { read }: Asked,
  predictorId: string,
  thingIds: readonly string[],
): Promise<readonly StoredState[]> {
  if (thingIds.length === 0) return [];
  const rows = await read(STATES, [predictorId, pack(thingIds)]);
  return rows.map(({ thing_id: thingId, revision, fingerprint, state }) => {
    return { thingId, revision, fingerprint, state } as StoredState;
  });
}

// In the order of their keys, so that two batches cannot wait for each other.
const PUT = `
insert into predictor_state (predictor_id, thing_id, revision, fingerprint, state)
select distinct on (thing_id) $1, thing_id, revision, fingerprint, state
from (
  select ${unpack(2)} collate "C" as thing_id, ${unpack(3)}::bigint as revision, concat(${unpack(4)}) as fingerprint, ${unpack(5)} as state
) as given
order by thing_id, revision desc
on conflict (predictor_id, thing_id) do update
set revision = excluded.revision, fingerprint = excluded.fingerprint, state = excluded.state`;

/** Stores what is known of things, batch by batch; of a thing that is given twice the newer. */
export async function putStates(
  { work }: Asked,
  predictorId: string,
  states: readonly StoredState[],
): Promise<void> {
  for (const batch of batchesOf(states)) {
    await work(PUT, [
      predictorId,
      pack(batch.map(({ thingId }) => thingId)),
      pack(batch.map(({ revision }) => revision)),
      pack(batch.map(({ fingerprint }) => fingerprint)),
      pack(batch.map(({ state }) => state)),
    ]);
  }
}

function* batchesOf(states: readonly StoredState[]): Generator<readonly StoredState[]> {
  let batch: StoredState[] = [];
  let length = 0;
  for (const state of states) {
    batch.push(state);
    length += state.state.length;
    if (batch.length < BATCH_ROWS && length < BATCH_LENGTH) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}
