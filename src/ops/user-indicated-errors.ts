// The setting USER_INDICATED_ERRORS: errors by which a connection counts as misconfigured, as Ditto's configuration has them, but as
// JSON.

import { RE2JS } from "re2js";
import { jsonOf, membersOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";

export interface UserIndicatedError {
  /** Whether it is about errors of this name or code. */
  names(name: string, code: string): boolean;
  /** What the message has to fit as a whole. */
  readonly pattern: RE2JS;
}

const form = '[{"exceptionName":"ECONNRESET","messagePattern":".*"},…]';
const MOST = 100;

export const userIndicatedErrors: Kind<readonly UserIndicatedError[]> = {
  form,
  secret: false,
  parse(text) {
    const given = jsonOf(text, form);
    if (!Array.isArray(given) || given.length > MOST)
      throw new Error(`must be a list of at most ${MOST} of the form ${form}`);
    return given.map(errorOf);
  },
};

function errorOf(given: unknown): UserIndicatedError {
  const members = membersOf(given, "each place of the list", ["exceptionName", "messagePattern"]);
  const { exceptionName, messagePattern } = members;
  if (typeof exceptionName !== "string" || typeof messagePattern !== "string")
    throw new Error("must have texts as exceptionName and messagePattern");
  return {
    names: (name, code) => exceptionName === name || exceptionName === code || exceptionName === "*",
    pattern: patternOf(messagePattern),
  };
}

function patternOf(text: string): RE2JS {
  try {
    return RE2JS.compile(text, RE2JS.DOTALL);
  } catch {
    throw new Error("must have regular expressions of RE2's syntax as messagePattern");
  }
}
