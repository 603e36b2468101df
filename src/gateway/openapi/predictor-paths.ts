// Predictors: models bound to things, a resource that Ditto does not have.

import { said, shared, told200 } from "./answers.ts";
import {
  type Answer,
  type Content,
  json,
  type Operation,
  type Parameter,
  type PathItem,
  type Schema,
  schemaRef,
} from "./openapi.ts";
import { parameter } from "./parameters.ts";

const base = "/api/2/predictors";
const one = `${base}/{predictorId}`;
const told = ["correlation-id", "ditto-originator", "response-required"];

const inQuery = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: "query",
  description,
  schema,
});
const time: Schema = {
  type: "string",
  pattern: "^(?:\\d{1,16}|[+-]?\\d{4,}-\\d\\d-\\d\\dT.+)$",
  examples: ["2026-01-31T12:00:00Z"],
};
const span = (example: string): Schema => ({
  type: "string",
  pattern: "^\\d{1,18}(?:ms|mo|[smhdwy])?$",
  examples: [example],
});
const modelVersion = schemaRef("ModelVersion");

/** The parameters as components of the document. */
export const predictorParameters: Readonly<Record<string, Parameter>> = {
  predictorId: {
    ...{ name: "predictorId", in: "path", required: true, description: "ID of the predictor." },
    schema: schemaRef("PredictorId"),
  },
  modelVersion: {
    ...{ name: "modelVersion", in: "path", required: true, description: "Version of a model." },
    schema: modelVersion,
  },
  predictorsAfter: inQuery("after", "The ID after which the page begins.", schemaRef("PredictorId")),
  predictorsLimit: inQuery("limit", "How many predictors at most.", {
    ...{ type: "integer", minimum: 1, maximum: 1_000, default: 100 },
  }),
  baselineVersion: inQuery("version", "The version of whose model it is; without it, of all.", modelVersion),
  modelChecksum: inQuery("checksum", "SHA-256 of the file: one that differs is refused.", {
    type: "string",
    pattern: "^(?:[Ss][Hh][Aa]-?256:)?[0-9A-Fa-f]{64}$",
  }),
  modelDigest: {
    ...{ name: "content-digest", in: "header", description: "The same, as RFC 9530 has it." },
    schema: {
      type: "string",
      examples: ["sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"],
    },
  },
  trainingFrom: inQuery("from", "Rows of readings from then on; ISO 8601, or milliseconds since 1970.", time),
  trainingTo: inQuery("to", "Rows of readings until then; without it, until now.", time),
  trainingThing: inQuery("thingId", "Rows of this thing only.", schemaRef("ThingId")),
  trainingLabel: inQuery("label", "Where in the thing the truth is told that each row is to have.", {
    type: "string",
    examples: ["features/machine/properties/failed"],
  }),
  trainingLabelWithin: inQuery("labelWithin", "For so long after a row its label may come.", span("7d")),
  trainingLimit: inQuery("limit", "How many rows at most.", {
    ...{ type: "integer", minimum: 1, maximum: 100_000_000, default: 1_000_000 },
  }),
  trainingFormat: inQuery("format", "As which it comes; else 'Accept' says so.", {
    ...{ type: "string", enum: ["csv", "jsonl"], default: "csv" },
  }),
};

/** What is told, as components of the document. */
export const predictorAnswerSchemas: Readonly<Record<string, Schema>> = {
  PredictorList: { type: "array", items: { type: "object" }, description: "By their IDs, a page of them." },
  PredictorStatus: {
    ...{ type: "object", required: ["id", "status"], description: "How a predictor is doing." },
    properties: { id: schemaRef("PredictorId"), status: { type: "string", enum: ["active", "paused"] } },
  },
  ModelFile: {
    ...{ type: "object", required: ["version", "bytes", "checksum", "created"] },
    description: "An uploaded file of a model.",
    properties: {
      version: modelVersion,
      bytes: { type: "integer", minimum: 0 },
      checksum: { type: "string", description: "SHA-256, in hexadecimal digits.", pattern: "^[0-9a-f]{64}$" },
      created: { type: "string", format: "date-time" },
    },
  },
  ModelFiles: { type: "array", items: schemaRef("ModelFile"), description: "By their versions." },
};

const common = [400, 401, 403, 408, 414, 429, 431, 503] as const;
const refused = (...more: readonly number[]) => shared(...common, ...more);
const of = (schema: string, ...names: readonly string[]): Answer =>
  told200(schema, "The answer.", ...told, ...names);
const created = (schema: string, ...names: readonly string[]): Answer => ({
  ...of(schema, "location", "etag", ...names),
  description: "It was created.",
});

interface More {
  readonly parameters?: readonly string[];
  readonly body?: Content;
}

function operation(
  operationId: string,
  summary: string,
  responses: Operation["responses"],
  { parameters = [], body }: More = {},
): Operation {
  return {
    ...{ operationId, summary, tags: ["Predictors"] },
    parameters: [...parameters, "correlation-id", "timeout"].map(parameter),
    ...(body && { requestBody: { required: true, content: body } }),
    responses,
    security: [{ devops: [] }, { basic: [] }, { bearer: [] }, { preAuthenticated: [] }],
  };
}

const binary: Content = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };
const ofPredictor = { parameters: [parameter("predictorId")] };
const ofModel = { parameters: ["predictorId", "modelVersion"].map(parameter) };
const conditional = ["if-match", "if-none-match"];
const past = ["at-historical-revision", "at-historical-timestamp"];

export const predictorPaths: Readonly<Record<string, PathItem>> = {
  [base]: {
    get: operation(
      "getPredictors",
      "List the predictors that the caller may see",
      { 200: of("PredictorList", "link"), ...refused() },
      { parameters: ["fields", "predictorsAfter", "predictorsLimit"] },
    ),
  },
  [one]: {
    ...ofPredictor,
    get: operation(
      "getPredictor",
      "Read a predictor",
      {
        200: of("Predictor", "entity-revision", "etag", "historical-headers"),
        ...shared(304),
        ...refused(404, 412),
      },
      { parameters: ["fields", ...conditional, ...past] },
    ),
    put: operation(
      "putPredictor",
      "Write a predictor; what it has learned stays as far as it fits",
      { 201: created("Predictor", "entity-revision"), ...shared(204), ...refused(404, 409, 412, 413, 415) },
      { parameters: conditional, body: json("Predictor") },
    ),
    patch: operation(
      "patchPredictor",
      "Merge into a predictor",
      { ...shared(204), ...refused(404, 409, 412, 413, 415) },
      {
        parameters: conditional,
        body: { "application/merge-patch+json": { schema: schemaRef("JsonObject") } },
      },
    ),
    delete: operation(
      "deletePredictor",
      "Delete a predictor with its files and what it has learned",
      { ...shared(204), ...refused(404, 412) },
      { parameters: conditional },
    ),
  },
  [`${one}/status`]: {
    ...ofPredictor,
    get: operation("getPredictorStatus", "Read how a predictor is doing", {
      200: of("PredictorStatus"),
      ...refused(404),
    }),
  },
  [`${one}/baseline`]: {
    ...ofPredictor,
    delete: operation(
      "deletePredictorBaseline",
      "Forget what predictions are compared with: the next ones become it",
      { ...shared(204), ...refused(404) },
      { parameters: ["baselineVersion"] },
    ),
  },
  [`${one}/rollback`]: {
    ...ofPredictor,
    post: operation("postPredictorRollback", "Go back to the model whose predictions were written before", {
      ...shared(204),
      ...refused(404, 409, 412),
    }),
  },
  [`${one}/models`]: {
    ...ofPredictor,
    get: operation("getModelFiles", "List the files of models", { 200: of("ModelFiles"), ...refused(404) }),
  },
  [`${one}/models/{modelVersion}`]: {
    ...ofModel,
    get: operation(
      "getModelFile",
      "Download the file of a model",
      {
        200: { ...said("The file; its SHA-256 is its entity tag.", ...told, "etag"), content: binary },
        ...shared(304),
        ...refused(404),
      },
      { parameters: ["if-none-match"] },
    ),
    put: operation(
      "putModelFile",
      "Upload the file of a model; one that is in use is not replaced",
      { 201: created("ModelFile"), ...shared(204), ...refused(404, 409, 412, 413, 415) },
      { parameters: ["modelChecksum", "modelDigest", ...conditional], body: binary },
    ),
    delete: operation(
      "deleteModelFile",
      "Delete the file of a model that is not in use",
      { ...shared(204), ...refused(404, 409, 412) },
      { parameters: conditional },
    ),
  },
  [`${one}/models/{modelVersion}/activate`]: {
    ...ofModel,
    post: operation("postModelActivate", "Write the predictions of this version from now on", {
      ...shared(204),
      ...refused(404, 409, 412),
    }),
  },
  [`${one}/training-data`]: {
    ...ofPredictor,
    get: operation(
      "getTrainingData",
      "Export what the predictor would have been given in the past, row by row, for training",
      {
        200: {
          ...said("The table, which is made while it is sent; one that breaks off is not whole.", ...told),
          content: {
            "text/csv": { schema: { type: "string" } },
            "application/x-ndjson": { schema: { type: "string" } },
          },
        },
        ...refused(404),
      },
      {
        parameters: Object.keys(predictorParameters).filter((name) => name.startsWith("training")),
      },
    ),
  },
};
