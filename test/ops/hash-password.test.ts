import { Readable } from "node:stream";
import bcrypt from "bcryptjs";
import { expect, test } from "vitest";
import { hashPassword, readPassword } from "../../src/ops/hash-password.ts";
import { usersFromFile } from "../../src/ops/users.ts";

test("a password is read from one line and becomes a hash that stands for it", async () => {
  const password = await readPassword(Readable.from(["s:ecret \n", "more\n"]) as NodeJS.ReadStream);
  const made = hashPassword(password);
  expect(password).toBe("s:ecret ");
  expect(bcrypt.compareSync("s:ecret ", made)).toBe(true);
  expect(usersFromFile(`ada:${made}`)).toHaveLength(1);
});

test("a password that bcrypt would cut off is refused", () => {
  expect(() => hashPassword("ü".repeat(37))).toThrow(/72 bytes/);
  expect(() => hashPassword("")).toThrow(/at least one/);
});
