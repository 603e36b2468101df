// Who speaks: the subjects that a trusted proxy names, a JSON Web Token, or a user with a password (basic-auth page).

import type { IncomingMessage } from "node:http";
import type { User } from "../../ops/users.ts";
import type { AuthContext } from "../../signals/signal.ts";
import { basicHeader } from "./basic.ts";
import { basicLogin, type LoginSettings } from "./basic-login.ts";
import { bearerToken } from "./bearer.ts";
import { authenticationFailed, severalCredentials } from "./errors.ts";
import type { OnFailedLogin } from "./failed-logins.ts";
import { PRE_AUTHENTICATED, preAuthentication } from "./pre-authenticated.ts";
import type { VerifyToken } from "./verify-token.ts";

/** By which door a request came. */
export type Door = "http" | "ws";

/** Gives the subjects that a request speaks for, at once where its credentials are known already, or refuses it. */
export type Authenticate = (
  incoming: IncomingMessage,
  query: URLSearchParams | undefined,
  door: Door,
) => AuthContext | Promise<AuthContext>;

export interface AuthSettings extends LoginSettings {
  readonly users: readonly User[];
  readonly enablePreAuthentication: boolean;
  /** Whether a WebSocket's handshake may bring name and password in the query. */
  readonly wsBasicParameter: boolean;
}

/**
 * Makes the authenticator. The proxy's header counts before other credentials, unless it names nobody. The contexts of
 * equal credentials are the same object, so that what hangs on it is found again.
 */
export function authenticator(
  settings: AuthSettings,
  verifyToken: VerifyToken,
  onFailedLogin?: OnFailedLogin,
): Authenticate {
  const preAuthenticated = preAuthentication();
  const login = basicLogin(settings.users, settings, onFailedLogin);
  const contexts = new Map(settings.users.map(({ name }) => [name, { subjects: [`nginx:${name}`] }]));
  const contextOf = (name: string): AuthContext => contexts.get(name) as AuthContext;
  const byPassword = (header: string, incoming: IncomingMessage): AuthContext | Promise<AuthContext> => {
    const name = login(header, incoming);
    return typeof name === "string" ? contextOf(name) : name.then(contextOf);
  };

  return (incoming, query, door) => {
    const { headers } = incoming;
    const told = settings.enablePreAuthentication ? headers[PRE_AUTHENTICATED] : undefined;
    const trusted = told === undefined ? undefined : preAuthenticated(String(told));
    if (trusted) return trusted;

    const { authorization } = headers;
    const token = authorization === undefined ? undefined : bearerToken(authorization);
    const parameter =
      query && door === "ws" && (authorization === undefined || token !== undefined)
        ? credentialOf(query, settings.wsBasicParameter)
        : undefined;
    if (parameter && authorization !== undefined) throw severalCredentials();
    if (parameter?.token !== undefined) return verifyToken(parameter.token);
    if (parameter) return byPassword(basicHeader(parameter.basic), incoming);
    if (authorization === undefined) throw authenticationFailed();
    if (token !== undefined) return verifyToken(token);
    return byPassword(authorization, incoming);
  };
}

type Parameter =
  | { readonly token: string; readonly basic?: never }
  | { readonly basic: string; readonly token?: never };

/** The credential in the query of a handshake, for browsers, whose WebSockets cannot send headers. */
function credentialOf(query: URLSearchParams, takesBasic: boolean): Parameter | undefined {
  const tokens = query.getAll("access_token");
  const basics = takesBasic ? query.getAll("basic") : [];
  if (tokens.length + basics.length > 1) throw severalCredentials();
  const [[token], [basic]] = [tokens, basics];
  if (token !== undefined) return { token };
  return basic === undefined ? undefined : { basic };
}
