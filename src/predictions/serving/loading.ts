// What is known of a thing that is not in memory: as it was stored, and what has happened since.

import type { LimitFunction } from "p-limit";
import type { Path } from "../../base/json/pointer.ts";
import type { PastStates } from "../../dispatch/history/past-states.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { InputPlan } from "../inputs/inputs.ts";
import type { PredictorStore, StoredState } from "../stored/predictor-store.ts";
import type { Pace } from "./pace.ts";
import { type Looks, type Seen, seenPast } from "./seen.ts";
import { type Due, type Learner, ThingState } from "./thing-state.ts";

export interface LoadingParts {
  readonly predictorId: string;
  readonly store: Pick<PredictorStore, "states">;
  readonly pastStates: PastStates;
  readonly plan: InputPlan;
  readonly looks: Looks;
  /** Where events are looked at. */
  readonly touched: readonly Path[];
  readonly debounceMs: number;
  readonly auth: AuthContext;
  /** By what states are made, but for the models. */
  readonly fingerprint: string;
  /** From so many past events at least streaming models learn first. */
  readonly warmUp: number;
  readonly pace: Pace;
  /** Things that are loaded at once, by all predictors. */
  readonly turns: LimitFunction;
  /** Since when the predictor makes predictions, in milliseconds since the epoch. */
  activeSince(): number;
  /** Ends what is read of the past; what is known of a thing by then is of no use. */
  readonly stop: AbortSignal;
  /** What is about to be stored of a thing. */
  waiting(thingId: string): StoredState | undefined;
  /** Is told of each event that was missed. */
  onMissed(seen: Seen): void;
  /** Whether there is no prediction of a thing, since an input is missing. */
  isSkipped(thingId: string, due: Due): boolean;
}

export interface Loaded {
  readonly state: ThingState;
  /** The newest prediction that events asked for which were not in what was stored. */
  readonly due?: Due | undefined;
}

export interface Loading {
  /**
   * What is known of a thing up to and with a revision that is committed. Goes on from `known`, which is changed. Rejects with 404 where
   * nothing of the thing may be read, with 503 and with `JournalUnavailable`.
   */
  load(thingId: string, learners: readonly Learner[], to: number, known?: ThingState): Promise<Loaded>;
}

/** What is replayed of a thing, both included. */
interface Stretch {
  readonly fromRevision: number;
  readonly toRevision: number;
  /** It was not learned from before. */
  readonly isMissed: boolean;
}

/** How much further back is looked where what is read of a thing does not say enough of its inputs, and how far at most. */
const FURTHER = 4;
const FURTHEST = 50_000;

export function loading(parts: LoadingParts): Loading {
  const { predictorId, store, plan, pace, fingerprint, turns, touched: only } = parts;
  const storedState = gathering((thingIds) => store.states(predictorId, thingIds));
  const freshState = (learners: readonly Learner[]) => new ThingState(plan, learners, parts.debounceMs);

  async function load(
    thingId: string,
    learners: readonly Learner[],
    to: number,
    known?: ThingState,
  ): Promise<Loaded> {
    if (known) return missed(thingId, known, to);
    parts.stop.throwIfAborted();
    const stored = parts.waiting(thingId) ?? (await storedState(thingId));
    const restored =
      stored?.fingerprint === fingerprint && stored.revision <= to
        ? ThingState.restored(freshState(learners), stored.state, stored.revision)
        : undefined;
    if (!restored) return fromPast(thingId, learners, to, stored ? 0 : await unstored(thingId, to));
    const { state, lacks } = restored;
    if (lacks.size > 0) {
      const others = learners.filter(({ key }) => lacks.has(key));
      state.adopt((await fromPast(thingId, others, state.revision, 0, state)).state, lacks);
    }
    return missed(thingId, state, to);
  }

  const missed = (thingId: string, state: ThingState, to: number): Promise<Loaded> =>
    replayed(thingId, state, { fromRevision: state.revision + 1, toRevision: to, isMissed: true });

  /**
   * How many events of a thing of which nothing is stored may have been learned from all the same. What is learned now comes to the same
   * only if it begins where that began.
   */
  async function unstored(thingId: string, to: number): Promise<number> {
    if (to <= parts.warmUp) return 0;
    const range = { from: parts.activeSince(), toRevision: to, only, signal: parts.stop };
    for await (const { event } of parts.pastStates(thingId, range, parts.auth))
      return Math.min(to - event.revision + 1, FURTHEST);
    return 0;
  }

  /**
   * Learns from as much of the past as is needed, or as makes the same of the inputs as is known; and from so many events beside,
   * but no more.
   */
  async function fromPast(
    thingId: string,
    learners: readonly Learner[],
    to: number,
    beside: number,
    known?: ThingState,
  ): Promise<Loaded> {
    const least = Math.max(plan.reach, learners.length > 0 ? parts.warmUp : 0, 1);
    for (let count = least; ; count *= FURTHER) {
      const fromRevision = Math.max(1, to + 1 - count - beside);
      const fresh = freshState(learners);
      const loaded = await replayed(thingId, fresh, { fromRevision, toRevision: to, isMissed: false });
      const isEnough = fresh.isSettled || known?.readsAs(fresh);
      if (isEnough || fromRevision === 1 || count >= FURTHEST) return loaded;
    }
  }

  async function replayed(
    thingId: string,
    state: ThingState,
    { fromRevision, toRevision, isMissed }: Stretch,
  ): Promise<Loaded> {
    let due: Due | undefined;
    if (fromRevision > toRevision) return { state, due };
    const range = { fromRevision, toRevision, only, signal: parts.stop };
    for await (const past of parts.pastStates(thingId, range, parts.auth)) {
      const seen = seenPast(parts.looks, past);
      if (isMissed) parts.onMissed(seen);
      const next = state.takeIn(seen);
      if (seen.isEnd) due = undefined;
      else if (next && !parts.isSkipped(thingId, next)) due = next;
      if (pace.isOver) await pace.turn();
    }
    parts.stop.throwIfAborted();
    // Nothing that is looked at has happened up to there.
    state.revision = Math.max(state.revision, toRevision);
    return { state, due };
  }

  return { load: (...asked) => turns(() => load(...asked)) };
}

/** Things that are asked for while a statement is under way are asked for together. */
function gathering(
  read: (thingIds: readonly string[]) => Promise<readonly StoredState[]>,
): (thingId: string) => Promise<StoredState | undefined> {
  let next:
    | { readonly thingIds: string[]; readonly states: Promise<ReadonlyMap<string, StoredState>> }
    | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return async (thingId) => {
    if (!next) {
      const thingIds: string[] = [];
      const states = last
        .then(() => new Promise((go) => setImmediate(go)))
        .then(() => {
          next = undefined;
          return read(thingIds);
        })
        .then((found) => new Map(found.map((state) => [state.thingId, state])));
      last = states.catch(() => undefined);
      next = { thingIds, states };
    }
    next.thingIds.push(thingId);
    return (await next.states).get(thingId);
  };
}
