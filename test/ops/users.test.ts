// Users from the settings, with passwords in the open and hashed.

import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig, SettingsError } from "../../src/ops/config.ts";
import { usersFrom, usersFromFile } from "../../src/ops/users.ts";

const hash = `$2y$10$${"abcdefghijklmnopqrstuv".repeat(3).slice(0, 53)}`;

test("a password may be a hash, of bcrypt only", () => {
  expect(usersFrom(`ada:${hash},olga:open`)).toEqual([
    { name: "ada", password: hash },
    { name: "olga", password: "open" },
  ]);
});

test.each([
  ["apr1", "$apr1$Zr8Yd1Pq$IrXe7gkDrFVPhVe.Ag1l40"],
  ["SHA-512", "$6$rounds=5000$abc$def"],
  ["SHA-1", "{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs="],
  ["bcrypt that is cut off", "$2y$10$abc"],
])("a hash of %s is refused, and the remedy is told without it", (_, other) => {
  for (const read of [usersFrom, usersFromFile])
    expect(() => read(`ada:${other}`)).toThrow(/^must have hashes of bcrypt only.*ada.*hash-password$/);
});

test("a hash that would take minutes to compare is refused", () => {
  expect(() => usersFrom(`ada:${hash.replace("$10$", "$31$")}`)).toThrow(/cost between 4 and 15/);
});

test("a file has a line for each user, blank lines and comments, and no passwords in the open", () => {
  expect(usersFromFile(`# people\r\n\r\nada:${hash}\nolga:${hash}`).map(({ name }) => name)).toEqual([
    "ada",
    "olga",
  ]);
  expect(() => usersFromFile("ada:open")).toThrow(/bcrypt only/);
  expect(() => usersFromFile(`ada:${hash}\nada:${hash}`)).toThrow(/only once/);
  expect(() => usersFromFile("ada")).toThrow(/name:hash/);
});

test("the file's users come to those of USERS, and replace the quick-start user", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pollux-users-"));
  const file = join(folder.path, "htpasswd");
  writeFileSync(file, `ada:${hash}\n`);
  const namesOf = (env: Record<string, string>) => readConfig(env, []).users.map(({ name }) => name);

  expect(namesOf({ USERS_FILE: file })).toEqual(["ada"]);
  expect(namesOf({ USERS_FILE: file, BIND_HOSTNAME: "0.0.0.0" })).toEqual(["ada"]);
  expect(namesOf({ USERS_FILE: file, USERS: "olga:open" })).toEqual(["olga", "ada"]);
  expect(() => namesOf({ USERS_FILE: file, USERS: "ada:open" })).toThrow(SettingsError);
  expect(() => namesOf({ USERS_FILE: join(folder.path, "none") })).toThrow(
    /USERS_FILE is .*can be read \(ENOENT\)/,
  );
});
