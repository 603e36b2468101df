// Which errors an operator takes for a fault in the configuration of a connection, beside those that are such anyway.

import type { UserIndicatedError } from "../../ops/user-indicated-errors.ts";
import { codeOf } from "./failures.ts";

/** An error may be its own cause. */
const DEEPEST = 10;

/** Whether an error, or one that it comes from, is among them. */
export function isAmong(indicated: readonly UserIndicatedError[], error: unknown): boolean {
  let one = error;
  for (let depth = 0; depth < DEEPEST && one instanceof Error; depth++, one = one.cause) {
    const { name, message } = one;
    const code = codeOf(one);
    if (indicated.some((given) => given.names(name, code) && given.pattern.matches(message))) return true;
  }
  return false;
}
