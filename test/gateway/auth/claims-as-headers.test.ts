// The headers that the claims of a token become, beside those that its bearer sends.

import { expect, test } from "vitest";
import { admit } from "../../../src/gateway/http/request-headers.ts";
import { outcome, requestWith } from "./requests.ts";

const admitted = (told: Readonly<Record<string, string>>, sent: Record<string, string> = {}) =>
  outcome(async () => {
    const token = { claims: {}, expiresAt: 0, headers: told };
    const { headers } = await admit(
      { ...requestWith(sent), method: "PUT" } as never,
      new URLSearchParams("correlation-id=sent"),
      "http",
      {
        authenticate: () => ({ subjects: ["test:ann"], token }),
        asksForBasic: false,
        ignoresPreAuthentication: true,
        maxHeaderBytes: 100,
        maxSubjects: 1,
      },
    );
    return headers;
  });

test("the claims count, whatever the bearer sends", async () => {
  const told = { "user-email": "ann@example.org", "correlation-id": "claimed" };
  expect(await admitted(told, { "user-email": "eve@example.org" })).toEqual(told);
});

test("no claim becomes a header that nobody can set", async () => {
  const told = Object.fromEntries(
    ["ditto-sudo", "ditto-originator", "authorization", "content-type", "connection"].map((name) => [
      name,
      "x",
    ]),
  );
  expect(await admitted(told)).toEqual({ "correlation-id": "sent" });
});

test("a claim of another type than its header is refused, and so are more than headers may be long", async () => {
  expect(await admitted({ "correlation-id": "ü" })).toBe("400 header.invalid");
  expect(await admitted({ a: "x".repeat(50), b: "x".repeat(49) })).toBe("431 headers.too.large");
});
