import { defineError, type ErrorText } from "./errors.ts";

/** The refusal of a header's value, by whoever reads the header; it names the header at fault. */
export const headerInvalid = defineError(
  "header.invalid",
  400,
  (name: string, text: Pick<ErrorText, "message" | "description" | "href">) => ({
    ...text,
    invalidHeaderKey: name,
  }),
);
