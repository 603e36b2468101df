/** Terms beyond are below what a double can add. */
const TERMS = 100;

/**
 * The probability that two samples of one distribution, of so many values, differ by the Kolmogorov–Smirnov statistic or more: the
 * limiting distribution with Stephens' correction for small samples, so it is good to a few hundredths of its value from 10 values on,
 * and too large (cautious) where values are equal.
 */
export function kolmogorovProbability(statistic: number, count: number, otherCount: number): number {
  const root = Math.sqrt((count * otherCount) / (count + otherCount));
  const lambda = (root + 0.12 + 0.11 / root) * statistic;
  // The series converges slowly where the probability is one but for 10^-12.
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= TERMS; k++) {
    const term = Math.exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
