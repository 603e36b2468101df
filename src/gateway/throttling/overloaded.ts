// The refusal of what is too much for the server as a whole.

import { defineError } from "../../base/errors.ts";

/** More is in work, or under way, than the server takes. */
export const overloaded = defineError(
  "gateway:service.unavailable",
  503,
  (what = "has more requests in work") => ({
    message: `The server ${what} than it takes at once.`,
    description: "Try again in a moment.",
  }),
);

/** Seconds after which who was refused may try again. */
export const AGAIN_S = 1;
