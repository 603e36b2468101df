// Why a model is not opened: for what it is, or for what passes.

import { defineError } from "../../../base/errors.ts";
import { modelInvalid } from "../../errors.ts";
import { ModelFault } from "../scoring.ts";
import { Unfit } from "./feeding.ts";
import { FileRefused, Passing, RuntimeUnusable } from "./lane.ts";

/** The same model may be opened another time. */
export const modelUnavailable = defineError("predictors:model.unavailable", 503, (reason: string) => ({
  message: `The model cannot be tried at the moment: ${reason}`,
  description: "Try again later.",
}));

/** What is told of a failure: 400 where the model would fail again, 503 where it may not, and what is unknown as it is. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof Unfit || error instanceof FileRefused) return modelInvalid(error.message);
  if (error instanceof RuntimeUnusable)
    return modelInvalid(`onnxruntime-node does not run: ${error.message}`);
  if (!(error instanceof ModelFault)) return error;
  const passes = error instanceof Passing || error.reason === "overloaded";
  return passes ? modelUnavailable(error.message) : modelInvalid(error.message);
}
