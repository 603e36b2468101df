// How the parts of the anomaly model come to one score, and who is to blame for it.

/** Beyond it rarities make no difference. */
const RAREST = 1e-300;

/** The harmonic mean, which holds for parts that say the same as for those that say different things. */
export function togetherRare(rarities: readonly number[]): number {
  const sum = rarities.reduce((total, rarity) => total + 1 / Math.max(RAREST, rarity), 0);
  return rarities.length / sum;
}

/** From 0 to 1: 0.9 is one reading in a thousand, 0.95 one in 8,000, 0.99 one in a million. */
export const scoreOf = (rarity: number): number => 1 - Math.cbrt(rarity);

/** The shares of the columns, which add up to 1: by how far each is off, and by the half-spaces, in the proportion of both's surprise. */
export function shares(z: Float64Array, byZ: number, blame: Float64Array, byTrees: number): number[] {
  const [ofZ, ofTrees] = [surprise(byZ), surprise(byTrees)];
  const squares = Array.from(z, (off) => (Number.isNaN(off) ? 0 : Math.min(1e150, Math.abs(off)) ** 2));
  const squaresSum = total(squares);
  const blameSum = total(blame);
  const weighted = squares.map(
    (square, column) =>
      ratio(ofZ * square, squaresSum) + ratio(ofTrees * (blame[column] as number), blameSum),
  );
  const sum = total(weighted);
  return weighted.map((weight) => ratio(weight, sum));
}

const surprise = (rarity: number): number => -Math.log(Math.max(RAREST, rarity));

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

function total(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] as number;
  return sum;
}
