// The inputs of a predictor, compiled: readings of a thing go in, vectors for its models come out.

import { isArray, isObject, type JsonValue } from "../../base/json/json.ts";
import { printPath } from "../../base/json/pointer.ts";
import type { Input } from "../model.ts";
import { boundsOf } from "./bounds.ts";
import { columnsOf, compileColumns, type Draft, type WriteColumns } from "./columns.ts";
import type { InputFault, InputPlan, ThingInputs, Vector } from "./inputs.ts";
import type { Observation } from "./observation.ts";
import { printTrack, readTrack } from "./saved.ts";
import { Track, type TrackPlan, trackPlanOf } from "./track.ts";

/** Compiles inputs; those of one path share what is kept of it. Nothing here reads a clock. */
export function inputPlan(inputs: readonly Input[]): InputPlan {
  const byPath = Map.groupBy(inputs, ({ path }) => printPath(path));
  const { ofTime } = boundsOf(inputs);
  const plans = [...byPath.values()].map((ofPath) => trackPlanOf((ofPath[0] as Input).path, ofPath, ofTime));
  const places = [...byPath.keys()];
  const writers = inputs.map((input): Writer => {
    const place = places.indexOf(printPath(input.path));
    return { place, write: compileColumns(input, plans[place] as TrackPlan) };
  });
  const compiled = { plans, writers, fingerprint: fingerprintOf(plans) };
  return {
    columns: inputs.flatMap(columnsOf),
    paths: plans.map(({ path }) => path),
    reach: Math.max(1, ...plans.map(({ count }) => count)),
    reachMs: Math.max(0, ...plans.map(({ windowMs, lagMs }) => Math.max(windowMs, lagMs))),
    fresh: () => new PlannedInputs(compiled),
    restore: (saved) => restored(compiled, saved),
  };
}

interface Writer {
  /** Of its path among all. */
  readonly place: number;
  readonly write: WriteColumns;
}

interface Compiled {
  readonly plans: readonly TrackPlan[];
  readonly writers: readonly Writer[];
  readonly fingerprint: string;
}

/** What is kept of readings follows from it: what scales or stands in later does not matter. */
const fingerprintOf = (plans: readonly TrackPlan[]): string =>
  JSON.stringify(
    plans.map(({ path, words, count, windowMs, lagMs, ofTime }) => {
      const time = windowMs > 0 || lagMs > 0 ? [windowMs, lagMs, ofTime] : [];
      return [path, [...words.keys()], count, ...time];
    }),
  );

/** The first observation of a thing that was taken, and the time of the newest. */
interface Seen {
  readonly revision: number;
  readonly since: number;
  readonly until: number;
}

const noFaults: ReadonlyMap<string, InputFault> = new Map();

class PlannedInputs implements ThingInputs {
  readonly #plan: Compiled;
  readonly #tracks: readonly Track[];
  #seen: Seen | undefined;

  constructor(plan: Compiled, tracks?: readonly Track[], seen?: Seen) {
    this.#plan = plan;
    this.#tracks = tracks ?? plan.plans.map((trackPlan) => new Track(trackPlan));
    this.#seen = seen;
  }

  observe(observation: Observation): void {
    const { revision, timestamp } = observation;
    const seen = this.#seen;
    const time = Math.max(timestamp, seen?.until ?? 0);
    for (const track of this.#tracks) {
      const { path } = track.plan;
      if (observation.touches(path)) track.take(observation.valueAt(path), time);
      else if (!seen) track.seed(observation.valueAt(path));
    }
    this.#seen = seen ? { ...seen, until: time } : { revision, since: time, until: time };
  }

  vectorAt(now: number): Vector {
    const time = Math.max(now, this.#seen?.until ?? 0);
    const draft: Draft = { values: [], faults: undefined, isSkipped: false };
    for (const { place, write } of this.#plan.writers) write(this.#tracks[place] as Track, time, draft);
    return { values: draft.values, faults: draft.faults ?? noFaults, isSkipped: draft.isSkipped };
  }

  get isSettled(): boolean {
    const seen = this.#seen;
    if (!seen) return false;
    return seen.revision <= 1 || this.#tracks.every((track) => track.isSettled(seen.since, seen.until));
  }

  get size(): number {
    return this.#tracks.reduce((size, track) => size + track.size, 0);
  }

  save(): JsonValue {
    return {
      plan: this.#plan.fingerprint,
      ...(this.#seen && { seen: { ...this.#seen } }),
      tracks: this.#tracks.map((track) => printTrack(track.save())),
    };
  }
}

function restored(plan: Compiled, saved: JsonValue): ThingInputs | undefined {
  if (!isObject(saved) || saved.plan !== plan.fingerprint || !isArray(saved.tracks)) return undefined;
  const known = saved.tracks.map(readTrack);
  if (known.length !== plan.plans.length || !known.every((track) => track !== undefined)) return undefined;
  const tracks = plan.plans.map((trackPlan, i) => new Track(trackPlan, known[i]));
  return new PlannedInputs(plan, tracks, readSeen(saved.seen));
}

function readSeen(json: JsonValue | undefined): Seen | undefined {
  if (!isObject(json)) return undefined;
  const { revision, since, until } = json;
  const isWhole = typeof revision === "number" && typeof since === "number" && typeof until === "number";
  return isWhole ? { revision, since, until } : undefined;
}
