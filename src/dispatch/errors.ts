import { defineError } from "../base/errors.ts";

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
