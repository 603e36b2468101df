// `pollux hash-password`: what to write into USERS, USERS_FILE or DEVOPS_PASSWORD instead of a password.

import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import bcrypt from "bcryptjs";

/** A power of two of rounds: tens of milliseconds for whoever logs in, and for each guess. */
const COST = 10;

/** Whether the command line asks for a hash instead of a server. */
export const asksForHash = (argv: readonly string[]): boolean => argv[0] === "hash-password";

/** The hash of a password; throws where bcrypt would not look at all of it. */
export function hashPassword(password: string): string {
  if (password === "") throw new Error("A password has at least one character.");
  if (bcrypt.truncates(password)) throw new Error("A password has at most 72 bytes of UTF-8.");
  return bcrypt.hashSync(password, COST);
}

/** Reads one line, which a terminal does not show. */
export async function readPassword(input: NodeJS.ReadStream): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: input.isTTY === true });
  try {
    for await (const line of lines) return line;
    return "";
  } finally {
    lines.close();
  }
}
