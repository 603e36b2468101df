// What the forecast is told to do.

import type { Span } from "../forgetting.ts";
import type { Parameters } from "../parameters.ts";
import type { SmoothingParameters } from "./candidates.ts";
import type { Season } from "./smoother.ts";

export interface ForecastParameters extends SmoothingParameters {
  readonly column: number;
  readonly horizon: Span;
  readonly season: Season;
  readonly interval: number;
}

/** In readings. */
export const MAX_HORIZON = 1_000;
const MAX_SEASON = 2_016;

export function forecastParameters(given: Parameters, columns: readonly string[]): ForecastParameters {
  const weight = { min: 0, max: 1 };
  const length = given.integer("season", { min: 0, max: MAX_SEASON }) ?? 0;
  if (length === 1) throw given.refused("season", "must be 0, or 2 readings or more");
  return {
    column: given.column("column", columns),
    horizon: given.span("horizon", { min: 1, max: MAX_HORIZON }) ?? { count: 1 },
    season: {
      length,
      isMultiplicative:
        given.choice("seasonality", ["additive", "multiplicative"]) === "multiplicative" && length > 0,
    },
    hasSeason: length > 0,
    interval: given.number("interval", { min: 0.01, max: 0.999 }) ?? 0.9,
    alpha: given.number("alpha", weight),
    beta: given.number("beta", weight),
    gamma: given.number("gamma", weight),
    trend: given.choice("trend", ["none", "additive", "damped", "auto"]) ?? "auto",
    damping: given.number("damping", { min: 0.5, max: 0.999 }) ?? 0.9,
  };
}
