// Tries a parser with texts for some time: its corpus first, then random ones, and changes of all that led to something new.

import fc from "fast-check";
import { corpusOf } from "./corpus.ts";
import { mutate } from "./mutate.ts";
import { randomOf } from "./random.ts";
import { smaller } from "./smaller.ts";
import type { FuzzedParser } from "./target.ts";

/** A text that a parser did not keep its promises with, made as short as was quickly found. */
export interface Finding {
  readonly text: string;
  readonly error: unknown;
}

export interface Fuzzed {
  readonly tried: number;
  /** How many unlike things became of the texts. */
  readonly outcomes: number;
  readonly findings: readonly Finding[];
}

/** Findings after which a parser is left alone. */
const MOST_FINDINGS = 5;
/** Texts that are changed further. The longest would take the time of all others. */
const MOST_KEPT = 2_000;
const LONGEST_KEPT = 4_000;
const BATCH = 200;

/** `trying` is told each text before it is tried, so that one that never ends can be told. */
export function fuzz(
  parser: FuzzedParser,
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
  trying: (text: string) => void = () => {},
): Fuzzed {
  const random = randomOf(seed);
  const corpus = corpusOf(parser.name);
  const kept = [...corpus];
  const seen = new Set<string>();
  const findings: Finding[] = [];
  const end = performance.now() + seconds * 1000;
  let tried = 0;

  function attempt(text: string): void {
    tried++;
    trying(text);
    const { outcome, error } = triedOnce(parser, text);
    if (error !== undefined) {
      const found = smaller({ text, error }, (shorter) => triedOnce(parser, shorter).error);
      if (findings.every((finding) => finding.text !== found.text)) findings.push(found);
      return;
    }
    if (seen.has(outcome) || seen.size >= MOST_KEPT) return;
    seen.add(outcome);
    if (text.length <= LONGEST_KEPT) kept.push(copyOf(text));
  }

  for (const text of corpus) attempt(text);
  for (let batch = 0; performance.now() < end && findings.length < MOST_FINDINGS; batch++) {
    const shapes = fc.sample(parser.shapes, { seed: seed + batch, numRuns: BATCH });
    for (const shape of shapes) {
      if (performance.now() >= end || findings.length >= MOST_FINDINGS) break;
      attempt(shape.slice(0, parser.maxLength));
      if (parser.isFixed) continue;
      attempt(mutate(shape, parser, shapes, random));
      if (kept.length > 0) attempt(mutate(random.oneOf(kept), parser, kept, random));
    }
  }
  return { tried, outcomes: seen.size, findings };
}

/** A text of its own: V8 keeps a piece of a long text by keeping all of that. */
const copyOf = (text: string): string => Buffer.from(text, "utf16le").toString("utf16le");

interface Tried {
  readonly outcome: string;
  readonly error?: unknown;
}

/**
 * One try; a second and third where it took too long, since memory may have been tidied up meanwhile. What counts is the time
 * of the processor, whatever else is at work on the machine.
 */
function triedOnce(parser: FuzzedParser, text: string): Tried {
  const enough = parser.enoughMs(text.length);
  let least = Number.POSITIVE_INFINITY;
  let outcome = "";
  for (let left = 3; left > 0 && least > enough; left--) {
    if (left < 3) parser.forget?.();
    const start = process.threadCpuUsage();
    try {
      outcome = parser.attempt(text);
    } catch (error) {
      return { outcome: "", error };
    }
    const { user, system } = process.threadCpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  if (least <= enough) return { outcome };
  return {
    outcome,
    error: new Error(`It took ${Math.round(least)} ms for ${text.length} characters, more than ${enough}.`),
  };
}
