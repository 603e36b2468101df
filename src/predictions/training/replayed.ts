// The past of a thing as its predictor would have lived through it: what serving keeps of a thing takes in what serving would be told.

import type { Path } from "../../base/json/pointer.ts";
import type { PastState, PastStates } from "../../dispatch/history/past-states.ts";
import type { AuthContext } from "../../signals/signal.ts";
import { touches } from "../../signals/touches.ts";
import type { InputPlan } from "../inputs/inputs.ts";
import { type Looks, type Seen, seenPast } from "../serving/seen.ts";
import { ThingState } from "../serving/thing-state.ts";

export interface Replayed {
  readonly state: PastState;
  /** Where the predictor looks at the event: what it has seen. */
  readonly seen?: Seen;
  /** What it knows of the thing after the event. */
  readonly known: ThingState;
}

export interface ReplayRange {
  /** Milliseconds since the epoch, both included; without an end it goes on to the newest event. */
  readonly from: number;
  readonly to?: number;
  /** Ends it, as if there were no more. */
  readonly signal?: AbortSignal;
}

/** What is looked at of events, and what of them is read. */
export interface Replaying {
  readonly plan: InputPlan;
  readonly looks: Looks;
  /** Where changes are looked at by the predictor. */
  readonly touched: readonly Path[];
  /** These, and where somebody else looks: events that touch none of them are passed over. */
  readonly only: readonly Path[];
}

/** Each time the start turns out to be too late, the next one is at least so many times as far back. */
const FURTHER = 4;

/**
 * The events of a range, with what is known after each. Reads from as far back as it takes to know the inputs, or from the oldest
 * event that is kept. Refuses as {@link PastStates} does.
 */
export async function* replayed(
  pastStates: PastStates,
  replaying: Replaying,
  thingId: string,
  range: ReplayRange,
  auth: AuthContext,
): AsyncGenerator<Replayed, void> {
  const { plan, looks, touched, only } = replaying;
  const ends = {
    only,
    ...(range.to !== undefined && { to: range.to }),
    ...(range.signal && { signal: range.signal }),
  };
  const first = await firstRevision(pastStates(thingId, { from: range.from, ...ends }, auth));
  if (first === undefined) return;
  let back = 2 * plan.reach;
  while (!range.signal?.aborted) {
    const fromRevision = Math.max(1, first - back);
    const known = new ThingState(plan, []);
    let isBegun = false;
    let readings = 0;
    for await (const state of pastStates(thingId, { fromRevision, ...ends }, auth)) {
      if (range.signal?.aborted) return;
      const seen = touched.some((path) => touches(state.event, path)) ? seenPast(looks, state) : undefined;
      if (seen) known.learn(seen);
      readings++;
      if (state.event.revision < first) continue;
      if (!isBegun && fromRevision > 1 && !known.isSettled) break;
      isBegun = true;
      yield { state, known, ...(seen && { seen }) };
    }
    if (isBegun || fromRevision === 1) return;
    back = Math.ceil(back * Math.max(FURTHER, plan.reach / readings));
  }
}

async function firstRevision(states: AsyncIterable<PastState>): Promise<number | undefined> {
  for await (const { event } of states) return event.revision;
  return undefined;
}
