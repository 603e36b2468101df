// What a fuzzer of a parser consists of, and what all of them ask of a parser.

import type fc from "fast-check";
import { TwinError } from "../../../src/base/errors.ts";

/** A parser that is tried with texts: well-formed ones, and those with something changed. */
export interface FuzzedParser {
  /** The name of its corpus, and of the parser on the command line. */
  readonly name: string;
  /** Random texts of about the right shape. */
  readonly shapes: fc.Arbitrary<string>;
  /** Texts that never make up a text alone, but are put into others. */
  readonly words: readonly string[];
  /** Texts are JSON: they are changed as trees, too. */
  readonly isJson?: boolean;
  /** Only whole texts of `shapes` and the corpus make sense: they are never changed. */
  readonly isFixed?: boolean;
  /** The longest text worth trying, in UTF-16 units. */
  readonly maxLength: number;
  /** Milliseconds of processor time that are enough for a text of such a length, on a slow machine: linear in the length. */
  readonly enoughMs: (length: number) => number;
  /**
   * Tries a text. Throws where the parser breaks a promise; gives a short text that tells apart what became of texts: those
   * with a new one are worth more changes.
   */
  readonly attempt: (text: string) => string;
  /** Makes the parser forget what it remembers of texts, so that a second try takes as long as the first. */
  readonly forget?: () => void;
}

/** What a parser promised and did not keep. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/** Throws where a promise is not kept. */
export function promised(isKept: boolean, promise: () => string): asserts isKept {
  if (!isKept) throw new Broken(promise());
}

/** What a parser gave, or why it refused. */
export type Outcome<T> =
  | { readonly value: T; readonly refused?: never }
  | { readonly value?: never; readonly refused: TwinError };

/** Runs a parser; a refusal has to be an error of the catalogue that blames the client, and can be told. */
export function outcomeOf<T>(parse: () => T): Outcome<T> {
  try {
    return { value: parse() };
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    promised(
      error.status >= 400 && error.status < 500,
      () => `${error.code} has the status ${error.status}.`,
    );
    JSON.stringify(error);
    return { refused: error };
  }
}

/** A short text for a refusal: its wording without what it quotes. */
export const kindOf = (error: Error): string =>
  `${error instanceof TwinError ? `${error.code} ${error.text.description ?? ""}` : error.message}`
    .replaceAll(/'.*'|\d+/gs, "")
    .slice(0, 60);
