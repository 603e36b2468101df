// Reads the words of an RQL expression from left to right; no character is looked at again once its word is read.

import { rawNumber } from "../base/json/json.ts";
import type { Literal } from "./criterion.ts";
import type { Refusal } from "./errors.ts";

const OPERATOR = /([a-z]+)\(/y;
const PROPERTY_RUN = /[^,)"\\]+/y;
const RUNS = { '"': /[^"\\]+/y, "'": /[^'\\]+/y } as const;
const NUMBER = /[+-]?(?:[1-9]\d+|\d)(\.\d+)?/y;
const TIME = /time:/y;
const WORD = /true|false|null/y;
const SPACE = /[ \n\r\t\f]*/y;
const HEX = /[0-9A-Fa-f]{4}/y;
const SINGLE_ESCAPES = new Map([..."bfnrt"].map((letter, i) => [letter, "\b\f\n\r\t"[i] as string]));
const WORDS = { true: true, false: false, null: null } as const;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
/** A sign and the digits of the largest integer. */
const MAX_DIGITS = 20;

/** A place in the text of an expression that moves over what it reads, and refuses what it cannot. */
export class Scanner {
  readonly #text: string;
  readonly #refusal: Refusal;
  #at = 0;

  constructor(text: string, refusal: Refusal) {
    this.#text = text;
    this.#refusal = refusal;
  }

  /** Refuses the expression at the place that has been reached. */
  refuse(expected: string): never {
    const point = this.#text.codePointAt(this.#at);
    const found = point === undefined ? "the end" : `'${String.fromCodePoint(point).toWellFormed()}'`;
    throw this.#refusal(`At character ${this.#at + 1} stands ${found}, where ${expected} is expected.`);
  }

  isAt(character: string): boolean {
    return this.#text[this.#at] === character;
  }

  /** Moves over a character if it stands here. */
  take(character: string): boolean {
    if (!this.isAt(character)) return false;
    this.#at++;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character)) this.refuse(`'${character}'`);
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) this.refuse("the end");
  }

  skipSpace(): void {
    this.#match(SPACE);
  }

  /** The name of an operator and its opening parenthesis. */
  operator(): string {
    return this.#match(OPERATOR)?.[1] ?? this.refuse("an operator");
  }

  /** The name of a property, which ends before an unescaped comma, parenthesis or quote. */
  property(): string {
    return this.#run(PROPERTY_RUN, '"');
  }

  /** A value and the space behind it. */
  literal(): Literal {
    const value = this.#literal();
    this.skipSpace();
    return value;
  }

  #literal(): Literal {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") return this.#quoted(first);
    const number = this.#match(NUMBER);
    if (number) return this.#number(number[0], number[1] !== undefined);
    if (this.#match(TIME)) return { time: this.#timeName() };
    const word = this.#match(WORD)?.[0] as keyof typeof WORDS | undefined;
    return word === undefined ? this.refuse("a value") : WORDS[word];
  }

  #quoted(quote: '"' | "'"): string {
    this.#at++;
    const value = this.#run(RUNS[quote], quote);
    this.expect(quote);
    return value;
  }

  #number(digits: string, isDecimal: boolean): Literal {
    const value = Number(digits);
    if (isDecimal)
      return Number.isFinite(value) ? value : this.refuse("a number within the range of a double before");
    if (digits.startsWith("-0")) return this.refuse("an integer that is not negative zero before");
    if (Number.isSafeInteger(value)) return value;
    const exact = digits.length > MAX_DIGITS ? undefined : BigInt(digits.replace("+", ""));
    if (exact === undefined || exact > MAX_INT64 || exact < MIN_INT64)
      return this.refuse("an integer of at most 64 bits before");
    return rawNumber(String(exact));
  }

  /** Escapes are checked but kept as they are, since no name of a time holds one. */
  #timeName(): string {
    const start = this.#at;
    this.property();
    return this.#at > start ? this.#text.slice(start, this.#at) : this.refuse("the name of a time");
  }

  #run(plain: RegExp, quote: string): string {
    let text = "";
    for (;;) {
      const run = this.#match(plain);
      if (run) text += run[0];
      else if (this.take("\\")) text += this.#escaped(quote);
      else return text;
    }
  }

  #escaped(quote: string): string {
    const letter = this.#text.charAt(this.#at++);
    if (letter === quote || letter === "\\" || letter === "/") return letter;
    const plain = SINGLE_ESCAPES.get(letter);
    if (plain !== undefined) return plain;
    const code = letter === "u" ? this.#match(HEX) : null;
    if (code) return String.fromCharCode(Number.parseInt(code[0], 16));
    this.#at--;
    return this.refuse("an escaped character");
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }
}
