/** A number of readings, or a time. */
export type Span = { readonly count: number } | { readonly ms: number };

/** Half-life: a reading that is so old counts half. */
export interface Forgetting {
  /** The weight that older readings keep, so many milliseconds after the last one: from 0 to 1. */
  keeps(elapsedMs: number): number;
}

/** Time that goes backwards counts as standing still. */
export function forgettingOf(halfLife: Span): Forgetting {
  if ("ms" in halfLife) {
    const { ms } = halfLife;
    return { keeps: (elapsedMs) => (elapsedMs > 0 ? 2 ** (-elapsedMs / ms) : 1) };
  }
  const kept = 2 ** (-1 / halfLife.count);
  return { keeps: () => kept };
}
