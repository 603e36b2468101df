import type { Smoothing } from "./candidates.ts";

/**
 * How much the variance of a forecast exceeds that of one step ahead, for 1 … `horizon` steps: the errors of the steps between
 * go on in level, trend and season (Hyndman, Koehler, Ord & Snyder 2008, chapter 6, additive errors).
 */
export function spreadOf(
  { alpha, beta, gamma, damping }: Smoothing,
  season: number,
  horizon: number,
): Float64Array {
  const factors = new Float64Array(horizon);
  let sum = 1;
  let trend = 0;
  let fading = 1;
  for (let steps = 0; steps < horizon; steps++) {
    if (steps > 0) {
      fading *= damping;
      trend += fading;
      const seasonal = season > 0 && steps % season === 0 ? gamma * (1 - alpha) : 0;
      sum += (alpha * (1 + beta * trend) + seasonal) ** 2;
    }
    factors[steps] = sum;
  }
  return factors;
}
