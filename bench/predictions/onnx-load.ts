// Program: predictions by ONNX models of 16 inputs, through the server's seam and by the bare runtime in this process.

import { createReadStream, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { OnnxModels } from "../../src/predictions/models/onnx/onnx-models.ts";
import type { BatchModel } from "../../src/predictions/models/scoring.ts";
import { median } from "../interleave.ts";
import { serveJobs } from "../load/jobs.ts";
import type { BenchRow, Rounds } from "../row.ts";

export interface OnnxJob {
  readonly rounds: number;
  readonly roundSeconds: number;
}

const COLUMNS = 16;
const BATCHES = [256, 64, 1];
/** Batches that are asked for at a time, as the predictors of a busy server do. */
const AT_ONCE = 6;
/** Of all that is predicted with the default size of batches. */
const TARGET = 0.6;

/** Made with scikit-learn: a hundred trees, as much of what is trained on tables is, and layers of 64 and 32, which cost next to nothing. */
const kinds = { trees: "100 trees", perceptron: "two small layers" } as const;
type Kind = keyof typeof kinds;

const fileOf = (kind: Kind): string =>
  fileURLToPath(new URL(`../../test/fixtures/predictions/onnx/${kind}.onnx`, import.meta.url));
const signal = new AbortController().signal;

/** Runs a batch; what it gives is looked at, or it might as well not have been made. */
type Side = () => Promise<void>;

async function measure(job: OnnxJob): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const kind of Object.keys(kinds) as Kind[]) rows.push(...(await measureKind(kind, job)));
  return rows;
}

async function measureKind(kind: Kind, { rounds, roundSeconds }: OnnxJob): Promise<BenchRow[]> {
  const file = fileOf(kind);
  const models = new OnnxModels({
    readFile: () => createReadStream(file),
    processes: 1,
    memoryBytes: 2 ** 30,
    maxSessions: 10,
  });
  const columns = Array.from({ length: COLUMNS }, (_, i) => `c${i}`);
  const spec = { type: "onnx", version: "1", timeoutMs: 10_000, maxBatch: 256 } as const;
  const ours = (await models.open(spec, columns, "bench")) as BatchModel;
  const bare = await InferenceSession.create(readFileSync(file), {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const rows: BenchRow[] = [];
  for (const batch of BATCHES) {
    const rates = await inTurns(rounds, roundSeconds, batch, oursOf(ours, batch), bareOf(bare, batch));
    rows.push(rowOf(kind, batch, rates));
  }
  await models.close();
  return rows;
}

function oursOf(model: BatchModel, batch: number): Side {
  const rows = Array.from({ length: batch }, () => Array.from({ length: COLUMNS }, Math.random));
  return async () => expectNumber((await model.predict(rows, signal))[batch - 1]?.variable);
}

function bareOf(session: InferenceSession, batch: number): Side {
  const data = Float32Array.from({ length: batch * COLUMNS }, Math.random);
  return async () => {
    const { variable } = await session.run({ X: new Tensor("float32", data, [batch, COLUMNS]) });
    expectNumber(variable?.data[batch - 1]);
  };
}

function expectNumber(value: unknown): void {
  if (typeof value !== "number") throw new Error("There is no prediction.");
}

async function inTurns(rounds: number, seconds: number, batch: number, ours: Side, limit: Side) {
  const [a, b]: [number[], number[]] = [[], []];
  // The first round warms both up.
  for (let round = 0; round <= rounds; round++) {
    a.push(batch * (await rateOf(ours, AT_ONCE, seconds)));
    b.push(batch * (await rateOf(limit, 1, seconds)));
  }
  return { value: a.slice(1), limit: b.slice(1) };
}

/** Batches a second. */
async function rateOf(side: Side, atOnce: number, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const end = startedAt + seconds * 1_000;
  let done = 0;
  const loop = async () => {
    for (; performance.now() < end; done++) await side();
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  return (done / (performance.now() - startedAt)) * 1_000;
}

function rowOf(kind: Kind, batch: number, rounds: Required<Rounds>): BenchRow {
  const [value, limit] = [median(rounds.value), median(rounds.limit)];
  const name = `ONNX model of ${COLUMNS} inputs, ${kinds[kind]}, ${batch === 1 ? "row by row" : `batches of ${batch}`}`;
  const aim = batch === BATCHES[0] ? { target: TARGET } : {};
  return { name, value, unit: "predictions/s", limit, ratio: value / limit, ...aim, rounds };
}

serveJobs(measure);
