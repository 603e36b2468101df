// What a column will be some readings ahead, by exponential smoothing (Holt, Winters) with an interval.

import { probit } from "simple-statistics";
import type { JsonValue } from "../../../../base/json/json.ts";
import type { Outputs, StreamingModel } from "../../scoring.ts";
import { clamp, HUGE, tame, told } from "../numbers.ts";
import { Layout, pack, stateBytes, unpack } from "../packed.ts";
import { candidatesOf } from "./candidates.ts";
import { beginningOf } from "./first-seasons.ts";
import { type ReadingInterval, readingIntervalIn } from "./interval.ts";
import { type ForecastParameters, MAX_HORIZON } from "./parameters.ts";
import { type Smoother, smootherIn } from "./smoother.ts";
import { spreadOf } from "./spread.ts";

interface ForecastState {
  readonly numbers: Float64Array<ArrayBuffer>;
}

/** So many errors are needed for an interval. */
const ENOUGH_ERRORS = 5;
/** The mean that forecasts are compared with is one of so many readings. */
const MEAN_MEMORY = 100;

interface Candidate {
  readonly smoother: Smoother;
  /** By steps ahead. */
  readonly spread: Float64Array;
}

export const forecastModel = (parameters: ForecastParameters): StreamingModel<ForecastState> =>
  new Forecast(parameters);

class Forecast implements StreamingModel<ForecastState> {
  readonly kind = "streaming";
  readonly stateBytes: number;
  readonly #parameters: ForecastParameters;
  readonly #shape: string;
  readonly #layout = new Layout();
  readonly #count = this.#layout.take(1);
  /** The place in the season of the next reading. */
  readonly #phase = this.#layout.take(1);
  readonly #mean = this.#layout.take(1);
  readonly #variance = this.#layout.take(1);
  /** Where the first two seasons are gathered. */
  readonly #first: number;
  readonly #interval: ReadingInterval;
  readonly #candidates: readonly Candidate[];
  readonly #longest: number;
  readonly #warmUp: number;
  /** Of the interval, in standard deviations. */
  readonly #reach: number;

  constructor(parameters: ForecastParameters) {
    const { season, horizon } = parameters;
    this.#parameters = parameters;
    this.#shape = ["forecast 1", JSON.stringify(parameters)].join(" ");
    this.#longest = "count" in horizon ? Math.round(horizon.count) : MAX_HORIZON;
    this.#first = this.#layout.take(2 * season.length);
    this.#warmUp = Math.max(1, 2 * season.length);
    this.#interval = readingIntervalIn(this.#layout);
    this.#candidates = candidatesOf(parameters).map((smoothing) => ({
      smoother: smootherIn(this.#layout, smoothing, season),
      spread: spreadOf(smoothing, season.length, this.#longest),
    }));
    this.#reach = probit(0.5 + parameters.interval / 2);
    this.stateBytes = stateBytes(this.#layout.size);
  }

  fresh(): ForecastState {
    return { numbers: new Float64Array(this.#layout.size) };
  }

  step({ numbers }: ForecastState, values: readonly number[], now: number): Outputs {
    const reading = tame(values[this.#parameters.column]);
    const residual = told(reading - this.#expected(numbers));
    this.#interval.learn(numbers, now);
    if (!Number.isNaN(reading)) this.#learnVariance(numbers, reading);
    if (this.#isWarm(numbers)) this.#learn(numbers, reading);
    else this.#warm(numbers, reading);
    const steps = this.#stepsAhead(numbers);
    return this.#isWarm(numbers)
      ? this.#tell(numbers, steps, residual)
      : this.#whileWarming(numbers, steps, residual);
  }

  save({ numbers }: ForecastState): JsonValue {
    return pack(this.#shape, [numbers]);
  }

  restore(saved: JsonValue): ForecastState | undefined {
    const state = this.fresh();
    return unpack(saved, this.#shape, [state.numbers]) ? state : undefined;
  }

  #isWarm(numbers: Float64Array): boolean {
    return at(numbers, this.#count) >= this.#warmUp;
  }

  #stepsAhead(numbers: Float64Array): number {
    const { horizon } = this.#parameters;
    if ("count" in horizon) return this.#longest;
    const distance = this.#interval.of(numbers);
    return distance > 0 ? clamp(Math.round(horizon.ms / distance), 1, MAX_HORIZON) : 1;
  }

  /** A reading that is missing is taken to be the last one, or the one a season before. */
  #warm(numbers: Float64Array, reading: number): void {
    const { season } = this.#parameters;
    const seen = at(numbers, this.#count);
    const filled = Number.isNaN(reading) ? this.#atFirst(numbers, 1) : reading;
    if (Number.isNaN(filled)) return;
    numbers[this.#count] = seen + 1;
    if (season.length === 0) {
      for (const { smoother } of this.#candidates) smoother.begin(numbers, filled, 0, []);
      return;
    }
    numbers[this.#first + seen] = filled;
    if (!this.#isWarm(numbers)) return;
    const gathered = Array.from(numbers.subarray(this.#first, this.#first + this.#warmUp));
    const { level, trend, seasonal } = beginningOf(gathered, season);
    for (const { smoother } of this.#candidates) smoother.begin(numbers, level, trend, seasonal);
  }

  /** What is expected while the first seasons are not over: as a season ago, or as it was last. */
  #atFirst(numbers: Float64Array, ahead: number): number {
    const { length } = this.#parameters.season;
    const seen = at(numbers, this.#count);
    if (seen === 0) return Number.NaN;
    const back = seen >= length ? seen - length + ((ahead - 1) % length) : seen - 1;
    return at(numbers, this.#first + Math.min(back, seen - 1));
  }

  #learn(numbers: Float64Array, reading: number): void {
    const { season } = this.#parameters;
    const phase = at(numbers, this.#phase);
    const seen = at(numbers, this.#count);
    for (const { smoother } of this.#candidates) smoother.learn(numbers, phase, reading, seen);
    numbers[this.#phase] = season.length > 0 ? (phase + 1) % season.length : 0;
    numbers[this.#count] = seen + 1;
  }

  #learnVariance(numbers: Float64Array, reading: number): void {
    const share = 1 / Math.min(MEAN_MEMORY, at(numbers, this.#count) + 1);
    const off = reading - at(numbers, this.#mean);
    numbers[this.#mean] = at(numbers, this.#mean) + share * off;
    numbers[this.#variance] = (1 - share) * (at(numbers, this.#variance) + share * off * off);
  }

  #best(numbers: Float64Array): Candidate {
    return this.#candidates.reduce((a, b) => (b.smoother.error(numbers) < a.smoother.error(numbers) ? b : a));
  }

  #expected(numbers: Float64Array): number {
    if (!this.#isWarm(numbers)) return this.#atFirst(numbers, 1);
    return this.#best(numbers).smoother.forecast(numbers, at(numbers, this.#phase), 1);
  }

  #whileWarming(numbers: Float64Array, steps: number, residual: JsonValue): Outputs {
    const value = told(this.#atFirst(numbers, steps));
    return { value, lower: null, upper: null, level: null, trend: null, residual, steps, confidence: 0 };
  }

  #tell(numbers: Float64Array, steps: number, residual: JsonValue): Outputs {
    const { smoother, spread } = this.#best(numbers);
    const value = smoother.forecast(numbers, at(numbers, this.#phase), steps);
    const error = smoother.error(numbers);
    const half = this.#reach * Math.sqrt(error * (spread[steps - 1] as number));
    const isJudged = at(numbers, this.#count) >= this.#warmUp + ENOUGH_ERRORS;
    return {
      value,
      lower: isJudged ? clamp(value - half, -HUGE, HUGE) : null,
      upper: isJudged ? clamp(value + half, -HUGE, HUGE) : null,
      ...{ level: smoother.level(numbers), trend: smoother.trend(numbers), residual, steps },
      confidence: isJudged ? explained(error, at(numbers, this.#variance)) : 0,
    };
  }
}

const at = (numbers: Float64Array, index: number): number => numbers[index] as number;

/** A series that never changes, and is forecast so, is explained. */
function explained(error: number, variance: number): number {
  if (variance > 0) return clamp(1 - error / variance, 0, 1);
  return error > 0 ? 0 : 1;
}
