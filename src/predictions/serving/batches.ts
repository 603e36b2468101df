// Rows of many things put together for a model that is asked for many at once: they gather while a batch is under way.

import { type BatchModel, ModelFault, type Outputs } from "../models/scoring.ts";

export interface Batches {
  /** The outputs of one row. Rejects with {@link ModelFault}, at once with `overloaded` where too many wait. */
  predict(row: readonly number[]): Promise<Outputs>;
  /** Rows that wait for a batch. */
  readonly waiting: number;
}

export interface BatchSettings {
  /** A batch that takes longer is given up. */
  readonly limitMs: number;
  /** Full batches that are under way at once. */
  readonly parallel: number;
  /** Rows that may wait. */
  readonly capacity: number;
}

interface Row {
  readonly values: readonly number[];
  resolve(outputs: Outputs): void;
  reject(error: unknown): void;
}

/** Gathers rows for a model until `stop`, after which all of them are rejected. */
export function batches(model: BatchModel, settings: BatchSettings, stop: AbortSignal): Batches {
  const { limitMs, parallel, capacity } = settings;
  const { maxBatch, gatherMs = 0 } = model;
  let waiting: Row[] = [];
  let underWay = 0;
  let isGathering = false;

  function look(): void {
    while (waiting.length >= maxBatch && underWay < parallel) start();
    if (waiting.length === 0 || underWay > 0 || isGathering) return;
    isGathering = true;
    if (gatherMs > 0) setTimeout(gathered, gatherMs);
    else setImmediate(gathered);
  }

  function gathered(): void {
    isGathering = false;
    if (waiting.length > 0 && underWay === 0) start();
  }

  function start(): void {
    const rows = waiting.slice(0, maxBatch);
    waiting = waiting.slice(maxBatch);
    underWay++;
    void run(rows).then(() => {
      underWay--;
      // What has gathered meanwhile has waited long enough.
      if (waiting.length > 0 && underWay === 0) start();
      else look();
    });
  }

  async function run(rows: readonly Row[]): Promise<void> {
    try {
      const outputs = await ask(rows);
      rows.forEach((row, i) => {
        row.resolve(outputs[i] as Outputs);
      });
    } catch (error) {
      if (rows.length === 1 || stop.aborted || !isOfOneRow(error)) {
        for (const row of rows) row.reject(error);
        return;
      }
      // One row may have spoiled it for the others.
      const half = rows.length >> 1;
      await run(rows.slice(0, half));
      await run(rows.slice(half));
    }
  }

  async function ask(rows: readonly Row[]): Promise<readonly Outputs[]> {
    const late = AbortSignal.timeout(limitMs);
    try {
      const outputs = await model.predict(
        rows.map(({ values }) => values),
        AbortSignal.any([stop, late]),
      );
      if (outputs.length === rows.length) return outputs;
    } catch (error) {
      if (error instanceof ModelFault) throw error;
      if (late.aborted) throw new ModelFault("timeout", `The model did not answer within ${limitMs} ms.`);
      throw new ModelFault("refused", error instanceof Error ? error.message : String(error));
    }
    throw new ModelFault("bad-output", "The model did not answer each row.");
  }

  return {
    get waiting() {
      return waiting.length;
    },
    predict(values) {
      if (waiting.length >= capacity)
        return Promise.reject(new ModelFault("overloaded", "Too many predictions wait for the model."));
      return new Promise((resolve, reject) => {
        waiting.push({ values, resolve, reject });
        look();
      });
    },
  };
}

const isOfOneRow = (error: unknown): boolean =>
  error instanceof ModelFault && (error.reason === "refused" || error.reason === "bad-output");
