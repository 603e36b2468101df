// Random numbers of a seed: the same seed makes the same texts.

/** A source of random numbers. */
export interface Random {
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  /** One of a list that is not empty. */
  oneOf<T>(list: readonly T[]): T;
}

/** Mulberry32: small, and random enough to change texts with. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (end: number) => Math.floor(next() * end);
  return { below, oneOf: (list) => list[below(list.length)] as (typeof list)[number] };
}
