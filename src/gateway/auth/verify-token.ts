import type { AuthContext } from "../../signals/signal.ts";
import { jwtInvalid } from "./jwt/errors.ts";

/**
 * Gives the subjects of a JSON Web Token, at once where it is known already, or throws a catalogue error that says why
 * it is not accepted. Never repeats the token in an error.
 */
export type VerifyToken = (token: string) => AuthContext | Promise<AuthContext>;

/** Where no issuer of tokens is configured. */
export const refuseToken: VerifyToken = () => {
  throw jwtInvalid("There is no OpenID Connect issuer whose tokens this server accepts.");
};
