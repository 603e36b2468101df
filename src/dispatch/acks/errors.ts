import { defineError, type TwinError } from "../../base/errors.ts";
import { headerInvalid } from "../../base/header-invalid.ts";

export const acksWithoutResponse = (): TwinError =>
  headerInvalid("requested-acks", {
    message: "Acknowledgements are requested, but no response is required that could tell of them.",
    description: "Leave 'requested-acks' empty, or set 'response-required' to true.",
  });

export const zeroTimeout = (): TwinError =>
  headerInvalid("timeout", {
    message: "A timeout of zero cannot bring the response or the acknowledgements that are asked for.",
    description:
      "Give a timeout above zero, or set 'response-required' to false and ask for no acknowledgements.",
  });

export const timeoutTooLong = defineError("gateway:timeout.invalid", 400, (given: string) => ({
  message: `The timeout '${given}' is too long.`,
  description: "It is at most 60 seconds.",
}));

export const messageTimeoutTooLong = defineError(
  "timeout.invalid",
  400,
  (given: string, seconds: number) => ({
    message: `The timeout '${given}' of the message is too long.`,
    description: `It is at most ${seconds} seconds.`,
  }),
);

export const commandTimeout = defineError("command.timeout", 408, (ms: number) => ({
  message: `The command was not answered within ${ms} ms. It may take effect all the same.`,
  description: "Read the resource again, or send the command with a longer timeout.",
}));

export const acknowledgementTimeout = defineError("acknowledgement:request.timeout", 408, (ms: number) => ({
  message: `The acknowledgement did not arrive within ${ms} ms.`,
  description: "Give a longer timeout, or check that somebody is there to acknowledge.",
}));

export const tooManyWaiting = defineError("too.many.requests", 429, (whose: string) => ({
  message: `Too many commands ${whose} wait for acknowledgements.`,
  description: "Try again later, with shorter timeouts or without requested acknowledgements.",
}));

/** Two waits of the same name could not be told apart. */
export const duplicateCorrelationId = defineError(
  "acknowledgement:request.duplicate.correlation-id",
  409,
  (correlationId: string) => ({
    message: `Replies to the correlation ID '${correlationId.slice(0, 200)}' are awaited already.`,
    description: "Give each command that waits for acknowledgements its own correlation ID.",
  }),
);
