// What is stored of a predictor: which things it is for, when it predicts, from what, by which model, and what becomes of it.

import type { Aggregate } from "../base/aggregates.ts";
import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";

/** A model bound to things (docs/predictions.md). */
export interface Predictor {
  readonly id: string;
  readonly description?: string;
  readonly status: "active" | "paused";
  /** The policy that says who else than operators may see and change the predictor (resource `predictor:/`). */
  readonly policyId?: string;
  /** The subjects whose rights it has. */
  readonly authorizationContext: readonly string[];
  readonly bind: Binding;
  readonly trigger: Trigger;
  readonly inputs: readonly Input[];
  /** The one whose predictions are written. */
  readonly model: ModelSpec;
  /** Scored beside it; nothing of them is written. */
  readonly shadows: readonly ModelSpec[];
  /** Takes the place of {@link model} for a share of the things. */
  readonly canary?: Canary;
  readonly output: Output;
  readonly monitoring: MonitoringSpec;
}

/** The things that a predictor is for: those for which all that is given holds. */
export interface Binding {
  readonly namespaces?: readonly string[];
  /** RQL on the thing. */
  readonly filter?: string;
  /** A thing's definition, where `*` stands for any characters. */
  readonly definition?: string;
}

/** When a prediction is made; nothing given but `paths` by default: those of the inputs. */
export interface Trigger {
  /** A change at, above or below one of them triggers. */
  readonly paths: readonly Path[];
  /** What comes within so many milliseconds after a trigger leads to one prediction with it; 0: each trigger to one of its own. */
  readonly debounceMs: number;
  /** All bound things are predicted again after so many milliseconds. */
  readonly everyMs?: number;
  /** The subject of messages to a thing, or to one of its features, which are answered with a prediction. */
  readonly message?: string;
}

/** One input of the model: a column, or several for `oneHot`. */
export interface Input {
  readonly name: string;
  /** Where in the thing it is read. */
  readonly path: Path;
  /** Which readings an aggregate is made of: the newest so many, or those of so many milliseconds. */
  readonly window?: { readonly count: number } | { readonly ms: number };
  readonly aggregate: Aggregate;
  /** As it was so many readings, or milliseconds, ago. */
  readonly lag?: { readonly count: number } | { readonly ms: number };
  /** The values that become a column each, 1 where the reading is equal and 0 elsewhere. */
  readonly oneHot?: readonly (string | number | boolean)[];
  readonly scale?:
    | { readonly by: "standard"; readonly mean: number; readonly std: number }
    | { readonly by: "range"; readonly min: number; readonly max: number };
  /** What there is where there is no value: no prediction, the last known value, not-a-number, or a number. */
  readonly missing: "skip" | "last" | "nan" | { readonly value: number };
  /** What is counted as a fault of the data. */
  readonly expect: {
    readonly type?: "number" | "boolean" | "string";
    readonly min?: number;
    readonly max?: number;
  };
}

export type ModelSpec = BuiltinSpec | OnnxSpec | HttpSpec;

export const builtinNames = ["anomaly", "forecast", "remaining-useful-life", "clustering"] as const;
export type BuiltinName = (typeof builtinNames)[number];

/** A streaming model of the server's own, which learns from each reading of a thing. */
export interface BuiltinSpec {
  readonly type: "builtin";
  readonly version: string;
  readonly name: BuiltinName;
  readonly parameters: JsonObject;
}

/** An uploaded file in the Open Neural Network Exchange format. */
export interface OnnxSpec {
  readonly type: "onnx";
  /** Names the file, too. */
  readonly version: string;
  /** Names of the graph's outputs that are told; absent: all of them. */
  readonly outputs?: readonly string[];
  readonly timeoutMs: number;
  readonly maxBatch: number;
}

/** A server of models. */
export interface HttpSpec {
  readonly type: "http";
  readonly version: string;
  readonly url: string;
  /** Open Inference Protocol v2, or JSON by the templates. */
  readonly protocol: "open-inference" | "json";
  /** The name, and the version, of the model there (Open Inference Protocol). */
  readonly name?: string;
  readonly remoteVersion?: string;
  /** The tensor that holds all columns; absent: a tensor for each input, named like it. */
  readonly tensor?: string;
  readonly datatype: "FP32" | "FP64";
  /** Names of the outputs that are asked for (Open Inference Protocol); absent: those that the server gives by itself. */
  readonly outputs?: readonly string[];
  /** The body, in which the text `{{inputs}}` stands for the rows (lists of numbers) and `{{objects}}` for them as objects. */
  readonly request?: JsonValue;
  /** Where in the answer the list of predictions is, one for each row. */
  readonly response?: Path;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials?:
    | { readonly type: "basic"; readonly username: string; readonly password: string }
    | { readonly type: "bearer"; readonly token: string };
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxBatch: number;
  /** For so long a batch gathers, while another one is not under way. */
  readonly batchDelayMs: number;
  /** After so many failures in a row nothing is asked for a while. */
  readonly failuresUntilOpen: number;
  readonly openMs: number;
}

export interface Canary {
  /** Of the things, between 0 and 1. Which ones, a hash of their ID says. */
  readonly share: number;
  readonly model: ModelSpec;
}

/** Names an output of the model, and where in it: `["probabilities", "1"]`. */
export type OutputRef = Path;

export interface OutputProperty {
  /** Below the `properties` or `desiredProperties` of the feature. */
  readonly pointer: Path;
  readonly from: OutputRef;
}

/** What becomes of a prediction. */
export interface Output {
  readonly feature: string;
  /** The definition of a feature that is made for it. */
  readonly definition?: readonly string[];
  readonly properties: readonly OutputProperty[];
  readonly desiredProperties: readonly OutputProperty[];
  /** Says it from the feature's outbox, whenever the condition begins to hold; without one, each time. */
  readonly message?: {
    readonly subject: string;
    readonly when?: { readonly output: OutputRef; readonly above?: number; readonly below?: number };
  };
  /** Tells it as a live event instead of storing it. */
  readonly eventOnly: boolean;
  /** Which output tells how sure the model is. */
  readonly confidence?: OutputRef;
  /** Which output tells how much each column has contributed: a list of numbers, in the order of the columns. */
  readonly attributions?: OutputRef;
}

export const alertSources = [
  "input-drift",
  "prediction-drift",
  "attribution-shift",
  "missing",
  "out-of-range",
  "errors",
  "latency",
  "quality",
  "bias",
] as const;
export type AlertSource = (typeof alertSources)[number];

export interface Alert {
  readonly on: AlertSource;
  /** Begins where the figure is above; ends where it is not any more. */
  readonly above: number;
}

/** What is watched of a predictor beside its rates. */
export interface MonitoringSpec {
  /** So many first predictions of a version are what later ones are compared with. */
  readonly baselineSize: number;
  /** Later ones are compared in windows of so many. */
  readonly windowSize: number;
  /** What turned out to be true, told later at a path of the same thing. */
  readonly truth?: {
    readonly path: Path;
    readonly output: OutputRef;
    /** A number, or whether something is (then the output is one from `threshold` on). */
    readonly kind: "regression" | "classification";
    readonly threshold: number;
    /** Older predictions are not judged by it. */
    readonly withinMs: number;
  };
  /** Where in the thing the group is named that predictions are compared by. */
  readonly groups?: Path;
  readonly alerts: readonly Alert[];
}
