// Exponential smoothing after Holt and Winters: one candidate, whose numbers lie in the state of the model.

import { clamp, HUGE } from "../numbers.ts";
import type { Layout } from "../packed.ts";
import type { Smoothing } from "./candidates.ts";

export interface Season {
  /** In readings; 0: there is none. */
  readonly length: number;
  readonly isMultiplicative: boolean;
}

export interface Smoother {
  begin(state: Float64Array, level: number, trend: number, seasonal: readonly number[]): void;
  /** Of the reading so many steps ahead, from 1 on, where `phase` is the place in the season of the next one. */
  forecast(state: Float64Array, phase: number, ahead: number): number;
  /** Takes the reading of the next place; NaN, and it is as if it were what was expected. `seen` is how many there were before. */
  learn(state: Float64Array, phase: number, reading: number, seen: number): void;
  level(state: Float64Array): number;
  trend(state: Float64Array): number;
  /** The mean square of errors one step ahead, where older ones count less; 0 before the first. */
  error(state: Float64Array): number;
}

/** Half of what is judged by are the errors of so many readings at least. */
const ERRORS_HALF_LIFE = 100;
const ERROR_SHARE = 1 - 2 ** (-1 / ERRORS_HALF_LIFE);

export function smootherIn(layout: Layout, smoothing: Smoothing, season: Season): Smoother {
  const { alpha, beta, gamma, damping } = smoothing;
  const [level, trend, error, judged] = [layout.take(1), layout.take(1), layout.take(1), layout.take(1)];
  const seasonal = layout.take(season.length);
  const neutral = season.isMultiplicative ? 1 : 0;
  const at = (state: Float64Array, index: number): number => state[index] as number;
  const put = (state: Float64Array, index: number, value: number): void => {
    state[index] = clamp(value, -HUGE, HUGE);
  };

  const seasonAt = (state: Float64Array, phase: number): number =>
    season.length > 0 ? at(state, seasonal + (phase % season.length)) : neutral;
  const withSeason = (x: number, by: number): number => (season.isMultiplicative ? x * by : x + by);
  /** A season that multiplies says nothing about what is not positive. */
  const withoutSeason = (x: number, by: number): number => {
    if (!season.isMultiplicative) return x - by;
    return by > 1e-6 ? x / by : x;
  };

  /** How far a trend leads in so many steps. */
  function fading(ahead: number): number {
    return damping === 1 ? ahead : (damping * (1 - damping ** ahead)) / (1 - damping);
  }

  function learnSeason(state: Float64Array, phase: number, reading: number): void {
    const base = at(state, level);
    if (season.isMultiplicative && !(reading > 0 && base > 0)) return;
    const seen = season.isMultiplicative ? clamp(reading / base, 1e-3, 1e3) : reading - base;
    const index = seasonal + (phase % season.length);
    put(state, index, at(state, index) + gamma * (seen - at(state, index)));
  }

  function judge(state: Float64Array, off: number): void {
    const count = at(state, judged) + 1;
    state[judged] = count;
    const share = Math.max(ERROR_SHARE, 1 / count);
    state[error] = at(state, error) + share * (off * off - at(state, error));
  }

  const smoother: Smoother = {
    begin(state, from, slope, seasons) {
      put(state, level, from);
      put(state, trend, beta > 0 ? slope : 0);
      for (let i = 0; i < seasons.length; i++) put(state, seasonal + i, seasons[i] as number);
    },
    forecast(state, phase, ahead) {
      const base = at(state, level) + at(state, trend) * fading(ahead);
      return clamp(withSeason(base, seasonAt(state, phase + ahead - 1)), -HUGE, HUGE);
    },
    learn(state, phase, reading, seen) {
      const led = at(state, level) + damping * at(state, trend);
      if (Number.isNaN(reading)) {
        put(state, level, led);
        put(state, trend, damping * at(state, trend));
        return;
      }
      judge(state, reading - smoother.forecast(state, phase, 1));
      const [toLevel, toTrend] = [
        Math.max(alpha, 1 / (seen + 1)),
        beta > 0 ? Math.max(beta, 1 / (seen + 1)) : 0,
      ];
      const before = at(state, level);
      put(state, level, led + toLevel * (withoutSeason(reading, seasonAt(state, phase)) - led));
      const slope = at(state, level) - before;
      put(state, trend, damping * at(state, trend) + toTrend * (slope - damping * at(state, trend)));
      if (season.length > 0) learnSeason(state, phase, reading);
    },
    level: (state) => at(state, level),
    trend: (state) => at(state, trend),
    error: (state) => at(state, error),
  };
  return smoother;
}
