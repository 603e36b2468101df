// A baseline's column, made ready for what comes later to be compared with.

import type { Sample } from "./sample.ts";

/** A column with so many different values or fewer is one of categories: each value is a bin. */
const CATEGORIES = 10;
const QUANTILE_BINS = 10;

/**
 * The cells of a column are its different values and the gaps before, between and after them, in their order: gap, value, gap, value,
 * gap; the last cell is that of not-a-number.
 */
export interface Reference {
  /** Different values, ascending. */
  readonly distinct: Float64Array;
  /** How many values are each one or below it. */
  readonly cumulative: Uint32Array;
  /** The bin of each cell. */
  readonly bins: Uint8Array;
  /** What each bin holds of all, not-a-number being the last one. */
  readonly shares: Float64Array;
}

/**
 * Bins are the categories where there are few, one for all that was never seen, and one for not-a-number; otherwise ten that are
 * bounded by the sample's deciles, fewer where deciles are equal, and the one for not-a-number.
 */
export function referenceOf(sample: Sample): Reference {
  const { distinct, cumulative } = distinctOf(sample.sorted());
  const { bins, count } =
    distinct.length <= CATEGORIES ? categoriesOf(distinct) : quantilesOf(distinct, cumulative);
  const shares = new Float64Array(count + 1);
  const held = cumulative[distinct.length - 1] ?? 0;
  const ofNumbers = sample.seen > 0 ? 1 - sample.missing / sample.seen : 0;
  for (let i = 0; i < distinct.length; i++) {
    const bin = bins[2 * i + 1] as number;
    shares[bin] = (shares[bin] as number) + (occurrences(cumulative, i) / held) * ofNumbers;
  }
  bins[bins.length - 1] = count;
  shares[count] = 1 - ofNumbers;
  return { distinct, cumulative, bins, shares };
}

/** The cell of a value. */
export function cellOf(distinct: Float64Array, value: number): number {
  if (Number.isNaN(value)) return 2 * distinct.length + 1;
  if (!((distinct[0] as number) <= value)) return 0;
  // Steps are added, not branched on: which way each goes is up to chance, and would be guessed wrong half of the time.
  let at = 0;
  for (let left = distinct.length; left > 1; ) {
    const half = left >>> 1;
    at += half * Number((distinct[at + half] as number) <= value);
    left -= half;
  }
  return distinct[at] === value ? 2 * at + 1 : 2 * at + 2;
}

const occurrences = (cumulative: Uint32Array, i: number): number =>
  (cumulative[i] as number) - (i > 0 ? (cumulative[i - 1] as number) : 0);

/** Where all are different, these are the values themselves, without a copy. */
function distinctOf(sorted: Float64Array): Pick<Reference, "distinct" | "cumulative"> {
  const distinct = new Float64Array(sorted.length);
  const cumulative = new Uint32Array(sorted.length);
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number;
    if (count === 0 || value !== distinct[count - 1]) distinct[count++] = value;
    cumulative[count - 1] = i + 1;
  }
  if (count === sorted.length) return { distinct: sorted, cumulative };
  return { distinct: distinct.slice(0, count), cumulative: cumulative.slice(0, count) };
}

interface Bins {
  readonly bins: Uint8Array;
  /** Without that of not-a-number. */
  readonly count: number;
}

function categoriesOf({ length }: Float64Array): Bins {
  const unseen = length;
  const bins = new Uint8Array(2 * length + 2).fill(unseen);
  for (let i = 0; i < length; i++) bins[2 * i + 1] = i;
  return { bins, count: length + 1 };
}

function quantilesOf(distinct: Float64Array, cumulative: Uint32Array): Bins {
  const total = cumulative[cumulative.length - 1] as number;
  const bins = new Uint8Array(2 * distinct.length + 2);
  let bin = 0;
  for (let i = 0; i < distinct.length; i++) {
    bins[2 * i] = bin;
    bins[2 * i + 1] = bin;
    // The value is a decile, and so the end of its bin, where the values up to it reach a tenth that those before do not.
    const before = cumulative[i - 1] ?? 0;
    if (isDecile(before, cumulative[i] as number, total)) bin++;
  }
  bins[2 * distinct.length] = bin;
  return { bins, count: bin + 1 };
}

function isDecile(before: number, upTo: number, total: number): boolean {
  const reached = Math.min(QUANTILE_BINS - 1, Math.floor((upTo * QUANTILE_BINS) / total));
  return reached > Math.floor((before * QUANTILE_BINS) / total);
}
