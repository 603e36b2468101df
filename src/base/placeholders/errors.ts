import { defineError } from "../errors.ts";

const page = "https://www.eclipse.dev/ditto/basic-placeholders.html";

/** A placeholder that there is not where a text is used. */
export class UnknownPlaceholder extends Error {
  override readonly name = "UnknownPlaceholder";

  constructor(text: string) {
    super(`There is no placeholder '${text}' here.`);
  }
}

/** What a client sent makes a template unfold to more than the server is willing to hold. */
export const tooMuchUnfolds = defineError("placeholder:function.too.complex", 400, () => ({
  message: "The values of the placeholders unfold to too many or too long texts.",
  description: "Send fewer or shorter values.",
  href: page,
}));
