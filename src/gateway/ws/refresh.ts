// A new token for a session that is open (JWT-TOKEN).

import { TwinError } from "../../base/errors.ts";
import type { AuthContext, VerifiedToken } from "../../signals/signal.ts";
import type { VerifyToken } from "../auth/verify-token.ts";

/** Who a session speaks for from now on, or why it cannot go on. */
export type Refreshed = (AuthContext & { readonly token: VerifiedToken }) | "invalid" | "changed";

/**
 * Judges a new token for a session: it must be valid, and give the subjects that the session has, in the same order. A
 * session that was not opened by a token cannot go on with one, as its subjects were proved in another way. Answers at
 * once if the verifier does; throws or rejects with what is no refusal.
 */
export function refreshed(
  text: string,
  auth: AuthContext,
  verify: VerifyToken,
): Refreshed | Promise<Refreshed> {
  try {
    const next = verify(text);
    return next instanceof Promise ? next.then((known) => judge(auth, known), invalid) : judge(auth, next);
  } catch (error) {
    return invalid(error);
  }
}

function judge(auth: AuthContext, next: AuthContext): Refreshed {
  if (!next.token) return "invalid";
  return auth.token && areSame(auth.subjects, next.subjects) ? { ...next, token: next.token } : "changed";
}

function invalid(error: unknown): Refreshed {
  if (error instanceof TwinError) return "invalid";
  throw error;
}

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((subject, i) => subject === others[i]);
