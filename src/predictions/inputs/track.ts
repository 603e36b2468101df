// What is known of one path of a thing: what is there now, the last known, and the readings that windows and lags need.

import type { Aggregate } from "../../base/aggregates.ts";
import type { JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { Input } from "../model.ts";
import { countOf, type Extent, MAX_READINGS, msOf } from "./bounds.ts";
import { OTHER, type Reading, readingOf, TOO_LARGE, type Vocabulary, vocabularyOf } from "./readings.ts";
import { type Readings, Series } from "./series.ts";
import { Window } from "./window.ts";

/** What the inputs of one path need to know of it. */
export interface TrackPlan {
  readonly path: Path;
  readonly words: Vocabulary;
  /** Each once, with the figures that are asked of it. */
  readonly windows: readonly { readonly bound: Extent; readonly aggregates: readonly Aggregate[] }[];
  /** So many readings are needed by number; 0 where none are. */
  readonly count: number;
  /** Those of so many milliseconds are needed, and with a lag the one before them. */
  readonly windowMs: number;
  readonly lagMs: number;
  /** Of the newest so many at most, though there are more in that time. */
  readonly ofTime: number;
  /** Whether the last known number, or the last known value of any kind, stands in where there is none. */
  readonly needsLastNumber: boolean;
  readonly needsLastKnown: boolean;
}

/** Inputs of one path, compiled together. */
export function trackPlanOf(path: Path, inputs: readonly Input[], ofTime: number): TrackPlan {
  const windows = windowsOf(inputs);
  const lags = inputs.map(({ lag }) => lag);
  const texts = inputs.flatMap(({ oneHot = [] }) => oneHot.filter((value) => typeof value === "string"));
  const withLast = inputs.filter(({ missing }) => missing === "last");
  const counts = [...windows.map(({ bound }) => countOf(bound)), ...lags.map((lag) => lagCount(lag))];
  return {
    path,
    words: vocabularyOf(texts),
    windows,
    count: Math.min(Math.max(0, ...counts), MAX_READINGS),
    windowMs: Math.max(0, ...windows.map(({ bound }) => msOf(bound))),
    lagMs: Math.max(0, ...lags.map(msOf)),
    ofTime,
    needsLastNumber: withLast.some(({ oneHot }) => !oneHot),
    needsLastKnown: withLast.some(({ oneHot }) => oneHot),
  };
}

function windowsOf(inputs: readonly Input[]): TrackPlan["windows"] {
  const windows: { readonly bound: Extent; readonly aggregates: Aggregate[] }[] = [];
  for (const { window, aggregate } of inputs) {
    if (!window) continue;
    const known = windows.find(({ bound }) => isSameBound(bound, window));
    if (known) known.aggregates.push(aggregate);
    else windows.push({ bound: window, aggregates: [aggregate] });
  }
  return windows;
}

export const isSameBound = (a: Extent, b: Extent): boolean =>
  countOf(a) === countOf(b) && msOf(a) === msOf(b);

/** The reading that a lag leads back to is needed as well. */
const lagCount = (lag: Extent | undefined): number => (lag && "count" in lag ? lag.count + 1 : 0);

/** What is known of a path, as it is stored. */
export interface SavedTrack {
  readonly current: Reading | undefined;
  readonly lastNumber: number;
  readonly lastKnown: Reading | undefined;
  readonly readings: Readings;
}

export class Track {
  readonly plan: TrackPlan;
  /** What is there now. */
  current: Reading | undefined;
  /** The last known number, NaN where none is known, and the last known value of any kind that inputs take. */
  lastNumber = Number.NaN;
  lastKnown: Reading | undefined;
  readonly #series: Series | undefined;
  readonly #windows: readonly Window[];

  constructor(plan: TrackPlan, saved?: SavedTrack) {
    this.plan = plan;
    const isHistoryNeeded = plan.count > 0 || plan.windowMs > 0 || plan.lagMs > 0;
    const series = isHistoryNeeded ? new Series() : undefined;
    if (saved) {
      this.current = saved.current;
      this.lastNumber = saved.lastNumber;
      this.lastKnown = saved.lastKnown;
      const { times, values, kinds } = saved.readings;
      for (let i = 0; i < times.length; i++)
        series?.push(times[i] as number, { value: values[i] as number, kind: kinds[i] as number });
    }
    this.#series = series;
    this.#windows = series
      ? plan.windows.map(({ bound, aggregates }) => new Window(series, bound, plan.ofTime, aggregates))
      : [];
  }

  /** Takes what is at the path after an event that touched it, at a time that is not before the one before. */
  take(value: JsonValue | undefined, time: number): void {
    this.seed(value);
    if (!this.current || !this.#series) return;
    this.#series.push(time, this.current);
    for (const window of this.#windows) window.moveTo(time);
    this.#forget(this.#series, time);
  }

  /** Takes what is at the path, though nothing says since when. */
  seed(value: JsonValue | undefined): void {
    this.current = value === undefined ? undefined : readingOf(value, this.plan.words);
    if (!this.current || this.current.kind === OTHER || this.current.kind === TOO_LARGE) return;
    this.lastKnown = this.current;
    if (!Number.isNaN(this.current.value)) this.lastNumber = this.current.value;
  }

  #forget(series: Series, now: number): void {
    const { count, windowMs, lagMs, ofTime } = this.plan;
    const byCount = series.end - count;
    const byWindow = windowMs > 0 ? series.firstAfter(now - windowMs) : series.end;
    const byLag = lagMs > 0 ? series.firstAfter(now - lagMs) - 1 : series.end;
    const byTime = Math.max(series.end - ofTime - 1, Math.min(byWindow, byLag));
    series.forgetBefore(Math.min(byCount, byTime));
  }

  window(index: number): Window {
    return this.#windows[index] as Window;
  }

  /** The reading so many before the newest. */
  readingBefore(count: number): Reading | undefined {
    const series = this.#series as Series;
    return this.readingAt(series.end - 1 - count);
  }

  /** The newest reading at or before a time. */
  readingBy(time: number): Reading | undefined {
    const series = this.#series as Series;
    return this.readingAt(series.firstAfter(time) - 1);
  }

  readingAt(place: number): Reading | undefined {
    const series = this.#series as Series;
    if (place < series.first || place >= series.end) return undefined;
    return { value: series.valueAt(place), kind: series.kindAt(place) };
  }

  get size(): number {
    return 1 + (this.#series?.length ?? 0);
  }

  /** Whether what was there before everything that was taken, since a time, can make no difference. */
  isSettled(since: number, now: number): boolean {
    const { count, windowMs, lagMs, ofTime, needsLastNumber, needsLastKnown } = this.plan;
    if (needsLastNumber && Number.isNaN(this.lastNumber)) return false;
    if (needsLastKnown && !this.lastKnown) return false;
    const series = this.#series;
    if (!series) return true;
    if (series.length < count) return false;
    if (series.length > ofTime) return true;
    const hasLagged = lagMs === 0 || series.firstAfter(now - lagMs) > series.first;
    return hasLagged && since <= now - windowMs;
  }

  save(): SavedTrack {
    return {
      current: this.current,
      lastNumber: this.lastNumber,
      lastKnown: this.lastKnown,
      readings: (this.#series ?? nothing).readings(),
    };
  }
}

const nothing = new Series();
