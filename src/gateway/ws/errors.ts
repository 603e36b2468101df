import { defineError } from "../../base/errors.ts";

export const subscriptionUnsupported = defineError("signal.unsupported", 400, (what: string) => ({
  message: `This server does not send ${what}.`,
  description: "Subscribe to EVENTS, with 'namespaces' as its only parameter.",
}));
