// Until a counter of usage reaches a limit: by how much it has grown in the time that went by.

import { probit } from "simple-statistics";
import type { Outputs, StreamingModel } from "../../scoring.ts";
import { forgettingOf, type Span } from "../forgetting.ts";
import { HUGE, told } from "../numbers.ts";
import type { BuiltinOutput } from "../output.ts";
import { Layout } from "../packed.ts";
import type { Parameters } from "../parameters.ts";
import { DAY_MS } from "./days.ts";
import { type NumbersState, numbersModel } from "./numbers-model.ts";

interface UsageParameters {
  readonly column: number;
  /** Where the counter ends, or what it ends at each multiple of. */
  readonly limit?: number | undefined;
  readonly every?: number | undefined;
  readonly halfLife: Span;
  readonly interval: number;
  readonly maxDays: number;
}

export function usageParameters(given: Parameters, columns: readonly string[]): UsageParameters {
  const limit = given.number("limit", { min: -HUGE, max: HUGE });
  const every = given.number("every", { min: 1e-9, max: HUGE });
  if ((limit === undefined) === (every === undefined)) {
    throw given.refused("limit", "or 'every' is required, and not both");
  }
  return {
    column: given.column("column", columns),
    ...{ limit, every },
    halfLife: given.span("halfLife", { min: 2, max: 1_000_000 }) ?? { ms: 14 * DAY_MS },
    interval: given.number("interval", { min: 0.01, max: 0.999 }) ?? 0.9,
    maxDays: given.number("maxDays", { min: 0.001, max: 1e6 }) ?? 36_525,
  };
}

export const usageOutputs = (): readonly BuiltinOutput[] => [
  {
    name: "remainingDays",
    type: "number",
    isNullable: true,
    meaning: "Days until the limit, 0 once it is reached; null where the counter stands still.",
  },
  { name: "lower", type: "number", isNullable: true, meaning: "The lower end of the interval, in days." },
  {
    name: "upper",
    type: "number",
    isNullable: true,
    meaning: "The upper end; null where it is out of sight.",
  },
  { name: "slope", type: "number", isNullable: true, meaning: "Usage in a day." },
  { name: "remainingUsage", type: "number", isNullable: true, meaning: "What is left until the limit." },
  { name: "confidence", type: "number", meaning: "From 0 to 1: less where usage goes by fits and starts." },
];

export function usageModel(parameters: UsageParameters): StreamingModel<NumbersState> {
  const { column, maxDays } = parameters;
  const layout = new Layout();
  const [count, last] = [layout.take(1), layout.take(1)];
  /** The last reading, and the one that usage has been counted to. */
  const [counter, counted] = [layout.take(1), layout.take(1)];
  // Older ones count less: sums of days, of usage, and of (how far usage is from what is usual)² for each day.
  const [days, usage, scatter, steps] = [layout.take(1), layout.take(1), layout.take(1), layout.take(1)];
  const forgetting = forgettingOf(parameters.halfLife);
  const reach = probit(0.5 + parameters.interval / 2);
  const shape = ["usage 1", JSON.stringify(parameters)].join(" ");
  const at = (numbers: Float64Array, index: number): number => numbers[index] as number;

  function learn(numbers: Float64Array, reading: number, now: number): void {
    const elapsed = (now - at(numbers, last)) / DAY_MS;
    const used = reading - at(numbers, counted);
    const isFirst = at(numbers, count) === 0;
    numbers[counter] = reading;
    // What is used within one moment is counted with what comes next.
    if (!isFirst && elapsed === 0 && used >= 0) return;
    numbers[count] = at(numbers, count) + 1;
    numbers[last] = now;
    numbers[counted] = reading;
    // A counter that was set back, and a clock that was, tell nothing about the time between.
    if (!isFirst && used >= 0 && elapsed > 0) learnStep(numbers, elapsed, used);
  }

  function learnStep(numbers: Float64Array, elapsed: number, used: number): void {
    const keeps = forgetting.keeps(elapsed * DAY_MS);
    const rate = at(numbers, days) > 0 ? at(numbers, usage) / at(numbers, days) : used / elapsed;
    const off = used - rate * elapsed;
    numbers[days] = at(numbers, days) * keeps + elapsed;
    numbers[usage] = at(numbers, usage) * keeps + used;
    numbers[scatter] = Math.min(HUGE ** 2, at(numbers, scatter) * keeps + (off * off) / elapsed);
    numbers[steps] = at(numbers, steps) * keeps + 1;
  }

  function remaining(reading: number): number {
    if (parameters.every === undefined) return (parameters.limit as number) - reading;
    const left = parameters.every - (reading % parameters.every);
    return left > parameters.every ? left - parameters.every : left;
  }

  /** Of the time until the limit, its relative standard deviation: usage scatters until then, and its rate is not known exactly. */
  function uncertainty(numbers: Float64Array, left: number, rate: number): number {
    const perDay = at(numbers, scatter) / Math.max(1, at(numbers, steps) - 1);
    return Math.sqrt(perDay / (rate * left) + perDay / (rate * rate * at(numbers, days)));
  }

  function tell(numbers: Float64Array, now: number): Outputs {
    if (at(numbers, count) === 0) return nothing;
    const left = remaining(at(numbers, counter));
    const rate = at(numbers, days) > 0 ? at(numbers, usage) / at(numbers, days) : 0;
    const known = {
      slope: at(numbers, days) > 0 ? told(rate) : null,
      remainingUsage: told(Math.max(0, left)),
    };
    if (left <= 0) return { remainingDays: 0, lower: 0, upper: 0, ...known, confidence: 1 };
    const since = Math.max(0, now - at(numbers, last)) / DAY_MS;
    const fromNow = (time: number): number => Math.max(0, time - since);
    const expected = fromNow(left / rate);
    if (!(rate > 0) || !(expected <= maxDays)) return { ...nothing, ...known };
    const relative = uncertainty(numbers, left, rate);
    if (at(numbers, steps) <= 1 || Number.isNaN(relative))
      return { ...nothing, remainingDays: expected, ...known };
    const factor = Math.exp(reach * relative);
    const upper = fromNow((left / rate) * factor);
    return {
      ...{
        remainingDays: expected,
        lower: fromNow(left / rate / factor),
        upper: upper <= maxDays ? upper : null,
      },
      ...known,
      confidence: 1 / (1 + relative),
    };
  }

  return numbersModel({ column, size: layout.size, shape, learn, tell });
}

const nothing: Outputs = {
  ...{ remainingDays: null, lower: null, upper: null, slope: null, remainingUsage: null, confidence: 0 },
};
