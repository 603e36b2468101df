// The new tokens of a session, one after another as they come.

import type { AuthContext } from "../../signals/signal.ts";
import type { VerifyToken } from "../auth/verify-token.ts";
import { type Refreshed, refreshed } from "./refresh.ts";

/** What is asked and told of the session. */
export interface Refreshing {
  readonly verify: VerifyToken;
  /** Who it speaks for by now. */
  auth(): AuthContext;
  /** Counts the verification as in work until the function that it gives is called. */
  begin(): () => void;
  goOn(next: Exclude<Refreshed, string>): void;
  /** It cannot go on. */
  end(): void;
  fault(error: unknown): void;
}

/**
 * Makes the function that takes a new token: the session goes on with it, or ends. What comes before it is verified goes on
 * with the old one. The newest token counts, even if an older one took longer to be verified.
 */
export function tokenRefresh(session: Refreshing): (token: string) => void {
  let came = 0;
  let newest = 0; // of those that the session went on with

  function judged(next: Refreshed, turn: number): void {
    if (typeof next === "string") session.end();
    else if (turn > newest) {
      newest = turn;
      session.goOn(next);
    }
  }

  return (token) => {
    const turn = ++came;
    const next = refreshed(token, session.auth(), session.verify);
    if (!(next instanceof Promise)) judged(next, turn);
    else void next.then((known) => judged(known, turn), session.fault).finally(session.begin());
  };
}
