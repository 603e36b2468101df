// Who may see what is asked about the server itself: operators, in two realms (operating-devops page).

import type { IncomingMessage } from "node:http";
import { type BasicLogin, basicLogin, type LoginSettings } from "./basic-login.ts";
import { bearerToken } from "./bearer.ts";
import { authenticationFailed, notAnOperator, tokenMissing } from "./errors.ts";
import type { OnFailedLogin } from "./failed-logins.ts";
import { jwtInvalid } from "./jwt/errors.ts";
import type { VerifyToken } from "./verify-token.ts";

type Method = "basic" | "oauth2";

export interface OperatorSettings extends LoginSettings {
  /** Whether either realm is secured at all. */
  readonly devopsSecured: boolean;
  readonly devopsAuthenticationMethod: Method;
  readonly devopsPassword: string | undefined;
  readonly devopsOauth2Subjects: readonly string[] | undefined;
  readonly devopsStatusSecured: boolean;
  readonly statusAuthenticationMethod: Method;
  readonly statusPassword: string | undefined;
  readonly statusOauth2Subjects: readonly string[] | undefined;
}

export interface Realm {
  /** How 401 asks for a password, where one is wanted. */
  readonly challenge: string | undefined;
  /** Throws, or rejects with, the refusal of whoever is not an operator of this realm. */
  check(incoming: IncomingMessage): void | Promise<void>;
}

/** The name of all operators that have a password, as in Ditto. */
export const OPERATOR = "devops";

/** Makes the realms; the password that opens the first opens the second as well. */
export function operatorRealms(
  settings: OperatorSettings,
  verifyToken: VerifyToken,
  onFailedLogin?: OnFailedLogin,
): { readonly devops: Realm; readonly status: Realm } {
  const realm = (
    name: string,
    isSecured: boolean,
    method: Method,
    passwords: readonly (string | undefined)[],
    subjects: readonly string[] = [],
  ): Realm => {
    if (!isSecured) return open;
    if (method === "oauth2") return tokenRealm(verifyToken, subjects);
    const users = passwords.flatMap((password) =>
      password === undefined ? [] : [{ name: OPERATOR, password }],
    );
    return passwordRealm(name, basicLogin(users, settings, onFailedLogin));
  };
  const { devopsSecured, devopsPassword, statusPassword } = settings;
  return {
    devops: realm(
      "DITTO-DEVOPS",
      devopsSecured,
      settings.devopsAuthenticationMethod,
      [devopsPassword],
      settings.devopsOauth2Subjects,
    ),
    status: realm(
      "DITTO-STATUS",
      devopsSecured && settings.devopsStatusSecured,
      settings.statusAuthenticationMethod,
      [devopsPassword, statusPassword],
      settings.statusOauth2Subjects,
    ),
  };
}

const open: Realm = { challenge: undefined, check: () => {} };

function passwordRealm(name: string, login: BasicLogin): Realm {
  return {
    challenge: `Basic realm="${name}",charset=UTF-8`,
    async check(incoming) {
      const { authorization } = incoming.headers;
      if (authorization === undefined) throw authenticationFailed();
      await login(authorization, incoming);
    },
  };
}

/** Without expected subjects, everybody passes to whom the issuers for operators give a token. */
function tokenRealm(verifyToken: VerifyToken, expected: readonly string[]): Realm {
  return {
    challenge: undefined,
    async check({ headers: { authorization } }) {
      if (authorization === undefined) throw tokenMissing();
      const token = bearerToken(authorization);
      if (token === undefined) throw jwtInvalid("The header 'Authorization' brings none.");
      const { subjects } = await verifyToken(token);
      if (expected.length > 0 && !subjects.some((subject) => expected.includes(subject)))
        throw notAnOperator();
    },
  };
}
