// What was wrong with the data of a version, by input.

import { type JsonObject, type JsonValue, putKey } from "../../../base/json/json.ts";
import type { InputFault, Vector } from "../../inputs/inputs.ts";
import { rounded, shareOf } from "../statistics/rounded.ts";
import { SlidingCounts } from "../statistics/sliding-counts.ts";
import type { Figure } from "./figure.ts";

export const FAULTS: readonly InputFault[] = ["missing", "type", "out-of-range"];

export class Faults {
  readonly #inputs: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #window: SlidingCounts;
  readonly #totals = new Map<InputFault, number>(FAULTS.map((fault) => [fault, 0]));

  constructor(inputs: readonly string[], windowSize: number) {
    this.#inputs = inputs;
    this.#positions = new Map(inputs.map((name, i) => [name, i]));
    this.#window = new SlidingCounts(inputs.length * FAULTS.length, windowSize);
  }

  /** Faults of a kind since the beginning, of all inputs. */
  total(fault: InputFault): number {
    return this.#totals.get(fault) ?? 0;
  }

  add({ faults }: Vector): void {
    this.#window.begin();
    if (faults.size === 0) return;
    for (const [input, fault] of faults) {
      const position = this.#positions.get(input);
      if (position === undefined) continue;
      this.#window.count(position * FAULTS.length + FAULTS.indexOf(fault));
      this.#totals.set(fault, this.total(fault) + 1);
    }
  }

  /** The largest share that faults of the kinds have at an input. */
  share(kinds: readonly InputFault[]): Figure | undefined {
    if (this.#window.trials === 0) return undefined;
    let found: Figure | undefined;
    for (const [i, column] of this.#inputs.entries()) {
      const count = kinds.reduce((sum, kind) => sum + this.#count(i, kind), 0);
      const value = count / this.#window.trials;
      if (value > (found?.value ?? -1)) found = { value, column };
    }
    return found;
  }

  json(): JsonObject {
    const inputs: { [name: string]: JsonValue } = {};
    for (const [i, name] of this.#inputs.entries()) {
      const [missing, type, outOfRange] = FAULTS.map((fault) => this.#json(i, fault)) as JsonObject[];
      putKey(inputs, name, { missing, type, outOfRange } as JsonObject);
    }
    return { window: this.#window.trials, inputs };
  }

  #count(input: number, fault: InputFault): number {
    return this.#window.sum(input * FAULTS.length + FAULTS.indexOf(fault));
  }

  #json(input: number, fault: InputFault): JsonObject {
    const count = this.#count(input, fault);
    return { count, share: rounded(shareOf(count, this.#window.trials)) };
  }
}
