import { defineError } from "../../base/errors.ts";

export const messageNotAllowed = defineError("messages:send.notallowed", 403, (id: string) => ({
  message: `You may not send this message to or from the thing '${id}'.`,
  description: "It needs WRITE on its path of 'message:/' in the thing's policy.",
}));

export const eventNotAllowed = defineError("things:event.notallowed", 403, (id: string) => ({
  message: `You may not send this event of the thing '${id}'.`,
  description: "It needs WRITE on its path of 'thing:/' in the thing's policy.",
}));

/** The refusal of who waited in vain, though somebody said something. */
export const onlyInvalidAnswers = defineError("command.timeout", 408, (ms: number) => ({
  message: `Nothing came within ${ms} ms that answers what was sent.`,
  description:
    "An answer was discarded, as it was not of the same kind: it has the action and path of its command, or is a message as well.",
}));

export const messageTooLarge = defineError("messages:payload.toolarge", 413, (size: number, max: number) => ({
  message: `The payload of the message has ${size} bytes, more than the ${max} allowed.`,
  description: "Send less at once, or raise LIMITS_MESSAGES_MAX_SIZE.",
}));
