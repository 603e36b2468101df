import { expect, test } from "vitest";
import { basicLogin } from "../../../src/gateway/auth/basic-login.ts";
import { type FailedLogin, failedLogins } from "../../../src/gateway/auth/failed-logins.ts";
import { loginOf, loginSettings, outcome } from "./requests.ts";

/** What is told, by a clock that the test moves. */
function telling() {
  const clock = { now: 1_000 };
  const told: FailedLogin[] = [];
  return {
    clock,
    told,
    onFailed: failedLogins(
      (fact) => told.push(fact),
      () => clock.now,
    ),
  };
}

test("a wrong password is told with its user and address, and nothing of what was given", async () => {
  const { told, onFailed } = telling();
  const logIn = basicLogin([{ name: "ada", password: "secret" }], loginSettings, onFailed);
  for (const credentials of ["ada:guess", "hunter2:ada", "ada:secret"]) {
    const request = loginOf(credentials, "192.0.2.7");
    await outcome(() => logIn(request.headers.authorization as string, request));
  }
  expect(told).toEqual([
    { what: "a login failed", address: "192.0.2.7", user: "ada", untold: 0 },
    { what: "a login failed", address: "192.0.2.7", untold: 0 },
  ]);
});

test("twenty are told in a minute, and later how many were not", () => {
  const { clock, told, onFailed } = telling();
  for (let i = 0; i < 1_000; i++) onFailed("a", "ada");
  expect(told).toHaveLength(20);
  clock.now += 60_000;
  onFailed("b", undefined);
  onFailed("c", undefined);
  expect(told.slice(20)).toEqual([
    { what: "a login failed", address: "b", untold: 980 },
    { what: "a login failed", address: "c", untold: 0 },
  ]);
});
