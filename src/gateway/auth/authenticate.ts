// Who speaks: HTTP Basic users and the pre-authenticated header of a trusted proxy (basic-auth page).

import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { User } from "../../ops/users.ts";
import type { AuthContext } from "../../signals/signal.ts";
import { headerText } from "../header-text.ts";
import { digest } from "./basic.ts";
import { authenticationFailed, jwtInvalid } from "./errors.ts";

/** Gives the subjects that a request speaks for, or throws the refusal. */
export type Authenticate = (headers: IncomingHttpHeaders) => AuthContext;

export interface AuthSettings {
  readonly users: readonly User[];
  readonly enablePreAuthentication: boolean;
}

/** How many different header values are remembered with what they stand for. */
const REMEMBERED = 10_000;

/** Makes the authenticator. Equal headers give the same context object, so that what hangs on it is found again. */
export function authenticator({ users, enablePreAuthentication }: AuthSettings): Authenticate {
  const passwords = new Map(users.map((user) => [user.name, digest(user.password)]));
  const known = new Map<string, AuthContext>();

  function remembered(header: string, make: () => AuthContext): AuthContext {
    let context = known.get(header);
    if (!context) {
      context = make();
      if (known.size >= REMEMBERED) known.clear();
      known.set(header, context);
    }
    return context;
  }

  return (headers) => {
    const preAuthenticated = headers["x-ditto-pre-authenticated"];
    if (enablePreAuthentication && typeof preAuthenticated === "string" && preAuthenticated.trim() !== "") {
      return remembered(`pre ${preAuthenticated}`, () => subjectsOf(headerText(preAuthenticated)));
    }
    const authorization = headers.authorization;
    if (authorization === undefined) throw authenticationFailed();
    if (/^bearer /i.test(authorization)) throw jwtInvalid();
    return remembered(authorization, () => basic(authorization, passwords));
  };
}

function subjectsOf(header: string): AuthContext {
  const subjects = header
    .split(",")
    .map((subject) => subject.trim())
    .filter((subject) => subject !== "");
  if (subjects.length === 0) throw authenticationFailed();
  return { subjects };
}

function basic(authorization: string, passwords: ReadonlyMap<string, Buffer>): AuthContext {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) throw authenticationFailed();
  const credentials = Buffer.from(encoded, "base64").toString();
  const colon = credentials.indexOf(":");
  const name = credentials.slice(0, Math.max(colon, 0));
  // An unknown name is compared as well, so that the time does not tell which names exist.
  const expected = passwords.get(name) ?? digest("");
  const matches = timingSafeEqual(expected, digest(credentials.slice(colon + 1)));
  if (!matches || !passwords.has(name)) throw authenticationFailed();
  return { subjects: [`nginx:${name}`] };
}
