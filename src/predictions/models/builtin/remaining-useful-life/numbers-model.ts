// A model of one column whose state is a list of numbers.

import type { Outputs, StreamingModel } from "../../scoring.ts";
import { tame } from "../numbers.ts";
import { pack, stateBytes, unpack } from "../packed.ts";

export interface NumbersState {
  readonly numbers: Float64Array<ArrayBuffer>;
}

interface NumbersModelParts {
  readonly column: number;
  /** How many numbers. */
  readonly size: number;
  /** What states that are saved are known by. */
  readonly shape: string;
  learn(numbers: Float64Array, reading: number, now: number): void;
  tell(numbers: Float64Array, now: number): Outputs;
}

/** Learns of each reading that is one, and tells whether or not it is. */
export function numbersModel({
  column,
  size,
  shape,
  learn,
  tell,
}: NumbersModelParts): StreamingModel<NumbersState> {
  const fresh = (): NumbersState => ({ numbers: new Float64Array(size) });
  return {
    kind: "streaming",
    stateBytes: stateBytes(size),
    fresh,
    step({ numbers }, values, now) {
      const reading = tame(values[column]);
      if (!Number.isNaN(reading)) learn(numbers, reading, now);
      return tell(numbers, now);
    },
    save: ({ numbers }) => pack(shape, [numbers]),
    restore(saved) {
      const state = fresh();
      return unpack(saved, shape, [state.numbers]) ? state : undefined;
    },
  };
}
