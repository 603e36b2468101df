// What an attacker may send instead of a token; docs/security.md tells of each.

import { createHmac, createSign } from "node:crypto";
import fc from "fast-check";
import { CompactEncrypt, CompactSign, exportJWK } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  inSeconds,
  KEYS,
  type LoopbackIssuer,
  newKey,
  published,
  sign,
  startLoopbackIssuer,
} from "../../../support/loopback-issuer.ts";
import { type Verifying, verifying } from "./verifying.ts";

const key = newKey();
const curve = newKey("P-256");
const forger = newKey(2048, key.kid);
let issuer: LoopbackIssuer;
let refused: Verifying["refused"];

const MALFORMED = "400 jwt:invalid";
const UNPROVEN = "401 gateway:authentication.failed";

beforeAll(async () => {
  issuer = await startLoopbackIssuer(published(key), published(curve));
  ({ refused } = verifying(issuer));
});
afterAll(async () => issuer[Symbol.asyncDispose]());

const claims = (more: object = {}) => ({ iss: issuer.url, sub: "eve", exp: inSeconds(60), ...more });
const encoded = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const unsigned = (header: unknown, payload: unknown, signature = "AAAA"): string =>
  `${encoded(header)}.${encoded(payload)}.${signature}`;
const signedText = (payload: string, header: object = {}): Promise<string> =>
  new CompactSign(Buffer.from(payload))
    .setProtectedHeader({ alg: "RS256", kid: key.kid, ...header })
    .sign(key.privateKey);

test("what these tests change is accepted as it was", async () => {
  expect(await refused(await sign(key, claims()))).toBe("accepted for test:eve");
  expect(await refused(await signedText(JSON.stringify(claims())))).toBe("accepted for test:eve");
});

test("a signature of another key is refused, though it has the ID of the right one", async () => {
  expect(await refused(await sign(forger, claims()))).toBe(UNPROVEN);
});

test("a signed token whose claims or header were changed is refused", async () => {
  const [header, , signature] = (await sign(key, claims())).split(".");

  expect(await refused(`${header}.${encoded(claims({ sub: "admin" }))}.${signature}`)).toBe(UNPROVEN);
  expect(
    await refused((await sign(key, claims())).replace(/^[^.]+/, encoded({ alg: "RS512", kid: key.kid }))),
  ).toBe(UNPROVEN);
});

test.each(["none", "None", "NONE", "nOnE", ""])("the algorithm '%s' is refused", async (alg) => {
  const header = { alg, kid: key.kid };

  expect(await refused(unsigned(header, claims()))).toBe(UNPROVEN);
  expect(await refused(unsigned(header, claims(), ""))).toBe(MALFORMED);
});

test("an HMAC with the public key as its secret is refused, whatever form the key has", async () => {
  const secrets = [
    key.publicKey.export({ format: "pem", type: "spki" }),
    key.publicKey.export({ format: "pem", type: "pkcs1" }),
    key.publicKey.export({ format: "der", type: "spki" }),
    JSON.stringify(published(key)),
    JSON.stringify(await exportJWK(key.publicKey)),
    "",
  ];
  for (const [alg, digest] of [
    ["HS256", "sha256"],
    ["HS384", "sha384"],
    ["HS512", "sha512"],
  ] as const) {
    for (const secret of secrets) {
      const signed = `${encoded({ alg, kid: key.kid })}.${encoded(claims())}`;
      const signature = createHmac(digest, secret).update(signed).digest("base64url");
      expect(await refused(`${signed}.${signature}`)).toBe(UNPROVEN);
    }
  }
});

test("a symmetric key that the issuer publishes by mistake is no key", async () => {
  const secret = Buffer.alloc(32, 7);
  const oct = { kty: "oct", kid: "shared", k: secret.toString("base64url"), alg: "HS256" };
  await using careless = await startLoopbackIssuer(oct, published(key));
  const signed = `${encoded({ alg: "HS256", kid: "shared" })}.${encoded(claims({ iss: careless.url }))}`;
  const token = `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;

  expect(await verifying(careless).refused(token)).toBe(UNPROVEN);
});

test("a key that is published with its private part is no key, since anybody could sign with it", async () => {
  const jwk = { ...key.privateKey.export({ format: "jwk" }), kid: key.kid };
  await using careless = await startLoopbackIssuer(jwk);

  expect(await verifying(careless).refused(await sign(key, claims({ iss: careless.url })))).toBe(UNPROVEN);
});

test("a key of the wrong type, curve or length for its algorithm is refused", async () => {
  const short = newKey(1024);
  await using weak = await startLoopbackIssuer(published(short), published(newKey("P-384", "p384")));
  const [header, payload] = [{ alg: "RS256", kid: short.kid }, claims({ iss: weak.url })];
  const signed = `${encoded(header)}.${encoded(payload)}`;
  const shortToken = `${signed}.${createSign("sha256").update(signed).sign(short.privateKey, "base64url")}`;

  expect(await verifying(weak).refused(shortToken)).toBe(UNPROVEN);
  expect(await verifying(weak).refused(unsigned({ alg: "ES256", kid: "p384" }, payload))).toBe(UNPROVEN);
  expect(await refused(unsigned({ alg: "ES256", kid: key.kid }, claims()))).toBe(UNPROVEN);
  expect(await refused(unsigned({ alg: "RS256", kid: curve.kid }, claims()))).toBe(UNPROVEN);
  // The all-zero signature that unchecked ECDSA takes for any message (CVE-2022-21449).
  const zero = Buffer.alloc(64).toString("base64url");
  expect(await refused(unsigned({ alg: "ES256", kid: curve.kid }, claims(), zero))).toBe(UNPROVEN);
});

test("keys that a token brings or points to are not looked at", async () => {
  const jwk = published(forger);
  let asked = 0;
  await using evil = await startLoopbackIssuer(jwk);
  evil.answer(KEYS, (_, response) => {
    asked++;
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  const pointers = [
    { jwk: jwk as never },
    { jku: `${evil.url}${KEYS}` },
    { x5u: `${evil.url}${KEYS}` },
    { x5c: [forger.publicKey.export({ format: "der", type: "spki" }).toString("base64")] },
  ];

  for (const header of pointers) expect(await refused(await sign(forger, claims(), header))).toBe(UNPROVEN);
  expect(asked).toBe(0);
});

test.each([
  "../../../../dev/null",
  "/etc/passwd",
  "' OR 1=1 --",
  "__proto__",
  "constructor",
  "a\u0000b",
  "\r\nx: y",
])("the key ID %j is only a name", async (kid) => {
  expect(await refused(unsigned({ alg: "RS256", kid }, claims()))).toBe(UNPROVEN);
});

test.each([undefined, 1, null, true, {}, ["a"]])("a key ID %j is malformed", async (kid) => {
  expect(await refused(unsigned({ alg: "RS256", kid }, claims()))).toBe(MALFORMED);
});

test("an issuer that is nobody's is refused before anything is fetched", async () => {
  const before = issuer.asked;
  const { refused: fresh } = verifying(issuer);

  for (const iss of ["https://evil.example", "", `${issuer.url}.evil.example`, ` ${issuer.url}`, "__proto__"])
    expect(await fresh(await sign(key, claims({ iss })))).toBe("401 gateway:jwt.issuer.notsupported");
  expect(issuer.asked).toBe(before);
});

test.each([[undefined], [1], [null], [{}], [[]]])(
  "an issuer that is no text is malformed: %j",
  async (iss) => {
    expect(await refused(unsigned({ alg: "RS256", kid: key.kid }, claims({ iss })))).toBe(MALFORMED);
  },
);

test("an issuer in a list is malformed, even if the list holds the right one", async () => {
  expect(await refused(await sign(key, claims({ iss: [issuer.url] }) as never))).toBe(MALFORMED);
});

test.each([
  ["absent", (text: string) => text.replace(/"exp":\d+,?/, "").replace(",}", "}")],
  ["a text", (text: string) => text.replace(/"exp":(\d+)/, '"exp":"$1"')],
  ["null", (text: string) => text.replace(/"exp":\d+/, '"exp":null')],
  ["true", (text: string) => text.replace(/"exp":\d+/, '"exp":true')],
  ["a list", (text: string) => text.replace(/"exp":(\d+)/, '"exp":[$1]')],
  ["negative", (text: string) => text.replace(/"exp":(\d+)/, '"exp":-$1')],
])("an expiry that is %s is refused", async (_, change) => {
  const text = change(JSON.stringify({ iss: issuer.url, sub: "eve", exp: inSeconds(60) }));

  expect(await refused(await signedText(text))).toBe(UNPROVEN);
});

test("an expiry beyond the numbers is malformed, one with a fraction is not", async () => {
  const withExp = (exp: string) => signedText(JSON.stringify(claims()).replace(/"exp":\d+/, `"exp":${exp}`));

  expect(await refused(await withExp("1e999"))).toBe(MALFORMED);
  expect(await refused(await withExp("99999999999999999999"))).toBe(MALFORMED);
  expect(await refused(await withExp(`${inSeconds(60)}.5`))).toBe("accepted for test:eve");
});

test.each(["nbf", "iat"])("a %s that is no number is refused", async (claim) => {
  expect(await refused(await signedText(JSON.stringify(claims({ [claim]: "0" }))))).toBe(UNPROVEN);
});

test("of claims that are there twice the last counts, for what is checked and for what is used", async () => {
  const { refused: strict } = verifying(issuer, {
    "prerequisite-conditions": ["{{ jwt:aud | fn:filter('eq','twins') }}"],
  });
  const rest = `"exp":${inSeconds(60)},"aud":"twins"`;

  expect(
    await strict(await signedText(`{"iss":"x","sub":"a",${rest},"iss":"${issuer.url}","sub":"b"}`)),
  ).toBe("accepted for test:b");
  expect(await strict(await signedText(`{"iss":"${issuer.url}","sub":"a",${rest},"iss":"x"}`))).toBe(
    "401 gateway:jwt.issuer.notsupported",
  );
  expect(await strict(await signedText(`{"iss":"${issuer.url}","sub":"a",${rest},"exp":1}`))).toBe(UNPROVEN);
});

test("extensions that must be understood are refused, and so is a payload that is not encoded", async () => {
  const header = (more: object) => ({ alg: "RS256", kid: key.kid, ...more });

  expect(await refused(unsigned(header({ crit: ["exp"], exp: 1 }), claims()))).toBe(UNPROVEN);
  expect(await refused(unsigned(header({ crit: [] }), claims()))).toBe(UNPROVEN);
  expect(await refused(await signedText(JSON.stringify(claims()), { crit: ["b64"], b64: true }))).toBe(
    UNPROVEN,
  );
  expect(await refused(unsigned(header({ crit: ["b64"], b64: false }), claims()))).toBe(UNPROVEN);
});

test("an encrypted token is malformed", async () => {
  const jwe = await new CompactEncrypt(Buffer.from(JSON.stringify(claims())))
    .setProtectedHeader({ alg: "RSA-OAEP", enc: "A256GCM", kid: key.kid })
    .encrypt(key.publicKey);

  expect(await refused(jwe)).toBe(MALFORMED);
});

test("a token of great length is refused at once", async () => {
  const header = { alg: "RS256", kid: key.kid };
  const start = performance.now();

  expect(await refused(unsigned(header, claims({ pad: "x".repeat(20_000) })))).toBe(MALFORMED);
  expect(await refused("a.".repeat(500_000))).toBe(MALFORMED);
  expect(await refused("x".repeat(1_000_000))).toBe(MALFORMED);
  expect(performance.now() - start).toBeLessThan(500);
});

test("claims that are nested deeply are refused, in the payload and in the header", async () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const payload = JSON.stringify(claims()).replace(/}$/, `,"x":${deep(3000)}}`);

  expect(await refused(await signedText(payload))).toBe(MALFORMED);
  expect(await refused(unsigned(`{"alg":"RS256","kid":"${key.kid}","x":${deep(3000)}}`, claims()))).toBe(
    MALFORMED,
  );
});

test("claims that unfold to masses of subjects are refused", async () => {
  const { refused: unfolding } = verifying(issuer, {
    "auth-subjects": ["{{jwt:a}}{{jwt:a}}{{jwt:a}}{{jwt:a}}"],
  });
  const a = Array.from({ length: 1000 }, (_, i) => i);

  expect(await unfolding(await sign(key, claims({ a })))).toMatch(/^400 placeholder:/);
});

test.each([
  "",
  ".",
  "..",
  "...",
  "abc",
  "abc.def",
  "abc.def.ghi",
  "abc.def.ghi.jkl",
  "e30.e30.e30",
  "W10.W10.W10",
  "bnVsbA.bnVsbA.AA",
  "IiI.IiI.AA",
  "\u0000.\u0000.\u0000",
  "ééé.ééé.ééé",
])("the text %j is malformed", async (text) => {
  expect(await refused(text)).toBe(MALFORMED);
});

test("blanks, line ends, padding and letters of another Base64 do not belong into a token", async () => {
  const token = await sign(key, claims());
  const [header = "", payload = "", signature = ""] = token.split(".");

  for (const changed of [
    ` ${token}`,
    `${header} .${payload}.${signature}`,
    `${header}.\n${payload}.${signature}`,
  ])
    expect(await refused(changed)).toBe(MALFORMED);
  for (const changed of [`${header}=.${payload}.${signature}`, `${header}.${payload}+/.${signature}`])
    expect(await refused(changed)).toBe(MALFORMED);
  for (const changed of [`${token} `, `${token}\n`, `${token}=`, `${token}!`])
    expect(await refused(changed)).toBe(UNPROVEN);
});

test("a token of which one character is another one is refused", async () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ~".split("");
  for (const token of [await sign(key, claims()), await sign(curve, claims(), { alg: "ES256" })]) {
    const change = fc.tuple(fc.nat(token.length - 1), fc.constantFrom(...alphabet));
    await fc.assert(
      fc.asyncProperty(change, async ([at, letter]) => {
        const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
        fc.pre(changed !== token);
        expect(await refused(changed)).toMatch(/^40[01] /);
      }),
      { numRuns: 500, examples: [...alphabet].map((letter) => [[token.length - 1, letter]] as const) },
    );
  }
});

test("text that is no UTF-8 is malformed", async () => {
  const bytes = Buffer.concat([Buffer.from('{"iss":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);

  expect(await refused(`${encoded({ alg: "RS256", kid: key.kid })}.${bytes.toString("base64url")}.AA`)).toBe(
    MALFORMED,
  );
});

test("a refusal tells nothing of the token but its issuer", async () => {
  const { verify } = verifying(issuer);
  const token = await sign(forger, claims({ secret: "do not tell" }));

  const error = await Promise.resolve(verify(token)).catch((reason: unknown) => reason);

  const told = `${JSON.stringify(error)} ${(error as Error).stack} ${String((error as Error).cause)}`;
  for (const part of ["do not tell", "eve", ...token.split(".")]) expect(told).not.toContain(part);
});
