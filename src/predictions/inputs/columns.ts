// How one input becomes its columns.

import type { Input } from "../model.ts";
import type { InputFault } from "./inputs.ts";
import { BOOLEAN, FIRST_WORD, isText, NUMBER, OTHER, type Reading, TOO_LARGE } from "./readings.ts";
import { isSameBound, type Track, type TrackPlan } from "./track.ts";

/** A vector that is being made. */
export interface Draft {
  readonly values: number[];
  /** Made with the first fault. */
  faults: Map<string, InputFault> | undefined;
  isSkipped: boolean;
}

/** Adds the columns of one input, as of a moment in milliseconds. */
export type WriteColumns = (track: Track, now: number, draft: Draft) => void;

/** Names of the columns of an input, in their order. */
export const columnsOf = ({ name, oneHot }: Input): readonly string[] =>
  oneHot ? oneHot.map((value) => `${name}=${value}`) : [name];

export function compileColumns(input: Input, plan: TrackPlan): WriteColumns {
  const sampleAt = compileSample(input, plan);
  return input.oneHot ? writeOneHot(input, plan, sampleAt) : writeNumber(input, sampleAt);
}

/** The reading that faults are told of, and the number that is made of it and others; NaN where there is none. */
interface Sample {
  readonly reading: Reading | undefined;
  readonly value: number;
}

type SampleAt = (track: Track, now: number) => Sample;

function compileSample({ window, aggregate, lag }: Input, plan: TrackPlan): SampleAt {
  if (lag)
    return "count" in lag
      ? (track) => sampleOf(track.readingBefore(lag.count))
      : (track, now) => sampleOf(track.readingBy(now - lag.ms));
  if (!window) return (track) => sampleOf(track.current);
  const index = plan.windows.findIndex(({ bound }) => isSameBound(bound, window));
  return (track, now) => {
    const readings = track.window(index);
    readings.moveTo(now);
    const { newest } = readings;
    const reading = newest === undefined ? undefined : track.readingAt(newest);
    return { reading, value: readings.figure(aggregate, now) };
  };
}

const sampleOf = (reading: Reading | undefined): Sample => ({ reading, value: reading?.value ?? Number.NaN });

function writeNumber({ name, missing, scale, expect }: Input, sampleAt: SampleAt): WriteColumns {
  const scaled = compileScale(scale);
  const substitute = (track: Track): number => {
    if (missing === "last") return scaled(track.lastNumber);
    return typeof missing === "object" ? missing.value : Number.NaN;
  };
  return (track, now, draft) => {
    const { reading, value } = sampleAt(track, now);
    const result = scaled(value);
    const isMissing = !Number.isFinite(result);
    const fault = faultOf(reading, expect) ?? (isMissing ? faultOfFigure(value) : undefined);
    if (fault) note(draft, name, fault);
    if (!isMissing) draft.values.push(result);
    else addMissing(draft, missing, [substitute(track)]);
  };
}

/** No figure, or one that scaling made too large. */
const faultOfFigure = (value: number): InputFault => (Number.isNaN(value) ? "missing" : "out-of-range");

function writeOneHot(
  { name, oneHot = [], missing, expect }: Input,
  { words }: TrackPlan,
  sampleAt: SampleAt,
): WriteColumns {
  const listed = oneHot.map((value): Reading => {
    if (typeof value === "string") return { value: Number.NaN, kind: words.get(value) as number };
    return typeof value === "number" ? { value, kind: NUMBER } : { value: value ? 1 : 0, kind: BOOLEAN };
  });
  const hotFor = (reading: Reading) => listed.map((one) => (isSame(one, reading) ? 1 : 0));
  const substitutes = (track: Track): readonly number[] => {
    if (missing === "last" && track.lastKnown) return hotFor(track.lastKnown);
    return listed.map(() => (typeof missing === "object" ? missing.value : Number.NaN));
  };
  return (track, now, draft) => {
    const { reading } = sampleAt(track, now);
    if (!reading || reading.kind === OTHER || reading.kind === TOO_LARGE) {
      note(draft, name, faultOf(reading, expect) ?? "missing");
      addMissing(draft, missing, substitutes(track));
      return;
    }
    const columns = hotFor(reading);
    const isKnown = columns.includes(1);
    const fault = faultOf(reading, expect, true) ?? (isKnown ? undefined : "out-of-range");
    if (fault) note(draft, name, fault);
    draft.values.push(...columns);
  };
}

const isSame = (a: Reading, b: Reading): boolean =>
  a.kind === b.kind && (a.kind >= FIRST_WORD || a.value === b.value);

/** What is wrong with a reading; that it is a text is not where texts are taken. */
function faultOf(
  reading: Reading | undefined,
  { type, min, max }: Input["expect"],
  takesText = false,
): InputFault | undefined {
  if (!reading) return undefined;
  const { value, kind } = reading;
  if (kind === TOO_LARGE) return "out-of-range";
  if (kind === OTHER || (!takesText && isText(kind)) || (type && !isOfType(kind, type))) return "type";
  const isOutside = (min !== undefined && value < min) || (max !== undefined && value > max);
  return isOutside ? "out-of-range" : undefined;
}

function isOfType(kind: number, type: NonNullable<Input["expect"]["type"]>): boolean {
  if (type === "string") return isText(kind);
  return kind === (type === "number" ? NUMBER : BOOLEAN);
}

function note(draft: Draft, name: string, fault: InputFault): void {
  draft.faults ??= new Map();
  draft.faults.set(name, fault);
}

/** What stands in where there is no value; without a last known one there is no prediction either. */
function addMissing(draft: Draft, missing: Input["missing"], substitutes: readonly number[]): void {
  draft.values.push(...substitutes);
  if (missing === "skip" || (missing === "last" && !substitutes.every(Number.isFinite)))
    draft.isSkipped = true;
}

function compileScale(scale: Input["scale"]): (value: number) => number {
  if (!scale) return (value) => value;
  if (scale.by === "standard") return (value) => (value - scale.mean) / scale.std;
  return (value) => (value - scale.min) / (scale.max - scale.min);
}
