import type { AuthContext } from "../../signals/signal.ts";

/**
 * Gives the subjects of a JSON Web Token, at once where it is known already, or throws a catalogue error that says why
 * it is not accepted. Never repeats the token in an error.
 */
export type VerifyToken = (token: string) => AuthContext | Promise<AuthContext>;
