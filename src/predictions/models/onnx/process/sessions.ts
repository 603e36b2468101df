// The models that are loaded in this process.

import type * as Ort from "onnxruntime-node";
import { type Graph, MAX_OUTPUT_ELEMENTS, type Port, type RunPlan, type Tensor } from "../messages.ts";
import { feedsOf, readRun } from "../run-frames.ts";
import { refuseExternalData } from "./external-data.ts";
import { withoutZipMaps, type ZipMap } from "./zip-maps.ts";

type Runtime = Pick<typeof Ort, "InferenceSession" | "Tensor">;

/** A thread of its own for each session would be many; the process is the unit that is multiplied. */
const OPTIONS: Ort.InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  executionMode: "sequential",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // What an arena has taken once, it keeps for ever; patterns are kept for each number of rows there ever was.
  enableCpuMemArena: false,
  enableMemPattern: false,
  // Only what is fatal: a model's faults are told to who asked.
  logSeverityLevel: 4,
};

interface Loaded {
  readonly session: Ort.InferenceSession;
  /** By the name of the output that they made. */
  readonly zipMaps: ReadonlyMap<string, ZipMap>;
  plan?: RunPlan;
  /** Of the tensors that are the outputs of the plan. */
  fetches: readonly string[];
}

export class Sessions {
  readonly #runtime: Runtime;
  readonly #loaded = new Map<number, Loaded>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** @throws Error that says what is wrong with the file */
  async open(id: number, file: Uint8Array): Promise<Graph> {
    refuseExternalData(file);
    const { model, zipMaps } = withoutZipMaps(file);
    const session = await this.#runtime.InferenceSession.create(model, OPTIONS);
    this.#loaded.set(id, { session, zipMaps, fetches: [] });
    return {
      inputs: session.inputMetadata.map((meta) => portOf(meta)),
      outputs: [...outputsOf(session, zipMaps)],
    };
  }

  plan(id: number, plan: RunPlan): void {
    const loaded = this.#get(id);
    loaded.plan = plan;
    loaded.fetches = plan.outputs.map((name) => loaded.zipMaps.get(name)?.tensor ?? name);
  }

  /** Runs the request of such a content (run-frames.ts), and gives the outputs in the order of the plan. */
  async run(content: Uint8Array): Promise<Tensor[]> {
    const { session: id, rows } = readRun(content);
    const { session, plan, fetches } = this.#get(id);
    if (!plan) throw new Error("It is not said how the model is run.");
    const feeds: Record<string, Ort.Tensor> = {};
    for (const feed of feedsOf(content, plan, rows)) feeds[feed.name] = this.#tensorOf(feed);
    const results = await session.run(feeds, fetches);
    return plan.outputs.map((name, i) => tellable(name, results[fetches[i] as string]));
  }

  async close(id: number): Promise<void> {
    const loaded = this.#loaded.get(id);
    this.#loaded.delete(id);
    await loaded?.session.release();
  }

  #get(id: number): Loaded {
    const loaded = this.#loaded.get(id);
    if (!loaded) throw new Error("The model is not loaded.");
    return loaded;
  }

  #tensorOf({ type, data, dims }: Tensor): Ort.Tensor {
    return new this.#runtime.Tensor(type as "float32", data as Float32Array, dims as number[]);
  }
}

function* outputsOf(session: Ort.InferenceSession, zipMaps: Loaded["zipMaps"]): Iterable<Port> {
  const named = new Map(session.outputMetadata.map((meta) => [meta.name, meta]));
  const inner = new Set([...zipMaps.values()].filter(({ isAdded }) => isAdded).map(({ tensor }) => tensor));
  for (const meta of named.values()) if (!inner.has(meta.name)) yield portOf(meta);
  for (const [name, { tensor, classes }] of zipMaps) {
    const meta = named.get(tensor);
    if (meta) yield { ...portOf(meta), name, classes };
  }
}

function portOf(meta: Ort.InferenceSession.ValueMetadata): Port {
  return meta.isTensor
    ? { name: meta.name, type: meta.type, shape: [...meta.shape] }
    : { name: meta.name, shape: [] };
}

function tellable(name: string, result: Ort.OnnxValue | undefined): Tensor {
  if (!result) throw new Error(`It gave no output "${name}".`);
  const { type, dims, data } = result;
  if (data.length > MAX_OUTPUT_ELEMENTS) throw new Error(`Its output "${name}" has too many elements.`);
  return { name, type, dims, data: data as Tensor["data"] };
}
