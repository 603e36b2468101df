// JSON that is a predictor, and JSON that is none, with the field at fault. Those of the first list a schema can tell as well.

import type { JsonObject } from "../../../src/base/json/json.ts";
import { builtin, http, input, jsonOf, onnx, output } from "./predictors.ts";

type Invalid = readonly [what: string, json: JsonObject, field: string];

const withInput = (fields: JsonObject): JsonObject => jsonOf({ inputs: [{ ...input, ...fields }] });
const withOutput = (fields: JsonObject): JsonObject => jsonOf({ output: { ...output, ...fields } });
const withModel = (fields: JsonObject, of: JsonObject = http): JsonObject =>
  jsonOf({ model: { ...of, ...fields } });
const withTruth = (fields: JsonObject): JsonObject =>
  jsonOf({ monitoring: { truth: { path: "attributes/t", output: "score", kind: "regression", ...fields } } });
const { url: _url, ...withoutUrl } = http;
const { name: _name, ...withoutName } = http;
const json: JsonObject = {
  ...{ type: "http", version: "j1", url: "http://models.example.org/predict", protocol: "json" },
  ...{ request: { rows: "{{inputs}}" }, response: "predictions" },
};
const many = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, i) => ({ ...input, name: `n${i}` }));

export const valid: readonly (readonly [what: string, json: JsonObject])[] = [
  ["as small as can be", jsonOf({ status: undefined, bind: undefined, trigger: undefined })],
  [
    "with everything",
    jsonOf({
      description: "",
      policyId: "org.factory:models",
      authorizationContext: ["nginx:ditto", "google:1@x"],
      bind: {
        namespaces: ["org.factory", "org.x-y"],
        filter: "gt(attributes/a,1)",
        definition: "org.acme:bearing:*",
      },
      trigger: {
        paths: ["/features/a", "attributes"],
        debounce: "500ms",
        every: "10s",
        message: "predict/now",
      },
      inputs: [
        { ...input, window: 20, aggregate: "mean", scale: { mean: 1, std: 2 }, missing: "last" },
        { ...input, name: "w", window: "10m", aggregate: "p95.5", scale: { min: 0, max: 2 }, missing: "nan" },
        { ...input, name: "l", lag: 3, missing: { value: 0 }, expect: { type: "number", min: 0, max: 1 } },
        { ...input, name: "m", lag: "5m", expect: { type: "number" } },
        { ...input, name: "mode", path: "attributes/mode", oneHot: ["eco", "boost", 1, true] },
      ],
      model: onnx,
      shadow: [
        {
          ...http,
          tensor: "x",
          remoteVersion: "3",
          datatype: "FP64",
          outputs: ["p"],
          timeout: "1s",
          retries: 0,
        },
        { ...json, maxBatch: 1, batchDelay: "0ms", circuitBreaker: { failures: 1, open: "1s" } },
        { ...builtin, name: "forecast", parameters: { season: 24 }, version: "2" },
      ],
      canary: {
        share: 0.1,
        model: { ...onnx, version: "v2", outputs: ["p"], timeout: "100ms", maxBatch: 8 },
      },
      output: {
        feature: "watch",
        definition: ["org.acme:watch:1.0.0", "https://example.org/watch"],
        properties: { "a/b": "probabilities/1", "/c": "/label" },
        desiredProperties: { speed: "speed" },
        message: { subject: "alarm", when: { output: "score", above: 3 } },
        eventOnly: false,
        confidence: "confidence",
        attributions: "attributions",
      },
      monitoring: {
        baselineSize: 100,
        windowSize: 50,
        truth: {
          path: "attributes/failed",
          output: "score",
          kind: "classification",
          threshold: 0.7,
          within: "30d",
        },
        groups: "attributes/site",
        alerts: [{ on: "input-drift", above: 0.2 }],
      },
    }),
  ],
  ["that is only asked", jsonOf({ trigger: { paths: [], message: "predict" } })],
  ["that only says something", jsonOf({ output: { feature: "f", message: { subject: "alarm" } } })],
];

/** What a schema refuses as well. */
export const malformed: readonly Invalid[] = [
  ["without inputs", jsonOf({ inputs: undefined }), "/inputs"],
  ["with no input", jsonOf({ inputs: [] }), "/inputs"],
  ["with too many inputs", jsonOf({ inputs: many(257) }), "/inputs"],
  ["without a model", jsonOf({ model: undefined }), "/model"],
  ["without an output", jsonOf({ output: undefined }), "/output"],
  ["without subjects", jsonOf({ authorizationContext: undefined }), "/authorizationContext"],
  ["with no subject", jsonOf({ authorizationContext: [] }), "/authorizationContext"],
  [
    "with a subject without an issuer",
    jsonOf({ authorizationContext: ["ditto"] }),
    "/authorizationContext/0",
  ],
  ["with a subject that is a number", jsonOf({ authorizationContext: [1] }), "/authorizationContext/0"],
  ["with a field that there is not", jsonOf({ staus: "active" }), "/staus"],
  ["with an unknown field in an input", withInput({ agregate: "mean" }), "/inputs/0/agregate"],
  ["with an unknown field in the output", withOutput({ "a/b": 1 }), "/output/a~1b"],
  ["with null for a field", jsonOf({ description: null }), "/description"],
  ["with null for a part", jsonOf({ bind: null }), "/bind"],
  ["of an unknown status", jsonOf({ status: "open" }), "/status"],
  ["with a bad policy", jsonOf({ policyId: "nowhere" }), "/policyId"],
  ["with a bad namespace", jsonOf({ bind: { namespaces: ["org.factory.*"] } }), "/bind/namespaces/0"],
  ["with no namespace", jsonOf({ bind: { namespaces: [] } }), "/bind/namespaces"],
  ["with a debounce that is a number", jsonOf({ trigger: { debounce: 5 } }), "/trigger/debounce"],
  ["with a duration that is none", jsonOf({ trigger: { debounce: "soon" } }), "/trigger/debounce"],
  ["with too many paths", jsonOf({ trigger: { paths: Array(65).fill("attributes") } }), "/trigger/paths"],
  ["with a path elsewhere", withInput({ path: "_metadata/x" }), "/inputs/0/path"],
  ["with a path that is empty", withInput({ path: "/" }), "/inputs/0/path"],
  ["with an empty key in a path", withInput({ path: "attributes//x" }), "/inputs/0/path"],
  ["without the path of an input", jsonOf({ inputs: [{ name: "v" }] }), "/inputs/0/path"],
  ["with a name that has '='", withInput({ name: "a=b" }), "/inputs/0/name"],
  ["with a window of 0", withInput({ window: 0, aggregate: "mean" }), "/inputs/0/window"],
  ["with a window of no readings", withInput({ window: 1.5, aggregate: "mean" }), "/inputs/0/window"],
  ["with too long a window", withInput({ window: 10_001, aggregate: "mean" }), "/inputs/0/window"],
  ["with an unknown aggregate", withInput({ window: 5, aggregate: "median" }), "/inputs/0/aggregate"],
  ["with a lag of 0", withInput({ lag: 0 }), "/inputs/0/lag"],
  ["with too long a lag", withInput({ lag: 10_000 }), "/inputs/0/lag"],
  ["with no values of oneHot", withInput({ oneHot: [] }), "/inputs/0/oneHot"],
  ["with an object in oneHot", withInput({ oneHot: [{}] }), "/inputs/0/oneHot/0"],
  ["with half a scale", withInput({ scale: { mean: 1 } }), "/inputs/0/scale/std"],
  ["with a scale of both kinds", withInput({ scale: { mean: 1, min: 2 } }), "/inputs/0/scale/mean"],
  ["with a scale that divides by 0", withInput({ scale: { mean: 1, std: 0 } }), "/inputs/0/scale/std"],
  ["with a number beyond all", withInput({ missing: { value: 1e200 } }), "/inputs/0/missing/value"],
  ["with an unknown policy for missing", withInput({ missing: "zero" }), "/inputs/0/missing"],
  ["with an unknown type expected", withInput({ expect: { type: "text" } }), "/inputs/0/expect/type"],
  ["with a model of an unknown type", jsonOf({ model: { type: "pickle" } }), "/model/type"],
  ["with an unknown built-in model", withModel({ name: "oracle" }, builtin), "/model/name"],
  ["with parameters that are a list", withModel({ parameters: [] }, builtin), "/model/parameters"],
  ["with a field of another type", withModel({ url: "http://x" }, builtin), "/model/url"],
  ["with a file without a version", jsonOf({ model: { type: "onnx" } }), "/model/version"],
  ["with a bad version", withModel({ version: "v 1" }), "/model/version"],
  ["with a version that is a number", withModel({ version: 1 }), "/model/version"],
  ["with a version of two dots", withModel({ version: ".." }), "/model/version"],
  ["without a URL", jsonOf({ model: withoutUrl }), "/model/url"],
  ["with an unknown protocol", withModel({ protocol: "grpc" }), "/model/protocol"],
  ["with retries without end", withModel({ retries: 11 }), "/model/retries"],
  ["with a batch of 0", withModel({ maxBatch: 0 }), "/model/maxBatch"],
  ["with a header that is a number", withModel({ headers: { a: 1 } }), "/model/headers/a"],
  ["with unknown credentials", withModel({ credentials: { type: "magic" } }), "/model/credentials/type"],
  [
    "with credentials without a token",
    withModel({ credentials: { type: "bearer" } }),
    "/model/credentials/token",
  ],
  [
    "with too many shadows",
    jsonOf({ shadow: ["1", "2", "3", "4", "5"].map((v) => ({ ...onnx, version: v })) }),
    "/shadow",
  ],
  ["with a share beyond all", jsonOf({ canary: { share: 2, model: onnx } }), "/canary/share"],
  ["with a canary without a model", jsonOf({ canary: { share: 0.1 } }), "/canary/model"],
  ["without a feature", jsonOf({ output: { properties: { a: "b" } } }), "/output/feature"],
  ["with a slash in the feature", withOutput({ feature: "a/b" }), "/output/feature"],
  ["without names of properties", withOutput({ properties: {} }), "/output/properties"],
  ["with a property of no output", withOutput({ properties: { a: "" } }), "/output/properties/a"],
  ["with a definition that is none", withOutput({ definition: ["acme"] }), "/output/definition/0"],
  ["with a message without a subject", withOutput({ message: {} }), "/output/message/subject"],
  ["with eventOnly that is a text", withOutput({ eventOnly: "yes" }), "/output/eventOnly"],
  ["with nothing for a baseline", jsonOf({ monitoring: { baselineSize: 0 } }), "/monitoring/baselineSize"],
  [
    "with an unknown alert",
    jsonOf({ monitoring: { alerts: [{ on: "mood", above: 1 }] } }),
    "/monitoring/alerts/0/on",
  ],
  [
    "with an alert without a bound",
    jsonOf({ monitoring: { alerts: [{ on: "errors" }] } }),
    "/monitoring/alerts/0/above",
  ],
  ["with an unknown kind of truth", withTruth({ kind: "ranking" }), "/monitoring/truth/kind"],
];

/** What contradicts itself, which a schema does not see. */
export const contradictory: readonly Invalid[] = [
  ["with a subject twice", jsonOf({ authorizationContext: ["a:b", "a:b"] }), "/authorizationContext/1"],
  ["with two inputs of one name", jsonOf({ inputs: [input, input] }), "/inputs/1/name"],
  ["with a filter that is no RQL", jsonOf({ bind: { filter: "gt(" } }), "/bind/filter"],
  ["with a filter on what no thing has", jsonOf({ bind: { filter: "eq(topic:action,1)" } }), "/bind/filter"],
  ["that nothing triggers", jsonOf({ trigger: { paths: [] } }), "/trigger"],
  ["with every too often", jsonOf({ trigger: { every: "999ms" } }), "/trigger/every"],
  ["that reads itself", withInput({ path: "features/vibration-watch/properties/score" }), "/inputs/0/path"],
  [
    "that triggers itself",
    jsonOf({ trigger: { paths: ["attributes", "/features/vibration-watch"] } }),
    "/trigger/paths/1",
  ],
  ["with an aggregate of no window", withInput({ aggregate: "mean" }), "/inputs/0/aggregate"],
  ["with a percentile above 100", withInput({ window: 5, aggregate: "p101" }), "/inputs/0/aggregate"],
  ["with a window and a lag", withInput({ window: 5, lag: 1 }), "/inputs/0/lag"],
  ["with a window of no time", withInput({ window: "0s" }), "/inputs/0/window"],
  ["with a lag of years", withInput({ lag: "2y" }), "/inputs/0/lag"],
  ["with oneHot of a window", withInput({ oneHot: ["a"], window: 5 }), "/inputs/0/oneHot"],
  ["with oneHot that is scaled", withInput({ oneHot: ["a"], scale: { min: 0, max: 1 } }), "/inputs/0/scale"],
  ["with columns of one name", withInput({ oneHot: ["1", 1] }), "/inputs/0/oneHot/1"],
  ["with a scale from high to low", withInput({ scale: { min: 1, max: 1 } }), "/inputs/0/scale/max"],
  ["with a last slope", withInput({ window: 5, aggregate: "slope", missing: "last" }), "/inputs/0/missing"],
  ["that expects what cannot be", withInput({ expect: { min: 2, max: 1 } }), "/inputs/0/expect/max"],
  ["with bounds of a text", withInput({ expect: { type: "string", min: 2 } }), "/inputs/0/expect/type"],
  [
    "with too many columns",
    jsonOf({ inputs: many(2).map((one) => ({ ...one, oneHot: Array.from({ length: 600 }, (_, i) => i) })) }),
    "/inputs",
  ],
  ["with a version twice", jsonOf({ model: onnx, shadow: [onnx] }), "/shadow/0/version"],
  [
    "with the first version twice",
    jsonOf({ canary: { share: 0.1, model: builtin } }),
    "/canary/model/version",
  ],
  ["with a URL that is none", withModel({ url: "models" }), "/model/url"],
  ["with a URL of files", withModel({ url: "file:///etc/passwd" }), "/model/url"],
  ["with a password in the URL", withModel({ url: "https://u:p@models.example.org" }), "/model/url"],
  ["with the header host", withModel({ headers: { Host: "x" } }), "/model/headers/Host"],
  [
    "with a length of its own",
    withModel({ headers: { "content-length": "1" } }),
    "/model/headers/content-length",
  ],
  ["with a line break in a header", withModel({ headers: { a: "b\r\nc: d" } }), "/model/headers/a"],
  ["without the name of a model there", jsonOf({ model: withoutName }), "/model/name"],
  ["with a tensor in plain JSON", withModel({ tensor: "x" }, json), "/model/tensor"],
  ["with a datatype in plain JSON", withModel({ datatype: "FP32" }, json), "/model/datatype"],
  ["with a template of nothing", withModel({ request: { rows: [] } }, json), "/model/request"],
  ["with a template of the other protocol", withModel({ request: "{{inputs}}" }), "/model/request"],
  ["that does nothing", jsonOf({ output: { feature: "f" } }), "/output"],
  [
    "that tells no event",
    jsonOf({ output: { feature: "f", message: { subject: "s" }, eventOnly: true } }),
    "/output/eventOnly",
  ],
  [
    "with a property within another",
    withOutput({ properties: { "a/b": "x", a: "y" } }),
    "/output/properties/a~1b",
  ],
  ["with a property twice", withOutput({ properties: { a: "x", "/a": "y" } }), "/output/properties/~1a"],
  [
    "with a condition of both bounds",
    withOutput({ message: { subject: "s", when: { output: "o", above: 1, below: 0 } } }),
    "/output/message/when",
  ],
  [
    "with a condition of no bound",
    withOutput({ message: { subject: "s", when: { output: "o" } } }),
    "/output/message/when",
  ],
  ["with a threshold of a regression", withTruth({ threshold: 1 }), "/monitoring/truth/threshold"],
  ["of great length", jsonOf({ model: { ...builtin, parameters: { a: "x".repeat(270_000) } } }), ""],
];
