import { defineError } from "./errors.ts";

/** What is told of a fault of the server itself. */
export const internalError = defineError("internalerror", 500, () => ({
  message: "The server failed to answer.",
  description: "Its log tells more, under the correlation ID of this request.",
}));
