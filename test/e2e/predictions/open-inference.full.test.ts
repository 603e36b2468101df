import { afterAll, beforeAll, expect, test } from "vitest";
import type { HttpSpec } from "../../../src/predictions/model.ts";
import { openHttp } from "../../../src/predictions/models/http/open.ts";
import { type BatchModel, ModelFault, type Outputs } from "../../../src/predictions/models/scoring.ts";
import { type FittedModel, type ModelServer, startModelServer } from "../../support/model-server.ts";

let server: ModelServer;
const opened: BatchModel[] = [];

beforeAll(async () => {
  server = await startModelServer();
}, 600_000);

afterAll(async () => {
  await Promise.all(opened.map((model) => model.close()));
  await server?.[Symbol.asyncDispose]();
});

async function open(fitted: FittedModel, some: Partial<HttpSpec>): Promise<BatchModel> {
  const openModel = openHttp({
    resolve: async (address) => [{ address, family: 4 }],
    ca: undefined,
    maxResponseBytes: 1_000_000,
    maxConnections: 4,
  });
  const spec: HttpSpec = {
    type: "http",
    version: "1",
    url: server.url,
    protocol: "open-inference",
    datatype: "FP64",
    headers: {},
    timeoutMs: 10_000,
    retries: 0,
    maxBatch: 64,
    batchDelayMs: 5,
    failuresUntilOpen: 3,
    openMs: 500,
    ...some,
  };
  const model = await openModel(spec, fitted.columns, "p");
  if (model.kind !== "batch") throw new Error("A model on a server takes batches.");
  opened.push(model);
  return model;
}

const predict = (model: BatchModel, { rows }: FittedModel): Promise<readonly Outputs[]> =>
  model.predict(
    rows.map((row) => row.map((value) => value ?? Number.NaN)),
    new AbortController().signal,
  );

/** To 1e-5. */
function expectNear(actual: unknown, expected: readonly number[]): void {
  const numbers = actual as readonly number[];
  expect(numbers).toHaveLength(expected.length);
  for (const [i, number] of numbers.entries()) expect(Math.abs(number - expected[i]!)).toBeLessThan(1e-5);
}

test("a classifier gives its classes and their probabilities as it does in Python", async () => {
  const { iris } = server.models;
  const some = {
    name: "iris",
    tensor: "x",
    outputs: ["predict", "predict_proba"],
    datatype: "FP32",
  } as const;
  const model = await open(iris, some);

  const outputs = await predict(model, iris);

  expectNear(
    outputs.map(({ predict: label }) => label),
    iris.predict,
  );
  for (const [i, { predict_proba }] of outputs.entries()) expectNear(predict_proba, iris.predict_proba![i]!);
});

test("a regression gives what it does in Python, for missing values, too", async () => {
  const { diabetes } = server.models;
  const model = await open(diabetes, { name: "diabetes", remoteVersion: "v1", tensor: "x" });

  const outputs = await predict(model, diabetes);

  expect(diabetes.rows.flat()).toContain(null);
  expectNear(
    outputs.map(({ predict: value }) => value),
    diabetes.predict,
  );
});

test("a tensor for each column makes a table with their names", async () => {
  const { table } = server.models;
  const model = await open(table, { name: "table" });

  const outputs = await predict(model, table);

  expectNear(
    outputs.map(({ predict: value }) => value),
    table.predict,
  );
});

test("a model that is not there is told before it is asked, and refused in the words of the server", async () => {
  const { table } = server.models;
  const model = await open(table, { name: "nothing" });

  await expect.poll(() => model.trouble?.()).toBe("The model is not ready: its server answers 404.");
  await expect(predict(model, table)).rejects.toMatchObject({
    reason: "refused",
    message: expect.stringContaining("Model nothing not found"),
  });
});

test("an output that the model does not have is refused in the words of the server", async () => {
  const { table } = server.models;
  const model = await open(table, { name: "table", outputs: ["predict_proba"] });

  await expect(predict(model, table)).rejects.toMatchObject({
    reason: "refused",
    message: expect.stringContaining("predict_proba"),
  });
});

test("a server that is killed is left alone, and predicts again once it is back", async () => {
  const { table } = server.models;
  const model = await open(table, { name: "table" });
  const before = await predict(model, table);
  await server.kill();

  const faults: unknown[] = [];
  for (let i = 0; i < 5; i++) faults.push(await predict(model, table).catch((fault: unknown) => fault));
  const trouble = model.trouble?.();
  await server.start();

  expect(faults.every((fault) => fault instanceof ModelFault && fault.reason === "unavailable")).toBe(true);
  expect(trouble).toContain("left alone for 500 ms. The last one: The server of the model cannot be reached");
  await expect.poll(() => predict(model, table).catch(() => "not yet"), { timeout: 10_000 }).toEqual(before);
  expect(model.trouble?.()).toBeUndefined();
}, 120_000);
