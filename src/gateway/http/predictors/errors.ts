import { defineError } from "../../../base/errors.ts";

export const predictorTooLarge = defineError(
  "predictors:predictor.toolarge",
  413,
  (size: number, most: number) => ({
    message: `The predictor has ${size} bytes, more than the ${most} that are taken.`,
    description: "Leave something out, or raise the limit of the server for the size of requests.",
  }),
);

export const tooManyExports = defineError("too.many.requests", 429, (most: number) => ({
  message: `${most} training sets are being exported already.`,
  description: "Try again when one of them is done.",
}));
