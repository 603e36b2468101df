// The server's own models, which need neither training nor a file: they learn from the readings of each thing.

import { modelInvalid } from "../../errors.ts";
import type { BuiltinName, BuiltinSpec } from "../../model.ts";
import type { OpenModel, StreamingModel } from "../scoring.ts";
import { anomalyModel, anomalyOutputs, anomalyParameters } from "./anomaly/anomaly.ts";
import { clusteringModel, clusteringOutputs, clusteringParameters } from "./clustering/clustering.ts";
import { forecastModel } from "./forecast/forecast.ts";
import { forecastOutputs } from "./forecast/outputs.ts";
import { forecastParameters } from "./forecast/parameters.ts";
import type { BuiltinOutput } from "./output.ts";
import { Parameters } from "./parameters.ts";
import { remainingUsefulLife } from "./remaining-useful-life/remaining-useful-life.ts";

interface Builtin {
  readonly model: StreamingModel;
  readonly outputs: readonly BuiltinOutput[];
}

/** What a state takes in memory at most, so that it is quickly read, saved and stored. */
const MOST_STATE_BYTES = 512 * 1_024;

const builtins: Readonly<Record<BuiltinName, (given: Parameters, columns: readonly string[]) => Builtin>> = {
  anomaly(given, columns) {
    const parameters = anomalyParameters(given);
    return {
      model: anomalyModel(parameters, columns) as StreamingModel,
      outputs: anomalyOutputs(columns),
    };
  },
  forecast(given, columns) {
    const parameters = forecastParameters(given, columns);
    return { model: forecastModel(parameters) as StreamingModel, outputs: forecastOutputs() };
  },
  "remaining-useful-life": remainingUsefulLife,
  clustering(given, columns) {
    const parameters = clusteringParameters(given, columns.length);
    return {
      model: clusteringModel(parameters, columns.length) as StreamingModel,
      outputs: clusteringOutputs(parameters.k),
    };
  },
};

const smaller: Readonly<Record<BuiltinName, string>> = {
  anomaly: "take fewer columns, trees or readings to warm up, or a smaller depth",
  forecast: "take a shorter season, or give alpha, beta, gamma and trend",
  "remaining-useful-life": "take fewer columns",
  clustering: "take fewer columns or clusters, or a smaller seedSize",
};

function read(spec: BuiltinSpec, columns: readonly string[]): Builtin {
  const given = new Parameters(spec.name, spec.parameters);
  if (columns.length === 0) throw given.refused("inputs", "need one column at least");
  const builtin = builtins[spec.name](given, columns);
  given.end();
  const { stateBytes } = builtin.model;
  if (stateBytes <= MOST_STATE_BYTES) return builtin;
  throw modelInvalid(
    `The built-in model '${spec.name}' would need ${stateBytes} bytes for each thing; ` +
      `${MOST_STATE_BYTES} at most are allowed: ${smaller[spec.name]}.`,
  );
}

/** Rejects with `predictors:model.invalid` where a parameter is wrong. */
export const openBuiltin: OpenModel<BuiltinSpec> = async (spec, columns) => read(spec, columns).model;

/** The outputs of such a model, in their order. Throws `predictors:model.invalid` where a parameter is wrong. */
export const outputsOf = (spec: BuiltinSpec, columns: readonly string[]): readonly BuiltinOutput[] =>
  read(spec, columns).outputs;
