import { defineError } from "../../base/errors.ts";

/** A connection could not be made; `reason` is for operators. */
export const connectionFailed = defineError(
  "connectivity:connection.failed",
  504,
  (id: string, reason: string) => ({
    message: `The connection '${id}' could not be made.`,
    description: reason,
  }),
);
