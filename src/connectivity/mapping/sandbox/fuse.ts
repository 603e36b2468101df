// What keeps a script from holding the server up again and again: when it fails so in a row, it rests.

import { ScriptFault } from "./fault.ts";

/** So often a script may run into its limits without having worked in between. */
const STRIKES = 3;
/** Milliseconds that it rests then; twice as long each time that it fails again. */
const FIRST_REST = 1000;
const LONGEST_REST = 60_000;

export class Fuse {
  #strikes = 0;
  #restsUntil = 0;

  /** Throws {@link ScriptFault} while the script rests; `now` is in milliseconds, of any clock that only goes forward. */
  check(now: number): void {
    if (now >= this.#restsUntil) return;
    const seconds = Math.ceil((this.#restsUntil - now) / 1000);
    throw new ScriptFault(
      `The script ran into its limits ${this.#strikes} times in a row. It is tried again in ${seconds} s; until then its messages fail.`,
    );
  }

  worked(): void {
    this.#strikes = 0;
  }

  failed(now: number): void {
    this.#strikes++;
    if (this.#strikes < STRIKES) return;
    this.#restsUntil = now + Math.min(LONGEST_REST, FIRST_REST * 2 ** (this.#strikes - STRIKES));
  }
}
