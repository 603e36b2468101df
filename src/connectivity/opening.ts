// Opens the connections of a server that starts, some at a time, so that it is not busy with nothing else.

/** At what pace connections are opened. */
export interface OpeningPace {
  /** Milliseconds before the first of them. */
  readonly delayMs: number;
  /** So many in each interval. */
  readonly count: number;
  /** Milliseconds. */
  readonly intervalMs: number;
}

/** Has each opened in its turn, the first of them at once where nothing is to be waited for; the function ends that. */
export function openInTurn(
  ids: readonly string[],
  open: (id: string) => void,
  { delayMs, count, intervalMs }: OpeningPace,
): () => void {
  const left = [...ids];
  let timer: NodeJS.Timeout | undefined;
  function next(): void {
    for (const id of left.splice(0, count)) open(id);
    timer = left.length > 0 ? setTimeout(next, intervalMs) : undefined;
  }
  if (delayMs > 0) timer = setTimeout(next, delayMs);
  else next();
  return () => clearTimeout(timer);
}
