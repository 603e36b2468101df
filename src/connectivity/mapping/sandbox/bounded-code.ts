// A script while it is translated, which becomes only so much longer.

import MagicString from "magic-string";
import { ScriptFault } from "./fault.ts";

/** A script becomes at most so many times as long, and so many characters. */
const TIMES = 4;
const MORE = 10_000;

/** Throws {@link ScriptFault} where too much is written. */
export class BoundedCode extends MagicString {
  #left: number;

  constructor(script: string) {
    super(script);
    this.#left = (TIMES - 1) * script.length + MORE;
  }

  override overwrite(start: number, end: number, content: string): this {
    this.#spend(content);
    return super.overwrite(start, end, content);
  }

  override appendLeft(at: number, content: string): this {
    this.#spend(content);
    return super.appendLeft(at, content);
  }

  override prependRight(at: number, content: string): this {
    this.#spend(content);
    return super.prependRight(at, content);
  }

  #spend({ length }: string): void {
    this.#left -= length;
    if (this.#left < 0) throw new ScriptFault("The script becomes too long without the syntax of Rhino.");
  }
}
