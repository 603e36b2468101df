import type { StreamingModel } from "../../scoring.ts";
import type { BuiltinOutput } from "../output.ts";
import type { Parameters } from "../parameters.ts";
import { degradationModel, degradationOutputs, degradationParameters } from "./degradation.ts";
import { usageModel, usageOutputs, usageParameters } from "./usage.ts";

const modes = ["degradation", "usage"] as const;

/** Two models of one name: the parameter `mode` says which. */
export function remainingUsefulLife(
  given: Parameters,
  columns: readonly string[],
): { readonly model: StreamingModel; readonly outputs: readonly BuiltinOutput[] } {
  if (given.choice("mode", modes) === "usage") {
    const parameters = usageParameters(given, columns);
    return { model: usageModel(parameters) as StreamingModel, outputs: usageOutputs() };
  }
  const parameters = degradationParameters(given, columns);
  return { model: degradationModel(parameters) as StreamingModel, outputs: degradationOutputs() };
}
