import { defineError } from "../../base/errors.ts";

/** What a device says of itself is not the ID of what it speaks of. */
export const enforcementFailed = defineError(
  "connectivity:connection.id.enforcement.failed",
  400,
  (input: string) => ({
    message: `The message speaks of another entity than '${input.slice(0, 200).toWellFormed()}' may speak of.`,
    description: "The enforcement of the source names what the ID of the entity has to fit.",
    href: "https://www.eclipse.dev/ditto/basic-connections.html#source-enforcement",
  }),
);

/** A text of a connection has a placeholder without a value. */
export const placeholderUnresolved = defineError("placeholder:unresolved", 400, (text: string) => ({
  message: `A placeholder of '${text}' has no value in this message.`,
  description: "Send what it stands for, or give it a default in the configuration of the connection.",
  href: "https://www.eclipse.dev/ditto/basic-placeholders.html",
}));
