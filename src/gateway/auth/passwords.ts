// Whether a name and a password belong together, without telling by the time it takes which names exist.

import { hash, timingSafeEqual } from "node:crypto";
import { bcryptCost } from "../../ops/password-hash.ts";
import type { User } from "../../ops/users.ts";
import type { Credentials } from "./basic.ts";
import { BcryptThread } from "./bcrypt-thread.ts";

/** Whether there is such a user; at once where no password is hashed. */
export type Passwords = (given: Credentials) => boolean | Promise<boolean>;

/** What is known of one name, which may have several passwords. */
interface Entry {
  readonly digests: readonly Buffer[];
  readonly hashes: readonly string[];
}

/** Of the same length for every secret, so that secrets can be compared in constant time. */
const digest = (text: string): Buffer => hash("sha256", text, "buffer");

const nobody: Entry = { digests: [digest("")], hashes: [] };

/** Makes the check of these users' passwords. */
export function passwordsOf(users: readonly User[]): Passwords {
  const entries = new Map(
    [...Map.groupBy(users, ({ name }) => name)].map(([name, of]) => [name, entryOf(of)]),
  );
  const work = Math.max(0, ...[...entries.values()].map(workOf));
  const thread = new BcryptThread();

  return ({ name, password }) => {
    const entry = entries.get(name) ?? nobody;
    const given = digest(password);
    const matches = entry.digests.filter((known) => timingSafeEqual(known, given)).length > 0;
    const isInTheOpen = matches && entry !== nobody;
    if (work === 0) return isInTheOpen;
    return thread
      .matches(password, entry.hashes, fillers(work - workOf(entry)))
      .then((matchesHash) => matchesHash || isInTheOpen);
  };
}

function entryOf(users: readonly User[]): Entry {
  const [hashes, open] = [true, false].map((wanted) =>
    users.map(({ password }) => password).filter((text) => (bcryptCost(text) !== undefined) === wanted),
  ) as [string[], string[]];
  return { hashes, digests: open.map(digest) };
}

/** How many rounds of bcrypt it takes to check a password. */
const workOf = ({ hashes }: Entry): number =>
  hashes.reduce((sum, text) => sum + 2 ** (bcryptCost(text) as number), 0);

/** Hashes that match nothing and take so many rounds together. */
function fillers(rounds: number): readonly string[] {
  const made: string[] = [];
  for (let cost = 4; 2 ** cost <= rounds; cost++) {
    if (rounds & (2 ** cost)) made.push(`$2b$${String(cost).padStart(2, "0")}$${".".repeat(53)}`);
  }
  return made;
}
