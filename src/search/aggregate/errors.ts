import { defineError } from "../../base/errors.ts";

/** What is asked for cannot be read; `where` is the parameter of the request that holds it. */
export const aggregationInvalid = defineError(
  "thing-search:search.option.invalid",
  400,
  (where: string, reason: string) => ({
    message: `The parameter '${where}' of the aggregation is not valid.`,
    description: reason,
  }),
);
