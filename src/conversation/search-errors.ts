import { defineError } from "../base/errors.ts";

export const subscriptionNotFound = defineError("thing-search:subscription.not.found", 404, (id: string) => ({
  message: `This session has no search '${id.slice(0, 200)}'.`,
}));

export const demandInvalid = defineError("thing-search:subscription.protocol.error", 400, () => ({
  message: "A search is asked for at least one page at a time.",
}));

export const subscriptionOver = defineError("thing-search:subscription.protocol.error", 400, () => ({
  message: "The search is over; nothing more can be asked of it.",
}));

export const subscriptionTimeout = defineError("thing-search:subscription.timeout", 408, (id: string) => ({
  message: `The search '${id}' ended, as nothing was asked of it for too long.`,
}));

export const subscriptionAborted = defineError("thing-search:subscription.aborted", 500, () => ({
  message: "The search ended, as the server stops.",
}));

export const tooManySearches = defineError("too.many.requests", 429, () => ({
  message: "This session has too many searches at once.",
  description: "Take the pages of the others to the end, or cancel them.",
}));
