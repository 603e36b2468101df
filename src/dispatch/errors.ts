import { defineError } from "../base/errors.ts";

export const serviceUnavailable = defineError("gateway:service.unavailable", 503, () => ({
  message: "The server cannot answer at the moment.",
  description: "The database does not answer. Try again later.",
}));
