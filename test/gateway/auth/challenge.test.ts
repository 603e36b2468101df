import { expect, test } from "vitest";
import { asksForBasic, refusalHeaders } from "../../../src/gateway/auth/challenge.ts";
import { authenticationFailed, loginUnavailable, TooManyFailures } from "../../../src/gateway/auth/errors.ts";

const users = [{ name: "ada", password: "secret" }];

test("a login is asked for where there are users and no proxy that asks", () => {
  expect(asksForBasic({ users, enablePreAuthentication: false })).toBe(true);
  expect(asksForBasic({ users, enablePreAuthentication: true })).toBe(false);
  expect(asksForBasic({ users: [], enablePreAuthentication: false })).toBe(false);
});

test("a refused login is told how to log in, a locked one when to come again", () => {
  const basic = { "www-authenticate": 'Basic realm="ditto", charset="UTF-8"' };
  expect(refusalHeaders(authenticationFailed(), true)).toEqual(basic);
  expect(refusalHeaders(authenticationFailed(), false)).toEqual({});
  expect(refusalHeaders(new TooManyFailures(17), true)).toEqual({ "retry-after": "17" });
  expect(refusalHeaders(loginUnavailable(), true)).toEqual({});
});
