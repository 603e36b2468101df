import { expect, test } from "vitest";
import { credentialDigest } from "../../../src/gateway/auth/credential-digest.ts";

test("equal credentials have one digest, on whatever connection, and others another", () => {
  const digestOf = credentialDigest();
  const [one, other] = [{}, {}];

  const first = digestOf("Basic YTpi", one);
  const others = [digestOf("Basic YTpj", one), digestOf("Basic YTpj", other)];

  expect(digestOf("Basic YTpi", one)).toBe(first);
  expect(digestOf("Basic YTpi", other)).toBe(first);
  expect(others).toEqual([others[0], others[0]]);
  expect(others[0]).not.toBe(first);
});

test("the digest of one process says nothing to another", () => {
  expect(credentialDigest()("Basic YTpi", {})).not.toBe(credentialDigest()("Basic YTpi", {}));
});
