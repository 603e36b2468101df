// Makes a finding shorter, so that somebody can read it.

import type { Finding } from "./fuzz.ts";

const LONGEST_MS = 5_000;

/** Leaves out pieces as long as something like the same error comes; for a few seconds at most. */
export function smaller(found: Finding, errorOf: (text: string) => unknown): Finding {
  const end = performance.now() + LONGEST_MS;
  const kind = kindOf(found.error);
  let { text, error } = found;
  for (let size = Math.ceil(text.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < text.length; ) {
      if (performance.now() > end) return { text, error };
      const shorter = text.slice(0, at) + text.slice(at + size);
      const now = errorOf(shorter);
      if (now !== undefined && kindOf(now) === kind) [text, error] = [shorter, now];
      else at += size;
    }
  }
  return { text, error };
}

const kindOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${error.message.slice(0, 12)}` : String(error);
