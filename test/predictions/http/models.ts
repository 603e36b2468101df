// Models on a server of the tests' own, which answers as it is told.

import type { HttpSpec } from "../../../src/predictions/model.ts";
import { type HttpParts, openHttp } from "../../../src/predictions/models/http/open.ts";
import type { BatchModel } from "../../../src/predictions/models/scoring.ts";
import { ModelFault } from "../../../src/predictions/models/scoring.ts";
import { type AnswerTo, type HttpEndpoint, startHttpEndpoint } from "../../support/brokers/https.ts";

export const columns = ["temperature", "speed"];

export const rows = [
  [20.5, 1],
  [21, -2.25],
  [30, 0],
];

export const specFor = (port: number, some: Partial<HttpSpec> = {}): HttpSpec => ({
  type: "http",
  version: "1",
  url: `http://127.0.0.1:${port}/v1/models/bearing:predict`,
  protocol: "json",
  datatype: "FP32",
  headers: {},
  timeoutMs: 2_000,
  retries: 0,
  maxBatch: 64,
  batchDelayMs: 5,
  failuresUntilOpen: 1_000,
  openMs: 10_000,
  ...some,
});

/** Of a server that speaks the Open Inference Protocol. */
export const inferenceSpec = (port: number, some: Partial<HttpSpec> = {}): HttpSpec =>
  specFor(port, { url: `http://127.0.0.1:${port}`, protocol: "open-inference", name: "bearing", ...some });

export const httpParts: HttpParts = {
  resolve: async (address) => [{ address, family: 4 }],
  ca: undefined,
  maxResponseBytes: 100_000,
  maxConnections: 4,
};

export async function open(spec: HttpSpec, some: Partial<HttpParts> = {}): Promise<BatchModel> {
  const model = await openHttp({ ...httpParts, ...some })(spec, columns, "p");
  if (model.kind !== "batch") throw new Error("A model on a server takes batches.");
  return model;
}

export interface Served extends AsyncDisposable {
  readonly model: BatchModel;
  readonly endpoint: HttpEndpoint;
  /** The bodies of the requests for predictions. */
  bodies(): readonly unknown[];
}

/** A model whose server answers so. */
export async function served(
  answer: AnswerTo,
  some: Partial<HttpSpec> = {},
  parts: Partial<HttpParts> = {},
): Promise<Served> {
  const endpoint = await startHttpEndpoint();
  endpoint.answer(answer);
  const make = some.protocol === "open-inference" ? inferenceSpec : specFor;
  const model = await open(make(endpoint.port, some), parts);
  return {
    model,
    endpoint,
    bodies: () =>
      endpoint.received
        .filter(({ method }) => method === "POST")
        .map(({ body }) => JSON.parse(body.toString()) as unknown),
    [Symbol.asyncDispose]: async () => {
      await model.close();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

/** Answers with JSON. */
export const says =
  (body: unknown, status = 200, headers: Record<string, string> = {}): AnswerTo =>
  (_, response) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));

/** One prediction for each row of the default request. */
export const sums: AnswerTo = (request, response) => {
  const { instances } = JSON.parse(request.body.toString()) as { instances: number[][] };
  response.end(JSON.stringify({ predictions: instances.map((row) => row.reduce((a, b) => a + b, 0)) }));
};

export const predict = (model: BatchModel, given: readonly (readonly number[])[] = rows) =>
  model.predict(given, new AbortController().signal);

/** How a prediction fails. */
export async function faultOf(prediction: Promise<unknown>): Promise<ModelFault> {
  const error = await prediction.then(
    (outputs) => new Error(`It came: ${JSON.stringify(outputs)}`),
    (fault: unknown) => fault,
  );
  if (!(error instanceof ModelFault)) throw error;
  return error;
}
