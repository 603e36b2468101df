// Who may log in with a name and a password, from the settings.

import { bcryptCost, checkHash, noHashOfBcrypt } from "./password-hash.ts";

/** Somebody who may log in with HTTP Basic; becomes the subject `nginx:{name}`, as behind Ditto's own proxy. */
export interface User {
  readonly name: string;
  /** In the open, or hashed with bcrypt. */
  readonly password: string;
}

/** The user of a server that nobody has configured; usable only where nobody but this machine can connect. */
export const quickStartUser: User = { name: "ditto", password: "ditto" };

/**
 * Reads `name:password` pairs between commas. The first colon ends the name; a password cannot hold a comma, and may be
 * a hash of bcrypt.
 */
export const usersFrom = (text: string): readonly User[] =>
  checked(text.split(",").map((pair) => userFrom(pair, "must be pairs of name:password between commas")));

/** Reads a file as `htpasswd -B` writes it: a line a user, hashed with bcrypt; blank lines and comments count for nothing. */
export function usersFromFile(text: string): readonly User[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const users = checked(lines.map((line) => userFrom(line, "must have lines of name:hash")));
  const inTheOpen = users.find(({ password }) => bcryptCost(password) === undefined);
  if (inTheOpen) throw noHashOfBcrypt(inTheOpen.name);
  return users;
}

function userFrom(pair: string, expected: string): User {
  const at = pair.indexOf(":");
  const [name, password] = [pair.slice(0, at).trim(), pair.slice(at + 1)];
  if (at < 0 || !name || !password) throw new Error(expected);
  return { name, password };
}

function checked(users: readonly User[]): readonly User[] {
  // A name comes back in headers of answers, as part of its subject.
  if (!users.every(({ name }) => /^[ -~]+$/.test(name)))
    throw new Error("must have names in printable ASCII");
  for (const { name, password } of users) checkHash(name, password);
  if (hasDoubles(users)) throw new Error("must name each user only once");
  return users;
}

/** Whether two users have the same name. */
export const hasDoubles = (users: readonly User[]): boolean =>
  new Set(users.map(({ name }) => name)).size < users.length;
