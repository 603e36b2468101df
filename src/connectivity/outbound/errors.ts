import { defineError } from "../../base/errors.ts";

/** A message could not be published; `reason` is for operators. */
export const sendingFailed = defineError("connectivity:message.sending.failed", 503, (reason: string) => ({
  message: "The message could not be published.",
  description: reason,
}));
