/** What an empty bin counts as, since the index would be infinite. */
const FLOOR = 0.0001;

/**
 * The population stability index of shares of bins, now and as expected: the sum of (a − e) · ln(a / e), where a share below 0.0001
 * counts as that. 0 where nothing has changed; above 0.25 is usually called a shift.
 */
export function populationStability(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  let index = 0;
  for (let bin = 0; bin < expected.length; bin++) {
    const e = Math.max(FLOOR, expected[bin] as number);
    const a = Math.max(FLOOR, actual[bin] as number);
    index += (a - e) * Math.log(a / e);
  }
  return index;
}
