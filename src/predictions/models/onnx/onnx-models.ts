// Opens ONNX models: the file is read, loaded and tried before anybody is served by it.

import { createRequire } from "node:module";
import { modelRuntimeMissing } from "../../errors.ts";
import type { OnnxSpec } from "../../model.ts";
import type { BatchModel, OpenModel } from "../scoring.ts";
import { type Feeding, feedingOf, Unfit } from "./feeding.ts";
import type { Graph, Port, RunPlan } from "./messages.ts";
import { OnnxModel } from "./onnx-model.ts";
import { OnnxRuntime } from "./onnx-runtime.ts";
import { refusalOf } from "./refusals.ts";
import { Session } from "./session.ts";
import { isByRow, tellableTypes } from "./telling.ts";

/** A number that is hardly the size of anything else, so that it is seen whether outputs come row by row. */
const PROBE_ROWS = 5;
/** For these rows, whatever time the model has later. */
const PROBE_MS = 5_000;

export interface OnnxParts {
  /** The file of a version, in pieces; it is read again whenever a process has to load it again. */
  readFile(predictorId: string, version: string): AsyncIterable<Uint8Array>;
  /** Processes that run models; there are more for a while, for files that come, models that are opened, and those that failed. */
  readonly processes: number;
  /** What each of them may take, resident. */
  readonly memoryBytes: number;
  /** Models that are loaded at a time in each of them. */
  readonly maxSessions: number;
  /** The package, `onnxruntime-node` where it is not named. */
  readonly runtime?: string;
}

/** The ONNX models of the server. Processes begin with the first model, and end when there is none. */
export class OnnxModels {
  readonly #parts: OnnxParts;
  readonly #package: string;
  readonly #runtime: OnnxRuntime;

  constructor(parts: OnnxParts) {
    this.#parts = parts;
    this.#package = parts.runtime ?? "onnxruntime-node";
    const { processes, memoryBytes, maxSessions } = parts;
    this.#runtime = new OnnxRuntime(processes, { runtime: this.#package, memoryBytes, maxSessions });
  }

  /** Of the processes there are now. */
  get pids(): readonly number[] {
    return this.#runtime.pids;
  }

  /**
   * Rejects with `predictors:model.invalid` (400) where the file is no ONNX, does not fit the columns, or does not run, and would
   * not another time; with `predictors:model.runtime.missing`; with what reading the file rejects with; and with
   * `predictors:model.unavailable` (503) where the server has too much to do, or closes, or has no process for it.
   */
  readonly open: OpenModel<OnnxSpec> = async (spec, columns, predictorId) => {
    const session = new Session(() => this.#parts.readFile(predictorId, spec.version));
    return await this.#orRefused(session, async () => {
      const model = await this.#runtime.tryOut(session, predictorId, () =>
        this.#tried(session, spec, columns),
      );
      // It is trusted by now, and loaded where others are before somebody waits.
      await this.#runtime.load(session);
      return model;
    });
  };

  /**
   * Rejects as `open` does where the pieces are no ONNX file, or one that the runtime does not take. It is told within about ten
   * seconds, whatever files of other predictors do.
   */
  async validateFile(content: readonly Uint8Array[], predictorId: string): Promise<void> {
    const session = new Session(async function* () {
      yield* content;
    });
    await this.#orRefused(session, () => this.#runtime.check(session, predictorId));
  }

  /** Resolves once all processes have ended. Models that are open reject from now on. */
  close(): Promise<void> {
    return this.#runtime.close();
  }

  async #orRefused<Result>(session: Session, work: () => Promise<Result>): Promise<Result> {
    this.#refuseWithoutRuntime();
    try {
      return await work();
    } catch (error) {
      await this.#runtime.closeSession(session);
      throw refusalOf(error);
    }
  }

  async #tried(session: Session, spec: OnnxSpec, columns: readonly string[]): Promise<BatchModel> {
    const graph = await this.#runtime.load(session);
    const { timeoutMs, maxBatch } = spec;
    const feeding = feedingOf(graph.inputs, columns);
    const outputs = chosenOutputs(graph, spec);
    const plan = planOf(feeding, outputs);
    session.plan = plan;
    const modelWith = (how: Feeding) =>
      new OnnxModel({ runtime: this.#runtime, session, plan, feeding: how, outputs, timeoutMs, maxBatch });
    const model = modelWith(feeding);
    const isByRow = await runsByRow(model, feeding, columns.length);
    return isByRow ? model : modelWith({ ...feeding, fixedRows: 1 });
  }

  /** Told before a process is started for it. */
  #refuseWithoutRuntime(): void {
    try {
      createRequire(import.meta.url).resolve(this.#package);
    } catch {
      throw modelRuntimeMissing();
    }
  }
}

function planOf({ inputs }: Feeding, outputs: readonly Port[]): RunPlan {
  return {
    inputs: inputs.map(({ name, type, shape, hasRows }) => ({ name, type, shape, hasRows })),
    outputs: outputs.map(({ name }) => name),
  };
}

/** Runs a few rows of zeros, and says whether each has outputs of its own. */
async function runsByRow(model: OnnxModel, feeding: Feeding, columns: number): Promise<boolean> {
  const rows = feeding.fixedRows ?? PROBE_ROWS;
  const zeros = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  const { tensors } = await model.run(zeros, PROBE_MS, new AbortController().signal);
  return rows === 1 || tensors.every((tensor) => isByRow(tensor, rows));
}

function chosenOutputs({ outputs }: Graph, { outputs: wanted }: OnnxSpec): readonly Port[] {
  const chosen = wanted
    ? wanted.map((name) => outputs.find((output) => output.name === name) ?? name)
    : outputs;
  return chosen.map((output) => {
    if (typeof output === "string") {
      throw new Unfit(`It has no output "${output}"; it has ${outputs.map(({ name }) => name).join(", ")}.`);
    }
    if (!tellableTypes.has(output.type)) {
      throw new Unfit(`Its output "${output.name}" is of the type ${output.type ?? "of no tensor"}.`);
    }
    return output;
  });
}
