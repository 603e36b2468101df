import type { Attack, Stage } from "./attack.ts";

export interface Attacked {
  /** What happened, and how often. */
  readonly counts: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
}

/** How often the same is told. */
const TOLD = 20;
/** An attack that does not end by then hangs. */
const END_MS = 60_000;

/** Makes an attack for so many seconds; with none it is only prepared. */
export async function makeAttack(
  attack: Attack,
  { url, seconds, size }: { readonly url: string; readonly seconds: number; readonly size: number },
): Promise<Attacked> {
  const counts: Record<string, number> = {};
  const wrong: string[] = [];
  const over = new AbortController();
  const stage: Stage = {
    url,
    size,
    stop: over.signal,
    count: (what) => {
      counts[what] = (counts[what] ?? 0) + 1;
    },
    wrong: (what) => {
      if (wrong.length < TOLD) wrong.push(what);
    },
  };
  if (seconds === 0) {
    await attack.prepare?.(stage);
    return { counts, wrong };
  }
  const timer = setTimeout(() => over.abort(), seconds * 1_000);
  const hangs = new Promise<void>((_, reject) => {
    setTimeout(() => reject(new Error(`${attack.name} does not end`)), seconds * 1_000 + END_MS).unref();
  });
  await Promise.race([attack.run(stage), hangs]);
  clearTimeout(timer);
  return { counts, wrong };
}
