/** A figure as it is told: with four significant digits; `null` where there is none. */
export function rounded(figure: number | undefined): number | null {
  if (figure === undefined || !Number.isFinite(figure)) return null;
  const size = Math.floor(Math.log10(Math.abs(figure)));
  // Powers of ten up to the 22nd are exact, and so is the quotient: this is as toPrecision, and much faster.
  if (size >= -18 && size <= 3) return Math.round(figure * 10 ** (3 - size)) / 10 ** (3 - size);
  const short = Number(figure.toPrecision(4));
  return Number.isFinite(short) ? short : figure; // the largest of all numbers cannot be rounded up
}

/** What a part is of the whole; `undefined` where there is nothing. */
export const shareOf = (part: number, whole: number): number | undefined =>
  whole > 0 ? part / whole : undefined;
