// The models of predictors, by their types (docs/predictions.md).

import { Type } from "typebox";
import { named } from "./json.ts";
import { about, closed, duration, maybe, name, whole } from "./predictor-parts.ts";

const names = (description: string) =>
  Type.Array(name("Of an output."), { description, minItems: 1, maxItems: 256 });
const timeout = maybe(duration("How long an answer may take, 10ms to 60s.", "2s"));
const maxBatch = (usual: number) => maybe(whole("Rows that are asked for at once.", 1, 4_096, usual));

const credentials = Type.Union(
  [
    closed(
      {
        type: Type.String({ enum: ["basic"] }),
        username: Type.String({ minLength: 1, maxLength: 1_000 }),
        password: Type.String({ ...about("A secret."), minLength: 1, maxLength: 16_384 }),
      },
      "A user and a password.",
    ),
    closed(
      {
        type: Type.String({ enum: ["bearer"] }),
        token: Type.String({ ...about("A secret."), minLength: 1, maxLength: 16_384 }),
      },
      "A token.",
    ),
  ],
  about("For the server of models."),
);

const builtin = closed(
  {
    type: Type.String({ enum: ["builtin"] }),
    version: maybe(named("ModelVersion")),
    name: Type.String({ enum: ["anomaly", "forecast", "remaining-useful-life", "clustering"] }),
    parameters: maybe(named("JsonObject")),
  },
  "A model of the server's own, which learns from each reading of a thing.",
);

const onnx = closed(
  {
    type: Type.String({ enum: ["onnx"] }),
    version: named("ModelVersion"),
    outputs: maybe(names("Those of the graph that are told; by default all.")),
    timeout,
    maxBatch: maxBatch(256),
  },
  "An uploaded file, named by the version.",
);

const http = closed(
  {
    type: Type.String({ enum: ["http"] }),
    version: maybe(named("ModelVersion")),
    url: Type.String({ ...about("Of http or https."), minLength: 1, maxLength: 2_000 }),
    protocol: Type.String({ enum: ["open-inference", "json"] }),
    name: maybe(name("Of the model there.")),
    remoteVersion: maybe(name("Of the model there.")),
    tensor: maybe(name("Which holds all columns; by default there is one for each input.")),
    datatype: maybe(Type.String({ enum: ["FP32", "FP64"], default: "FP32" })),
    outputs: maybe(names("Those that are asked for.")),
    request: maybe(named("JsonValue")),
    response: maybe(Type.String({ ...about("Where in the answer the predictions are."), maxLength: 1_000 })),
    headers: maybe(
      Type.Object(
        {},
        {
          description: "To be sent along; their values are secrets.",
          maxProperties: 32,
          additionalProperties: Type.String({ maxLength: 8_192 }),
        },
      ),
    ),
    credentials: maybe(credentials),
    timeout,
    retries: maybe(whole("How often it is asked again.", 0, 10, 2)),
    maxBatch: maxBatch(64),
    batchDelay: maybe(duration("For so long a batch gathers.", "5ms")),
    circuitBreaker: maybe(
      closed(
        {
          failures: maybe(whole("In a row, after which it is not asked.", 1, 1_000, 5)),
          open: maybe(duration("For so long.", "10s")),
        },
        "When a server that fails is left alone.",
      ),
    ),
  },
  "A server of models.",
);

export const modelSchemas = {
  ModelVersion: Type.String({
    description: "Names a version of a model; each once in a predictor.",
    pattern: "^(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,60}$",
    examples: ["v3"],
  }),
  Model: Type.Union([builtin, onnx, http], about("A model, by its type.")),
};
