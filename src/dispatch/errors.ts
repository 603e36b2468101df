import { defineError } from "../base/errors.ts";
import { JournalUnavailable } from "../journal/journal.ts";

/** What was decided is void, and nothing of it was written: it may be decided again, here or by who owns the entity. */
export class StateVoid extends JournalUnavailable {}

export const serviceUnavailable = defineError("gateway:service.unavailable", 503, () => ({
  message: "The server cannot answer at the moment.",
  description: "The database does not answer. Try again later.",
}));

export const tooManyIds = defineError("thing-search:search.option.invalid", 400, (max: number) => ({
  message: "Too many things are asked for by their IDs.",
  description: `Ask for at most ${max} at once.`,
}));

export const answerTooLong = defineError("thing-search:search.option.invalid", 400, (max: number) => ({
  message: "The things that are asked for are too long for one answer.",
  description: `Ask for fewer of them, or for fewer fields: an answer has at most ${max} characters.`,
}));
