// All predictors at work: each change of one stops it as it was, and starts it as it is.

import pLimit from "p-limit";
import { namespaceOf } from "../../base/ids.ts";
import type { JsonObject } from "../../base/json/json.ts";
import { alone } from "../../cluster/alone.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { Telling } from "../../dispatch/documents/document.ts";
import type { InputPlan } from "../inputs/inputs.ts";
import type { Input, Predictor } from "../model.ts";
import type { PredictorMonitor } from "../monitoring/predictor-monitor.ts";
import type { PredictorRuntime } from "../serving-api.ts";
import { Pace } from "./pace.ts";
import type { SharedParts } from "./parts.ts";
import { RunningPredictor } from "./running.ts";
import { Things } from "./things.ts";

export interface ServingParts
  extends Omit<SharedParts, "things" | "savedStates" | "pace" | "loads" | "mayServe"> {
  /** Absent, the server is by itself. */
  readonly cluster?: Cluster;
  readonly inputPlan: (inputs: readonly Input[]) => InputPlan;
  readonly monitorOf: (
    predictor: Predictor,
    columns: readonly string[],
    queueLength: () => number,
    trouble: (version: string) => string | undefined,
  ) => PredictorMonitor;
}

export interface Serving extends PredictorRuntime {
  /** Those that watch the predictors at work. */
  monitors(): Iterable<PredictorMonitor>;
  /**
   * Forgets, at once, what is in memory of the things of a namespace that is to be erased; resolves once nothing that was known of them can
   * be stored any more.
   */
  forgetNamespace(namespace: string): Promise<void>;
  stop(): Promise<void>;
}

/** Things that are read from history at once. */
const LOADS = 8;
/** Characters of states that wait to be stored. */
const SAVED_STATES = 16_777_216;

/** A change that is under way. */
interface Changing {
  /** As it was before, the predictor writes nothing any more. */
  readonly stopped: Promise<void>;
  /** It is as it is to be. */
  readonly done: Promise<void>;
}

/** A predictor, as it is or as it is becoming. */
interface Place {
  running: RunningPredictor | undefined;
  /** What is under way of it: each change waits for the one before it. */
  last: Promise<void>;
  /** All that it was before is at work no more. */
  stopped: Promise<void>;
  /** Nothing is missed that it was not told of. */
  isCaughtUp: boolean;
}

/** What is told of a change in a server without others. */
const byItself: Telling = { isOwn: true, others: Promise.resolve() };

export function startServing(parts: ServingParts): Serving {
  const { store, log, settings, cluster = alone("") } = parts;
  const shared: SharedParts = {
    ...parts,
    mayServe: cluster.isAlone ? undefined : (thingId) => cluster.mayServe(thingId),
    things: new Things(settings.cacheBytes),
    savedStates: { left: SAVED_STATES },
    pace: new Pace(),
    loads: pLimit(LOADS),
  };
  const places = new Map<string, Place>();
  let isStopped = false;

  function placeOf(id: string): Place {
    const known = places.get(id);
    if (known) return known;
    const done = Promise.resolve();
    const place = { running: undefined, last: done, stopped: done, isCaughtUp: false };
    places.set(id, place);
    return place;
  }

  /** Begins to listen at once, so that no event is missed, and to work once the one before has ended. */
  function change(id: string, predictor: Predictor | undefined, { isOwn, others }: Telling): Changing {
    const place = placeOf(id);
    const now = Date.now();
    const before = place.running;
    const next = predictor?.status === "active" && !isStopped ? begun(predictor) : undefined;
    place.isCaughtUp = before?.isCaughtUp === true;
    const stopping = before?.stop();
    place.stopped = Promise.all([place.stopped, stopping]).then(() => undefined);
    place.running = next;
    place.last = place.last
      .then(async () => {
        const missed = (await stopping) ?? [];
        if (!predictor) {
          await others; // which may store something until they have stopped
          await forget(id, isOwn);
        } else if (!next && isOwn)
          await insisting(
            () => store.putActiveSince(id, undefined),
            id,
            () => !isStopped,
          );
        else if (next) await start(place, next, missed, now);
      })
      .catch((error: unknown) =>
        log.error({ err: error, predictor: id }, "a predictor could not be changed"),
      );
    return { stopped: place.stopped, done: place.last };
  }

  function begun(predictor: Predictor): RunningPredictor | undefined {
    try {
      return runningOf(predictor);
    } catch (error) {
      log.error({ err: error, predictor: predictor.id }, "a predictor cannot be served as it is stored");
      return undefined;
    }
  }

  function runningOf(predictor: Predictor): RunningPredictor {
    const plan = parts.inputPlan(predictor.inputs);
    const monitorOf = (...asked: [() => number, (version: string) => string | undefined]) =>
      parts.monitorOf(predictor, plan.columns, ...asked);
    return new RunningPredictor({ ...shared, predictor, plan, monitorOf });
  }

  /** A predictor goes on where it was before a crash, but begins with what comes after it became active. */
  async function start(
    place: Place,
    next: RunningPredictor,
    missed: readonly string[],
    now: number,
  ): Promise<void> {
    const { id } = next.predictor;
    const isWanted = () => place.running === next && !isStopped;
    const known = await insisting(() => store.activeSince(id), id, isWanted);
    if (known === undefined) await insisting(() => store.putActiveSince(id, now), id, isWanted);
    const isFresh = known === undefined || place.isCaughtUp;
    if (isWanted()) await next.start(known ?? now, isFresh, missed);
  }

  /** Tries until the database answers, as long as that is wanted. */
  async function insisting<T>(
    task: () => Promise<T>,
    id: string,
    isWanted: () => boolean,
  ): Promise<T | undefined> {
    for (;;) {
      try {
        return await task();
      } catch (error) {
        if (!isWanted()) return undefined;
        log.warn({ err: error, predictor: id }, "a predictor could not be changed; trying again");
        await new Promise((go) => setTimeout(go, 1_000));
      }
    }
  }

  async function forget(id: string, isOwn: boolean): Promise<void> {
    if (isOwn) await store.forget(id);
    if (!places.get(id)?.running) places.delete(id);
  }

  async function resetBaseline(id: string, version?: string): Promise<void> {
    const monitor = places.get(id)?.running?.monitor;
    if (monitor) monitor.resetBaseline(version);
    else await store.deleteBaseline(id, version);
  }

  const running = (): readonly RunningPredictor[] =>
    [...places.values()].flatMap(({ running }) => running ?? []);
  const unwatch = cluster.watch({
    release: async ({ lost }) => {
      await Promise.all(running().map((one) => one.release((thingId) => lost.has(thingId))));
    },
    acquired({ gained }) {
      if (!gained.isEmpty) for (const one of running()) one.acquired();
    },
    // Others may have predicted them meanwhile.
    renewed() {
      for (const one of running()) {
        void one.forgetAll(() => true);
        one.acquired();
      }
    },
  });

  return {
    changed(predictor, id, telling = byItself) {
      const { stopped, done } = change(id, predictor, telling);
      if (!predictor) return done;
      // Whoever pauses it need not expect more of it; others need not wait until models are open.
      return predictor.status === "active" ? undefined : stopped;
    },

    fileStored(id, version) {
      const running = places.get(id)?.running;
      void running?.versions.reopen(version);
      resetBaseline(id, version).catch((error: unknown) =>
        log.warn({ err: error, predictor: id, version }, "a baseline could not be reset"),
      );
    },

    status: (id): JsonObject | undefined => places.get(id)?.running?.status(),

    resetBaseline,

    async forgetNamespace(namespace) {
      const has = (thingId: string) => namespaceOf(thingId) === namespace;
      const forgotten = running().map((one) => one.forgetAll(has));
      // What is stopping stores what it knows.
      await Promise.allSettled([...forgotten, ...[...places.values()].map(({ stopped }) => stopped)]);
    },

    *monitors() {
      for (const { running } of places.values()) if (running?.monitor) yield running.monitor;
    },

    async stop() {
      isStopped = true;
      unwatch();
      await Promise.all(
        [...places.values()].map(async (place) => {
          await place.running?.stop();
          await place.last;
        }),
      );
    },
  };
}
