// Passwords in the open and hashed, remembered where they were right and counted where they were wrong.

import bcrypt from "bcryptjs";
import { expect, test, vi } from "vitest";
import { basicLogin } from "../../../src/gateway/auth/basic-login.ts";
import { BcryptThread } from "../../../src/gateway/auth/bcrypt-thread.ts";
import { TooManyFailures } from "../../../src/gateway/auth/errors.ts";
import type { User } from "../../../src/ops/users.ts";
import { loginOf, loginSettings, outcome } from "./requests.ts";

const hashed = (name: string, password: string, cost = 4): User => ({
  name,
  password: bcrypt.hashSync(password, cost).replace("$2b$", "$2y$"),
});
const open: User = { name: "olga", password: "open" };
const failed = "401 gateway:authentication.failed";

/** A login by `name:password`, which tells what came of it. */
function login(users: readonly User[], settings = loginSettings) {
  const logIn = basicLogin(users, settings);
  return (credentials: string, address?: string) =>
    outcome(() => {
      const request = loginOf(credentials, address);
      return logIn(request.headers.authorization as string, request);
    });
}

test("a hash of bcrypt stands for its password, beside passwords in the open", async () => {
  const logIn = login([hashed("ada", "se:cret"), open], { ...loginSettings, loginFailuresPerAddress: 0 });
  expect(await logIn("ada:se:cret")).toBe("ada");
  expect(await logIn("olga:open")).toBe("olga");
  for (const wrong of ["ada:", "ada:secret", "olga:se:cret", "nobody:se:cret", "nobody:", ":se:cret"])
    expect([wrong, await logIn(wrong)]).toEqual([wrong, failed]);
});

test("a hash is no password", async () => {
  const user = hashed("ada", "secret");
  expect(await login([user])(`ada:${user.password}`)).toBe(failed);
});

test("every name costs the same rounds of bcrypt, whether there is such a user or not", async () => {
  const asked = vi.spyOn(BcryptThread.prototype, "matches");
  const logIn = login([hashed("low", "secret", 4), hashed("high", "secret", 7), open]);
  const rounds = async (name: string) => {
    asked.mockClear();
    await logIn(`${name}:wrong`, name);
    const [, hashes, others] = asked.mock.lastCall as [string, string[], string[]];
    return [...hashes, ...others].reduce((sum, hash) => sum + 2 ** bcrypt.getRounds(hash), 0);
  };
  for (const name of ["low", "high", "olga", "nobody"])
    expect([name, await rounds(name)]).toEqual([name, 128]);
  asked.mockRestore();
});

test("a password is compared once, however many requests come with it", async () => {
  const asked = vi.spyOn(BcryptThread.prototype, "matches");
  const logIn = login([hashed("ada", "secret")], { ...loginSettings, loginFailuresPerName: 1 });
  expect(await Promise.all(Array.from({ length: 20 }, () => logIn("ada:secret")))).toEqual(
    Array(20).fill("ada"),
  );
  expect(await logIn("ada:secret")).toBe("ada");
  expect(asked).toHaveBeenCalledTimes(1);
  asked.mockRestore();
});

test("after too many wrong passwords even the right one is refused, for a time that is told", async () => {
  const logIn = basicLogin([open], loginSettings);
  const attempt = (credentials: string, address?: string) => {
    const request = loginOf(credentials, address);
    return () => logIn(request.headers.authorization as string, request);
  };
  for (const wrong of ["1", "2", "3"]) expect(await outcome(attempt(`olga:${wrong}`))).toBe(failed);

  const refusal = await (async () => attempt("olga:open")())().catch((error: unknown) => error);
  expect(refusal).toMatchObject({ status: 429, code: "too.many.requests", retryAfter: 60 });
  expect(refusal).toBeInstanceOf(TooManyFailures);
  expect(await outcome(attempt("olga:open", "198.51.100.7"))).toBe("olga");
});

test("who is remembered is no help to guess on: the lock holds for the right password as well", async () => {
  const logIn = login([open]);
  expect(await logIn("olga:open")).toBe("olga");
  for (const wrong of ["1", "2", "3"]) await logIn(`olga:${wrong}`);
  expect(await logIn("olga:open")).toBe("429 too.many.requests");
  expect(await logIn("olga:open", "198.51.100.7")).toBe("olga");
});

test("others at a locked address go on if they logged in before", async () => {
  const logIn = login([open, { name: "ada", password: "secret" }]);
  expect(await logIn("ada:secret")).toBe("ada");
  for (const name of ["a", "b", "c", "d", "e"]) await logIn(`${name}:x`);
  expect(await logIn("olga:open")).toBe("429 too.many.requests");
  expect(await logIn("ada:secret")).toBe("ada");
});

test("guesses at the same time are not more than guesses in a row", async () => {
  const logIn = login([hashed("ada", "secret")]);
  const told = await Promise.all(Array.from({ length: 10 }, (_, i) => logIn(`ada:${i}`)));
  expect(told.filter((one) => one === failed)).toHaveLength(3);
  expect(told.filter((one) => one === "429 too.many.requests")).toHaveLength(7);
});

test("when too many wait for bcrypt the others are told to come again, which is no failure of theirs", async () => {
  const logIn = login([hashed("ada", "secret", 8)]);
  const told = await Promise.all(Array.from({ length: 210 }, (_, i) => logIn(`n${i}:x`, `192.0.2.${i}`)));
  expect(told.filter((one) => one === "503 gateway:authentication.provider.unavailable")).toHaveLength(10);
  expect(await logIn("ada:secret", "192.0.2.209")).toBe("ada");
});

test("a password is taken once: bcrypt would take it twice with a NUL between", async () => {
  const logIn = login([hashed("ada", "secret")]);
  expect(bcrypt.compareSync("secret\0secret", hashed("ada", "secret").password)).toBe(true);
  expect(await logIn("ada:secret\0secret")).toBe(failed);
  expect(await logIn("ada:secret")).toBe("ada");
});
