// Who a client is to NATS: a user with a password, a token, a key, or a user's JWT with its key.

import { type Authenticator, jwtAuthenticator, nkeyAuthenticator, nkeys } from "@nats-io/transport-node";
import { connectionInvalid } from "../../errors.ts";
import type { Connection } from "../../model.ts";
import { partsOf } from "../../uri.ts";
import type { NatsOptions } from "./options.ts";

/** Those parts of the library's options that tell who a client is. */
export interface Identity {
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  readonly authenticator?: Authenticator;
}

interface Given {
  readonly userName: string;
  readonly password: string;
  /** Where the password is. */
  readonly field: string;
}

/** Refuses keys that are none with `connectivity:connection.configuration.invalid`. */
export function identityOf(connection: Connection, { authentication }: NatsOptions): Identity {
  const given = givenIn(connection);
  if (authentication !== "password") return keyIdentity(given, authentication);
  if (!given) return {};
  const { userName, password } = given;
  return userName === "" ? { token: password } : { user: userName, pass: password };
}

/** Of the credentials first, then of the URI. */
function givenIn({ credentials, uri }: Connection): Given | undefined {
  if (credentials?.type === "plain")
    return { userName: credentials.username, password: credentials.password, field: "/credentials/password" };
  const { userName, password } = partsOf(uri);
  return userName === undefined || password === undefined ? undefined : { userName, password, field: "/uri" };
}

function keyIdentity(given: Given | undefined, authentication: "nkey" | "jwt"): Identity {
  if (!given)
    throw connectionInvalid("/credentials", "The seed of the user's key is missing: it is the password.");
  const seed = Buffer.from(given.password);
  refuseIfNoSeed(seed, given.field);
  if (authentication === "nkey") return { authenticator: nkeyAuthenticator(seed) };
  if (given.userName === "")
    throw connectionInvalid("/credentials/username", "It must be the JWT of the user.");
  return { authenticator: jwtAuthenticator(given.userName, seed) };
}

function refuseIfNoSeed(seed: Uint8Array, field: string): void {
  try {
    nkeys.fromSeed(seed);
  } catch {
    throw connectionInvalid(field, "The password is not the seed of a user's key, which begins with SU.");
  }
}
