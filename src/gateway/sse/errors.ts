import { defineError } from "../../base/errors.ts";

export const tooManyStreams = defineError("too.many.requests", 429, (whose: string) => ({
  message: `Too many event streams ${whose} are open.`,
  description: "Try again later, or close some of them.",
}));

const again = "A search goes on behind the event that 'Last-Event-ID' names.";

export const streamExpired = defineError("gateway:websocket.session.expired", 401, () => ({
  message: "The stream ends here, since the token that opened it is over.",
  description: `Connect again with a new token. ${again}`,
}));

export const streamAborted = defineError("gateway:streaming.session.aborted", 500, () => ({
  message: "The stream ends here, since the server stops.",
  description: `Connect again later. ${again}`,
}));

export const streamTooSlow = defineError("gateway:streaming.session.aborted", 500, () => ({
  message: "The stream ends here: more events wait for its reader than it can hold.",
  description: "Connect again and read faster, or ask for less: by a filter, by namespaces, by fields.",
}));
