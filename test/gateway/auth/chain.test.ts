// In which order credentials count, and where they may be.

import { expect, test } from "vitest";
import { type AuthSettings, authenticator, type Door } from "../../../src/gateway/auth/authenticate.ts";
import { basicHeader } from "../../../src/gateway/auth/basic.ts";
import { authenticationFailed } from "../../../src/gateway/auth/errors.ts";
import type { AuthContext } from "../../../src/signals/signal.ts";
import { authSettings, outcome, requestWith } from "./requests.ts";

const bearer: AuthContext = { subjects: ["issuer:bearer"] };
const verify = (token: string): AuthContext => {
  if (token !== "good") throw authenticationFailed();
  return bearer;
};
const ada = basicHeader("ada:secret");
const failed = "401 gateway:authentication.failed";

/** The subjects, or the refusal, of a request. */
async function subjects(
  headers: Record<string, string>,
  query = "",
  settings: Partial<AuthSettings> = {},
  door: Door = "ws",
) {
  const authenticate = authenticator({ ...authSettings, ...settings }, verify);
  const told = await outcome(() =>
    authenticate(requestWith(headers), query === "" ? undefined : new URLSearchParams(query), door),
  );
  return typeof told === "string" ? told : (told as AuthContext).subjects;
}
const proxied = { enablePreAuthentication: true };
const pre = (value: string) => ({ "x-ditto-pre-authenticated": value });

test("a trusted proxy counts before a token, and a token that is no good is then not looked at", async () => {
  expect(await subjects({ ...pre("nginx:a"), authorization: "Bearer bad" }, "", proxied)).toEqual([
    "nginx:a",
  ]);
  expect(await subjects({ ...pre("nginx:a") }, "access_token=bad", proxied)).toEqual(["nginx:a"]);
});

test("a proxy that names nobody leaves it to the other credentials", async () => {
  for (const nobody of ["", " ", ",", " , ,"]) {
    expect(await subjects(pre(nobody), "", proxied)).toBe(failed);
    expect(await subjects({ ...pre(nobody), authorization: "Bearer good" }, "", proxied)).toEqual(
      bearer.subjects,
    );
    expect(await subjects({ ...pre(nobody), authorization: "Bearer bad" }, "", proxied)).toBe(failed);
  }
});

test("a proxy names several subjects, whose order and repetitions stay; blank ones are left out", async () => {
  expect(await subjects(pre(" b:2 ,a:1,, a:1,"), "", proxied)).toEqual(["b:2", "a:1", "a:1"]);
});

test("the header of a proxy is nobody's unless it is trusted, and its look-alikes never are", async () => {
  expect(await subjects(pre("nginx:a"))).toBe(failed);
  expect(await subjects({ ...pre("nginx:a"), authorization: ada })).toEqual(["nginx:ada"]);
  expect(await subjects({ x_ditto_pre_authenticated: "nginx:a" }, "", proxied)).toBe(failed);
  expect(await subjects({ "ditto-pre-authenticated": "nginx:a" }, "", proxied)).toBe(failed);
});

test("the query never stands for the header of a proxy", async () => {
  expect(await subjects({}, "x-ditto-pre-authenticated=nginx:a", proxied)).toBe(failed);
});

test("a token comes by header at both doors, and by the query at the WebSocket's only", async () => {
  expect(await subjects({ authorization: "bEaReR good" }, "", {}, "http")).toEqual(bearer.subjects);
  expect(await subjects({}, "access_token=good", {}, "ws")).toEqual(bearer.subjects);
  expect(await subjects({}, "access_token=good", {}, "http")).toBe(failed);
});

test("a header without a token brings an empty one, and another scheme none", async () => {
  const seen: string[] = [];
  const authenticate = authenticator(authSettings, (token) => {
    seen.push(token);
    return bearer;
  });
  for (const authorization of ["Bearer", "bearer ", "Bearer  a ", "Bearers a", "Bearer:a"])
    await outcome(() => authenticate(requestWith({ authorization }), undefined, "http"));
  expect(seen).toEqual(["", "", "a"]);
});

test("two tokens are refused, even if both are good", async () => {
  expect(await subjects({ authorization: "Bearer good" }, "access_token=good")).toBe(failed);
  expect(await subjects({}, "access_token=good&access_token=good")).toBe(failed);
});

test("a user with a password counts before the token of the query", async () => {
  expect(await subjects({ authorization: ada }, "access_token=bad")).toEqual(["nginx:ada"]);
});

test("name and password come by the query where that is turned on, at the WebSocket's door only", async () => {
  const on = { wsBasicParameter: true, users: [{ name: "ada", password: "p:& ü" }] };
  const query = `basic=${encodeURIComponent("ada:p:& ü")}`;
  expect(await subjects({}, query, on)).toEqual(["nginx:ada"]);
  expect(await subjects({}, "basic=ada:wrong", on)).toBe(failed);
  expect(await subjects({}, query, { ...on, wsBasicParameter: false })).toBe(failed);
  expect(await subjects({}, query, on, "http")).toBe(failed);
  expect(await subjects({}, `${query}&${query}`, on)).toBe(failed);
  expect(await subjects({}, `${query}&access_token=good`, on)).toBe(failed);
});

test("who is known already is known at once, by the same context", () => {
  const authenticate = authenticator({ ...authSettings, ...proxied }, verify);
  const twice = (headers: Record<string, string>) =>
    [1, 2].map(() => authenticate(requestWith(headers), undefined, "http"));
  for (const headers of [{ authorization: ada }, pre("nginx:a,nginx:b")]) {
    const [first, second] = twice(headers);
    expect(first).not.toBeInstanceOf(Promise);
    expect(second).toBe(first);
  }
});
