// Connections for people who are not to know their secrets: in logs and errors.

import { SECRET_POINTERS } from "../../ops/connection-secrets.ts";
import type { Connection } from "../model.ts";
import { printConnection } from "../print.ts";
import { partsOf } from "../uri.ts";
import { replaceSecrets } from "./fields.ts";

const MASK = "*****";

/** Shorter secrets are too likely to be part of something else. */
const SHORTEST = 4;

/** Makes a function that masks a connection's secrets wherever they stand in a text, as in the messages of libraries. */
export function maskSecrets(connection: Connection): (text: string) => string {
  const secrets = secretsOf(connection);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

/** Longer ones first, since one may be part of another. */
function secretsOf(connection: Connection): readonly string[] {
  const found = new Set<string>();
  replaceSecrets(printConnection(connection), SECRET_POINTERS, (secret) => {
    found.add(secret);
    return secret;
  });
  const password = connection.uri === "" ? undefined : partsOf(connection.uri).password;
  if (password !== undefined) found.add(password);
  return [...found].filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length);
}
