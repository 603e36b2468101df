// An opened ONNX model: rows in, outputs out, by the runtime's processes.

import { type BatchModel, ModelFault, type Outputs } from "../scoring.ts";
import { type Feeding, feed } from "./feeding.ts";
import { FileRefused, Passing, type Ran, RuntimeUnusable } from "./lane.ts";
import type { Port, RunPlan } from "./messages.ts";
import type { OnnxRuntime } from "./onnx-runtime.ts";
import { runFrame } from "./run-frames.ts";
import type { Session } from "./session.ts";
import { nothing, outputsOf } from "./telling.ts";

export interface OnnxModelParts {
  readonly runtime: OnnxRuntime;
  readonly session: Session;
  readonly plan: RunPlan;
  readonly feeding: Feeding;
  /** The outputs that are told. */
  readonly outputs: readonly Port[];
  readonly timeoutMs: number;
  readonly maxBatch: number;
}

interface ModelRun {
  readonly tensors: Ran;
  /** Rows that were given to the graph. */
  readonly ran: number;
  /** Rows, by their positions, that could not be given to it. */
  readonly unusable: ReadonlySet<number>;
}

export class OnnxModel implements BatchModel {
  readonly kind = "batch";
  readonly maxBatch: number;
  readonly #parts: OnnxModelParts;

  constructor(parts: OnnxModelParts) {
    this.maxBatch = parts.maxBatch;
    this.#parts = parts;
  }

  async predict(rows: readonly (readonly number[])[], signal: AbortSignal): Promise<readonly Outputs[]> {
    const { feeding, timeoutMs } = this.#parts;
    const atOnce = feeding.fixedRows ?? rows.length;
    if (rows.length <= atOnce) return await this.#runRows(rows, timeoutMs, signal);
    // The time is that of the whole call.
    const end = performance.now() + timeoutMs;
    const outputs: Outputs[] = [];
    while (outputs.length < rows.length) {
      const next = rows.slice(outputs.length, outputs.length + atOnce);
      const leftMs = Math.max(1, Math.ceil(end - performance.now()));
      outputs.push(...(await this.#runRows(next, leftMs, signal)));
    }
    return outputs;
  }

  /** The outputs of one run as the graph gives them; of so many rows, where it takes more those that are missing are zeros. */
  async run(rows: readonly (readonly number[])[], limitMs: number, signal: AbortSignal): Promise<ModelRun> {
    const { runtime, session, plan, feeding } = this.#parts;
    const ran = feeding.fixedRows ?? rows.length;
    const { frame, elements } = runFrame(session.id, plan, ran);
    const unusable = feed(feeding, rows, elements);
    try {
      return { tensors: await runtime.run(session, frame, limitMs, signal), ran, unusable };
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** Resolves once no process has anything of it. */
  close(): Promise<void> {
    return this.#parts.runtime.closeSession(this.#parts.session);
  }

  async #runRows(
    rows: readonly (readonly number[])[],
    limitMs: number,
    signal: AbortSignal,
  ): Promise<readonly Outputs[]> {
    const { outputs } = this.#parts;
    if (rows.length === 0) return [];
    const { tensors, ran, unusable } = await this.run(rows, limitMs, signal);
    const told = outputsOf(tensors, outputs, ran, rows.length);
    return unusable.size === 0 ? told : told.map((row, i) => (unusable.has(i) ? nothing(outputs) : row));
  }
}

/** What goes wrong where a process has to load the model again. */
function faultOf(error: unknown): ModelFault {
  if (error instanceof ModelFault) return error;
  if (error instanceof RuntimeUnusable) {
    return new ModelFault("unavailable", `onnxruntime-node does not run: ${error.message}`);
  }
  if (error instanceof FileRefused) return new ModelFault("refused", error.message);
  return new Passing("The model's file could not be read.");
}
