import { defineError } from "../../base/errors.ts";

export const messageSubjectInvalid = defineError("messages:subject.invalid", 400, () => ({
  message: "The path names no subject of the message.",
  description: "Say after 'messages/' what the message is about.",
}));

/** Ditto's code for what cannot be created; on the live channel the ID of a new thing would be nobody's to choose. */
export const notCreatableLive = defineError("things:thing.notcreatable", 405, () => ({
  message: "No thing is created by POST on the live channel.",
  description: "Name its ID: PUT the thing on the live channel.",
}));
