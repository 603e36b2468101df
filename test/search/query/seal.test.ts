import fc from "fast-check";
import { expect, test } from "vitest";
import { newSecret, Seal } from "../../../src/search/query/seal.ts";

const seal = new Seal(newSecret());

test("what is sealed opens again, with any seal of the secret", () => {
  const secret = newSecret();
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 2_000 }), (text) => {
      expect(new Seal(secret).open(new Seal(secret).close(text))).toBe(text);
    }),
  );
});

test("no byte can be changed, added or taken away", () => {
  const sealed = Buffer.from(seal.close("where a page ended"), "base64url");
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] as number) ^ (1 << (i % 8));
    expect(seal.open(changed.toString("base64url"))).toBeUndefined();
    expect(seal.open(sealed.subarray(0, i).toString("base64url"))).toBeUndefined();
    expect(seal.open(sealed.subarray(i + 1).toString("base64url"))).toBeUndefined();
  }
  expect(seal.open(Buffer.concat([sealed, Buffer.of(0)]).toString("base64url"))).toBeUndefined();
});

test("no other spelling of the same bytes opens", () => {
  // 16 + 4 + 1 + 4 + 16 bytes, no multiple of three: the last character has bits that say nothing.
  const sealed = seal.close("abcd");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(sealed.at(-1) as string);
  const twin = sealed.slice(0, -1) + alphabet[last ^ 1];
  expect(Buffer.from(twin, "base64url")).toEqual(Buffer.from(sealed, "base64url"));
  for (const spelled of [twin, `${sealed}=`, `${sealed} `, sealed.replace(/^./, "$&\n")])
    expect(seal.open(spelled)).toBeUndefined();
});

test("nobody reads it without the secret, and equal texts look unlike", () => {
  const text = "a secret value";
  expect(Buffer.from(seal.close(text), "base64url").includes(text)).toBe(false);
  expect(seal.close(text)).not.toBe(seal.close(text));
  expect(new Seal(newSecret()).open(seal.close(text))).toBeUndefined();
});

test("a long text becomes shorter", () => {
  expect(seal.close("eq(attributes/a,1),".repeat(1_000)).length).toBeLessThan(1_000);
});
