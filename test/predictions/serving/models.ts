// Small models that show what they were given.

import type { JsonObject } from "../../../src/base/json/json.ts";
import type { BatchModel, Outputs, StreamingModel } from "../../../src/predictions/models/scoring.ts";

interface Sum {
  sum: number;
  count: number;
}

/** Adds up what it is given: one step too many or too few shows for good. */
export const summing = (): StreamingModel => {
  const model: StreamingModel<Sum> = {
    kind: "streaming",
    stateBytes: 50,
    fresh: () => ({ sum: 0, count: 0 }),
    step(state, [value = Number.NaN]) {
      state.sum += value;
      state.count++;
      return { sum: state.sum, count: state.count };
    },
    save: ({ sum, count }) => ({ sum, count }),
    restore: (saved) => ({ ...(saved as unknown as Sum) }),
  };
  return model as StreamingModel;
};

/** Says of each row what the function does, after what it awaits. */
export const answering = (
  answer: (row: readonly number[], signal: AbortSignal) => Outputs | Promise<Outputs>,
  maxBatch = 64,
): BatchModel => ({
  kind: "batch",
  maxBatch,
  predict: (rows, signal) => Promise.all(rows.map((row) => answer(row, signal))),
  close: async () => undefined,
});

/** Says what it was given. */
export const echoing = (): BatchModel => answering(([value = Number.NaN]) => ({ value }));

/** Answers when it is let go, or aborted. */
export function gated() {
  let gate = Promise.withResolvers<void>();
  let isOpen = false;
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    open() {
      isOpen = true;
      gate.resolve();
    },
    close() {
      isOpen = false;
      gate = Promise.withResolvers();
    },
    model: () =>
      answering(async ([value = Number.NaN], signal) => {
        asked++;
        const aborted = new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        if (!isOpen) await Promise.race([gate.promise, aborted]);
        signal.throwIfAborted();
        return { value };
      }),
  };
}

/** A predictor of `features/in/properties/x` into the feature `out`; its model is the version 1 of an HTTP model, or as said. */
export const predictorOf = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  authorizationContext: ["nginx:ditto"],
  inputs: [{ name: "x", path: "features/in/properties/x" }],
  model: streaming("1"),
  output: { feature: "out", properties: { sum: "sum", count: "count" } },
  ...more,
});

/** Specs stand for models of the test: what they say but for their version does not count. */
export const streaming = (version: string): JsonObject => ({ type: "builtin", name: "anomaly", version });
export const batched = (version: string, more: JsonObject = {}): JsonObject => ({
  type: "http",
  url: "http://localhost:1/",
  protocol: "json",
  version,
  ...more,
});

export const echoOutput: JsonObject = { feature: "out", properties: { value: "value" } };
