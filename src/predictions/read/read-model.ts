// The models of a predictor: by which it predicts, and those that are tried beside it.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { type Path, readPath } from "../../base/json/pointer.ts";
import { predictorInvalid } from "../errors.ts";
import {
  below,
  duration,
  entries,
  type Given,
  given,
  list,
  members,
  object,
  oneOf,
  optional,
  type Reads,
  required,
  text,
  whole,
} from "../fields.ts";
import { type BuiltinSpec, builtinNames, type HttpSpec, type ModelSpec, type OnnxSpec } from "../model.ts";
import { flawOfHttp } from "../models/http/flaws.ts";
import { FIRST_VERSION } from "../models-in.ts";
import { version } from "./read-names.ts";

const name = text({ max: 200 });
const outputs = list(name, { max: 256 });
const timeout = duration("10ms", "60s");
const batch = whole({ min: 1, max: 4_096 });
const anything: Reads<JsonValue> = ({ value }) => value;
const anyObject: Reads<JsonObject> = (given) => object(given).value;

const readers: { readonly [T in ModelSpec["type"]]: Reads<Extract<ModelSpec, { type: T }>> } = {
  builtin: readBuiltin,
  onnx: readOnnx,
  http: readHttp,
};
const types = Object.keys(readers) as ModelSpec["type"][];

/** Reads a model of any type. */
export const readModel: Reads<ModelSpec> = (given) =>
  readers[required(object(given), "type", oneOf(types))](given);

function readBuiltin(value: Given): BuiltinSpec {
  const part = members(value, ["type", "version", "name", "parameters"]);
  return {
    type: "builtin",
    version: optional(part, "version", version) ?? FIRST_VERSION,
    name: required(part, "name", oneOf(builtinNames)),
    parameters: optional(part, "parameters", anyObject) ?? {},
  };
}

function readOnnx(value: Given): OnnxSpec {
  const part = members(value, ["type", "version", "outputs", "timeout", "maxBatch"]);
  return {
    type: "onnx",
    version: required(part, "version", version),
    ...given(part, "outputs", outputs),
    timeoutMs: optional(part, "timeout", timeout) ?? 2_000,
    maxBatch: optional(part, "maxBatch", batch) ?? 256,
  };
}

const httpKeys = [
  ...[
    "type",
    "version",
    "url",
    "protocol",
    "name",
    "remoteVersion",
    "tensor",
    "datatype",
    "outputs",
    "request",
  ],
  ...["response", "headers", "credentials", "timeout", "retries", "maxBatch", "batchDelay", "circuitBreaker"],
];

function readHttp(value: Given): HttpSpec {
  const part = members(value, httpKeys);
  const protocol = required(part, "protocol", oneOf(["open-inference", "json"]));
  if (protocol === "json" && "datatype" in part.value)
    throw predictorInvalid(below(part.at, "datatype"), "It has no meaning with the protocol 'json'.");
  const breaker = optional(part, "circuitBreaker", (inner) => members(inner, ["failures", "open"]));
  const spec: HttpSpec = {
    type: "http",
    version: optional(part, "version", version) ?? FIRST_VERSION,
    url: required(part, "url", text({ max: 2_000 })),
    protocol,
    ...given(part, "name", name),
    ...given(part, "remoteVersion", name),
    ...given(part, "tensor", name),
    datatype: optional(part, "datatype", oneOf(["FP32", "FP64"])) ?? "FP32",
    ...given(part, "outputs", outputs),
    ...given(part, "request", anything),
    ...given(part, "response", responsePath),
    headers: optional(part, "headers", readHeaders) ?? {},
    ...given(part, "credentials", readCredentials),
    timeoutMs: optional(part, "timeout", timeout) ?? 2_000,
    retries: optional(part, "retries", whole({ min: 0, max: 10 })) ?? 2,
    maxBatch: optional(part, "maxBatch", batch) ?? 64,
    batchDelayMs: optional(part, "batchDelay", duration("0s", "1s")) ?? 5,
    failuresUntilOpen: (breaker && optional(breaker, "failures", whole({ min: 1, max: 1_000 }))) ?? 5,
    openMs: (breaker && optional(breaker, "open", duration("100ms", "1h"))) ?? 10_000,
  };
  const flaw = flawOfHttp(spec);
  if (flaw) throw predictorInvalid(`${part.at}/${flaw.field}`, flaw.reason);
  return spec;
}

/** Where in the answer; the empty text is the answer itself. */
const responsePath: Reads<Path> = (given) => readPath(text({ min: 0, max: 1_000 })(given));

const readHeaders: Reads<HttpSpec["headers"]> = (value) =>
  Object.fromEntries(
    entries(value, { min: 0, max: 32 }).map(([key, member]) => [key, text({ min: 0, max: 8_192 })(member)]),
  );

const secret = text({ max: 16_384 });

function readCredentials(value: Given): NonNullable<HttpSpec["credentials"]> {
  const type = required(object(value), "type", oneOf(["basic", "bearer"]));
  if (type === "bearer") return { type, token: required(members(value, ["type", "token"]), "token", secret) };
  const part = members(value, ["type", "username", "password"]);
  return {
    type,
    username: required(part, "username", text({ max: 1_000 })),
    password: required(part, "password", secret),
  };
}
