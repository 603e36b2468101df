import { defineError } from "../../base/errors.ts";

export const tooManyStreams = defineError("too.many.requests", 429, (whose: string) => ({
  message: `Too many event streams ${whose} are open.`,
  description: "Try again later, or close some of them.",
}));

export const streamExpired = defineError("gateway:websocket.session.expired", 401, () => ({
  message: "The stream ends here, since the token that opened it is over.",
  description: "Connect again with a new token; 'Last-Event-ID' goes on where this stream ends.",
}));

export const streamAborted = defineError("gateway:streaming.session.aborted", 500, () => ({
  message: "The stream ends here, since the server stops.",
  description: "Connect again later; 'Last-Event-ID' goes on where this stream ends.",
}));
