import { defineError } from "../base/errors.ts";

export const streamNotFound = defineError("streaming.subscription.not.found", 404, (id: string) => ({
  message: `This session has no stream '${id.slice(0, 200)}' of past events.`,
}));

export const streamDemandInvalid = defineError("streaming.subscription.protocol.error", 400, () => ({
  message: "A stream of past events is asked for at least one of them at a time.",
}));

export const streamOver = defineError("streaming.subscription.protocol.error", 400, () => ({
  message: "The stream of past events is over; nothing more can be asked of it.",
}));

export const streamTimeout = defineError("streaming.subscription.timeout", 408, (id: string) => ({
  message: `The stream '${id}' of past events ended, as nothing was asked of it for too long.`,
}));

export const streamAborted = defineError("gateway:streaming.session.aborted", 500, () => ({
  message: "The stream of past events ended, as the server stops.",
}));

export const tooManyStreams = defineError("too.many.requests", 429, () => ({
  message: "This session has too many streams of past events at once.",
  description: "Take the events of the others to the end, or cancel them.",
}));
