// Until a figure of wear reaches its threshold: by a line through the figure, or through its logarithm.

import { probit } from "simple-statistics";
import type { Outputs, StreamingModel } from "../../scoring.ts";
import { forgettingOf, type Span } from "../forgetting.ts";
import { clamp, HUGE, told } from "../numbers.ts";
import type { BuiltinOutput } from "../output.ts";
import { Layout } from "../packed.ts";
import type { Parameters } from "../parameters.ts";
import { type Crossing, crossingOf } from "./crossing.ts";
import { DAY_MS } from "./days.ts";
import { type Fit, lineIn } from "./line.ts";
import { type NumbersState, numbersModel } from "./numbers-model.ts";

interface DegradationParameters {
  readonly column: number;
  readonly threshold: number;
  readonly towards: 1 | -1;
  readonly shape: "linear" | "exponential" | "auto";
  readonly halfLife: Span;
  readonly interval: number;
  readonly maxDays: number;
}

export function degradationParameters(given: Parameters, columns: readonly string[]): DegradationParameters {
  const threshold = given.number("threshold", { min: -HUGE, max: HUGE });
  if (threshold === undefined) throw given.refused("threshold", "is required");
  const shape = given.choice("shape", ["linear", "exponential", "auto"]) ?? "auto";
  if (shape === "exponential" && threshold <= 0) {
    throw given.refused("threshold", "must be above 0 where the shape is exponential");
  }
  return {
    column: given.column("column", columns),
    threshold,
    towards: given.choice("direction", ["up", "down"]) === "down" ? -1 : 1,
    shape: threshold > 0 ? shape : "linear",
    halfLife: given.span("halfLife", { min: 2, max: 1_000_000 }) ?? { count: 100 },
    interval: given.number("interval", { min: 0.01, max: 0.999 }) ?? 0.9,
    maxDays: given.number("maxDays", { min: 0.001, max: 1e6 }) ?? 36_525,
  };
}

export const degradationOutputs = (): readonly BuiltinOutput[] => [
  {
    name: "remainingDays",
    type: "number",
    isNullable: true,
    meaning: "Days until the threshold, 0 once the trend is beyond; null where there is no trend towards it.",
  },
  { name: "lower", type: "number", isNullable: true, meaning: "The lower end of the interval, in days." },
  {
    name: "upper",
    type: "number",
    isNullable: true,
    meaning: "The upper end; null where it may as well be never.",
  },
  {
    name: "slope",
    type: "number",
    isNullable: true,
    meaning: "By how much the figure changes in a day, now.",
  },
  {
    name: "shape",
    type: "string",
    isNullable: true,
    meaning: "`linear` or `exponential`: what the trend is taken for.",
  },
  {
    name: "r2",
    type: "number",
    isNullable: true,
    meaning: "The share of the variance that the trend explains.",
  },
  { name: "confidence", type: "number", meaning: "From 0 to 1: r2, less while readings are few." },
];

/** The weight of a new error when shapes are compared. */
const ERROR_SHARE = 0.02;
/** Confidence is half of r2 after so many readings. */
const HALF_SURE = 10;

export function degradationModel(parameters: DegradationParameters): StreamingModel<NumbersState> {
  const { column, threshold, towards, maxDays } = parameters;
  const layout = new Layout();
  const [count, origin, last] = [layout.take(1), layout.take(1), layout.take(1)];
  const straight = shapeIn(layout, threshold, linear);
  const bent = shapeIn(layout, threshold, exponential);
  const shapes = { linear: [straight], exponential: [bent], auto: [straight, bent] }[parameters.shape];
  const forgetting = forgettingOf(parameters.halfLife);
  const reach = probit(0.5 + parameters.interval / 2);
  const shapeText = ["degradation 1", JSON.stringify(parameters)].join(" ");
  const at = (numbers: Float64Array, index: number): number => numbers[index] as number;

  function learn(numbers: Float64Array, reading: number, now: number): void {
    const seen = at(numbers, count);
    if (seen === 0) numbers[origin] = now;
    const keeps = forgetting.keeps(seen === 0 ? 0 : now - at(numbers, last));
    numbers[last] = now;
    numbers[count] = seen + 1;
    for (const shape of shapes) shape.learn(numbers, daysAt(numbers, now), reading, keeps);
  }

  const daysAt = (numbers: Float64Array, now: number): number => (now - at(numbers, origin)) / DAY_MS;

  /** A shape that does not hold for the last readings is none. */
  function best(numbers: Float64Array): { shape: Shape; fit: Fit } | undefined {
    const fits = shapes.flatMap((shape) => {
      const fit = shape.line.fit(numbers);
      return fit === undefined || shape.misses(numbers) ? [] : [{ shape, fit, error: shape.error(numbers) }];
    });
    return fits.reduce<(typeof fits)[number] | undefined>(
      (a, b) => (a && a.error <= b.error ? a : b),
      undefined,
    );
  }

  function tell(numbers: Float64Array, now: number): Outputs {
    const found = best(numbers);
    if (found === undefined) return nothing;
    const { shape, fit } = found;
    const time = daysAt(numbers, now);
    const crossing = within(maxDays, crossingOf(fit, shape.level, towards, time, reach));
    const slope = fit.slope * shape.kind.stretch(shape.line.at(numbers, time));
    return {
      ...{ remainingDays: crossing.days, lower: crossing.lower, upper: crossing.upper },
      ...{ slope: told(slope), shape: shape.kind.name, r2: told(fit.r2) },
      confidence: clamp((fit.r2 * at(numbers, count)) / (at(numbers, count) + HALF_SURE), 0, 1) || 0,
    };
  }

  return numbersModel({ column, size: layout.size, shape: shapeText, learn, tell });
}

const nothing: Outputs = {
  ...{ remainingDays: null, lower: null, upper: null, slope: null, shape: null, r2: null, confidence: 0 },
};

/** What is not in sight within so many days is not in sight. */
function within(maxDays: number, { days, lower, upper }: Crossing): Crossing {
  if (days === null || !(days <= maxDays)) return { days: null, lower: null, upper: null };
  return { days, lower: told(lower ?? Number.NaN), upper: upper !== null && upper <= maxDays ? upper : null };
}

interface Kind {
  readonly name: string;
  /** Makes a line of readings; NaN, or infinite, where that cannot be. */
  bend(reading: number): number;
  unbend(level: number): number;
  /** What a slope of 1 is where the line is at the level, in the unit of readings. */
  stretch(level: number): number;
}

const linear: Kind = { name: "linear", bend: (x) => x, unbend: (x) => x, stretch: () => 1 };
const exponential: Kind = { name: "exponential", bend: Math.log, unbend: Math.exp, stretch: Math.exp };

type Shape = ReturnType<typeof shapeIn>;

function shapeIn(layout: Layout, threshold: number, kind: Kind) {
  const line = lineIn(layout);
  const [off, missed] = [layout.take(1), layout.take(1)];
  return {
    ...{ kind, line, level: kind.bend(threshold) },
    /** How far off it was one reading ahead, in the unit of readings, the newer ones counting more. */
    error: (numbers: Float64Array): number => numbers[off] as number,
    /** Whether the last reading was one that it does not hold for. */
    misses: (numbers: Float64Array): boolean => numbers[missed] === 1,
    learn(numbers: Float64Array, time: number, reading: number, keeps: number): void {
      const bent = kind.bend(reading);
      numbers[missed] = Number.isFinite(bent) ? 0 : 1;
      if (!Number.isFinite(bent)) return;
      const error = Math.min(HUGE, Math.abs(kind.unbend(line.at(numbers, time)) - reading));
      if (!Number.isNaN(error))
        numbers[off] = (numbers[off] as number) * (1 - ERROR_SHARE) + ERROR_SHARE * error;
      line.learn(numbers, time, bent, keeps);
    },
  };
}
