import { defineError } from "../../base/errors.ts";

/** Of a list it cannot be said whether it is what there is. */
export const documentsUnavailable = defineError("gateway:service.unavailable", 503, () => ({
  message: "The list is not available at the moment.",
  description: "Try again later.",
}));
