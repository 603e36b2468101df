// The kinds of value that settings about logging in have.

import { readFileSync } from "node:fs";
import { checkHash } from "./password-hash.ts";
import type { Kind } from "./setting-kinds.ts";
import { type User, usersFromFile } from "./users.ts";

/** A file of users, which is read once, at start. */
export const usersFile: Kind<readonly User[]> = {
  form: "path",
  secret: false,
  parse(path) {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      throw new Error(`must be a file that can be read (${(error as NodeJS.ErrnoException).code})`);
    }
    return usersFromFile(text.replace(/\s+$/, ""));
  },
};

/** The password of a user whose name is fixed: in the open, or hashed with bcrypt. */
export const password: Kind<string> = {
  form: "text, or a hash of bcrypt",
  secret: true,
  parse(text) {
    checkHash("this user", text);
    return text;
  },
};

/** Authorization subjects, of which any counts. */
export const subjects: Kind<readonly string[]> = {
  form: "issuer:subject,…",
  secret: false,
  parse: (text) =>
    text
      .split(",")
      .map((subject) => subject.trim())
      .filter((subject) => subject !== ""),
};
