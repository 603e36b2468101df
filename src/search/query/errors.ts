// Why searches are refused.

import { defineError } from "../../base/errors.ts";

/** An option is no option of this search, or its value is not possible. */
export const invalidOption = defineError("thing-search:search.option.invalid", 400, (reason: string) => ({
  message: "An option of the search is not valid.",
  description: reason,
}));

/** Tells no more than Ditto does: what a cursor holds is nobody's business. */
export const invalidCursor = defineError(
  "thing-search:search.option.invalid",
  400,
  (reason: string = "Begin again without a cursor.") => ({
    message: "The option 'cursor' is not valid for this search.",
    description: reason,
  }),
);

export const tooManyNamespaces = defineError(
  "thing-search:search.namespaces.invalid",
  400,
  (max: number) => ({
    message: "The search names too many namespaces.",
    description: `Name at most ${max} of them.`,
  }),
);

export const searchTookTooLong = defineError("thing-search:query.time.exceeded", 408, (ms: number) => ({
  message: `The search was ended, since it took longer than ${ms} ms.`,
  description:
    "Narrow it by namespaces or by an equality, avoid patterns that begin with '*', or try again later.",
}));

export const searchTimedOut = defineError("command.timeout", 408, (ms: number) => ({
  message: `The search was not answered within ${ms} ms, which is the timeout of its request.`,
  description: "Send it with a longer timeout, or narrow it.",
}));

export const tooManySearches = defineError("too.many.requests", 429, () => ({
  message: "Too many of your searches wait for their turn.",
  description: "Wait for answers before you send more.",
}));

export const searchUnavailable = defineError("gateway:service.unavailable", 503, () => ({
  message: "The server cannot search at the moment.",
  description: "The database does not answer, or too many searches wait for it. Try again later.",
}));
