// The subjects that a trusted proxy names (operating-authentication page).

import { recent } from "../../base/recent.ts";
import type { AuthContext } from "../../signals/signal.ts";
import { headerText } from "../header-text.ts";

/** The header that the proxy sets. */
export const PRE_AUTHENTICATED = "x-ditto-pre-authenticated";

/** How much is remembered, in characters of header values. */
const REMEMBERED = 2_000_000;

/**
 * Makes the reader of that header: subjects between commas, in their order, blank ones left out; undefined where it
 * names none. Equal headers give the same context object, so that what hangs on it is found again.
 */
export function preAuthentication(): (header: string) => AuthContext | undefined {
  const known = recent<AuthContext>(REMEMBERED);
  return (header) => {
    const context = known.get(header);
    if (context) return context;
    const subjects = subjectsOf(headerText(header));
    return subjects.length === 0 ? undefined : known.put(header, { subjects }, header.length + 100);
  };
}

const subjectsOf = (header: string): readonly string[] =>
  header
    .split(",")
    .map((subject) => subject.trim())
    .filter((subject) => subject !== "");
