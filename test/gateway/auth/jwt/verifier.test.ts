import { CompactSign } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  inSeconds,
  type LoopbackIssuer,
  newKey,
  published,
  sign,
  startLoopbackIssuer,
} from "../../../support/loopback-issuer.ts";
import { verifying } from "./verifying.ts";

const key = newKey();
let issuer: LoopbackIssuer;

beforeAll(async () => {
  issuer = await startLoopbackIssuer(published(key));
});
afterAll(async () => issuer[Symbol.asyncDispose]());

test("a token gives its subject behind the prefix, its claims and when it expires", async () => {
  const exp = inSeconds(30);
  const token = await sign(key, { iss: issuer.url, sub: "ann", exp, big: 1 });

  expect(await verifying(issuer).accepted(token)).toEqual({
    subjects: ["test:ann"],
    token: { claims: { iss: issuer.url, sub: "ann", exp, big: 1 }, expiresAt: exp * 1000 },
  });
});

test("a token that is known is answered at once, with the same object", async () => {
  const { verify } = verifying(issuer);
  const token = await sign(key, { iss: issuer.url, sub: "ann" });

  const first = verify(token);
  const context = await first;

  expect(first).toBeInstanceOf(Promise);
  expect(verify(token)).toBe(context);
});

test("a known token is refused once it has expired", async () => {
  const { accepted, refused } = verifying(issuer, {}, {}, 0);
  const token = await sign(key, { iss: issuer.url, sub: "ann", exp: inSeconds(1) });

  const { token: known } = await accepted(token);
  await new Promise((resolve) => setTimeout(resolve, (known?.expiresAt ?? 0) - Date.now() + 20));

  expect(await refused(token)).toBe("401 gateway:authentication.failed");
});

test("the issuer is compared letter by letter, with the protocol or without", async () => {
  const { refused } = verifying(issuer, { issuers: [`${issuer.address}/`] });
  const of = async (iss: string) => refused(await sign(key, { iss, sub: "ann" }));

  expect(await of(`${issuer.url}/`)).toBe("accepted for test:ann");
  expect(await of(`${issuer.address}/`)).toBe("accepted for test:ann");
  expect(await of(issuer.url)).toBe("401 gateway:jwt.issuer.notsupported");
  expect(await of(`https://${issuer.address}/`)).toBe("401 gateway:jwt.issuer.notsupported");
  expect(await of(`${issuer.url}/`.toUpperCase())).toBe("401 gateway:jwt.issuer.notsupported");
});

test("several issuers are trusted at once, each with its own keys and prefix", async () => {
  const otherKey = newKey("P-256");
  await using other = await startLoopbackIssuer(published(otherKey));
  const { accepted, refused } = verifying(issuer, { issuers: [issuer.address, other.address] });

  const [mine, theirs, mixed] = await Promise.all([
    sign(key, { iss: issuer.url, sub: "ann" }),
    sign(otherKey, { iss: other.url, sub: "bob" }, { alg: "ES256" }),
    sign(key, { iss: other.url, sub: "eve" }),
  ]);

  expect((await accepted(mine)).subjects).toEqual(["test:ann"]);
  expect((await accepted(theirs)).subjects).toEqual(["test:bob"]);
  expect(await refused(mixed)).toBe("401 gateway:authentication.failed");
});

test("every signature that Ditto takes is taken", async () => {
  const curves = { ES256: newKey("P-256"), ES384: newKey("P-384"), ES512: newKey("P-521") };
  await using many = await startLoopbackIssuer(...[key, ...Object.values(curves)].map(published));
  const { refused } = verifying(many);
  const claims = { iss: many.url, sub: "ann" };

  for (const alg of ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
    expect(await refused(await sign(key, claims, { alg }))).toBe("accepted for test:ann");
  for (const [alg, curve] of Object.entries(curves))
    expect(await refused(await sign(curve, claims, { alg }))).toBe("accepted for test:ann");
});

test("clocks may differ by the allowed skew and no more", async () => {
  const { refused } = verifying(issuer);
  const at = async (times: object) => refused(await sign(key, { iss: issuer.url, sub: "ann", ...times }));

  expect(await at({ exp: inSeconds(-7) })).toBe("accepted for test:ann");
  expect(await at({ exp: inSeconds(-12) })).toBe("401 gateway:authentication.failed");
  expect(await at({ nbf: inSeconds(7) })).toBe("accepted for test:ann");
  expect(await at({ nbf: inSeconds(15) })).toBe("401 gateway:authentication.failed");
});

test("an expiry beyond all dates is the last of them", async () => {
  const token = await sign(key, { iss: issuer.url, sub: "ann", exp: 1e300 });

  expect((await verifying(issuer).accepted(token)).token?.expiresAt).toBe(8.64e15);
});

test("subjects unfold arrays, each once, and leave out what has no value", async () => {
  const { accepted } = verifying(issuer, {
    "auth-subjects": [
      "{{ jwt:sub }}",
      "{{ jwt:sub }}/{{ jwt:scp }}",
      "{{ jwt:sub }}@{{ jwt:missing }}",
      "{{ jwt:roles/support }}",
      "{{ jwt:again }}",
    ],
  });
  const claims = { sub: "ann", scp: ["r", "w"], roles: { support: ["s1", "s2"] }, again: "ann" };

  const { subjects } = await accepted(await sign(key, { iss: issuer.url, ...claims }));

  expect(subjects).toEqual(["test:ann", "test:ann/r", "test:ann/w", "test:s1", "test:s2"]);
});

test("a token that gives no subject is refused, and so is one whose subjects no policy could name", async () => {
  const { refused, accepted } = verifying(issuer);
  const of = async (sub?: string) => sign(key, { iss: issuer.url, ...(sub === undefined ? {} : { sub }) });

  expect(await refused(await of())).toBe("401 gateway:authentication.failed");
  expect(await refused(await of(""))).toBe("401 gateway:authentication.failed");
  expect(await refused(await of("a\nb"))).toBe("401 gateway:authentication.failed");
  expect((await accepted(await of("ünï"))).subjects).toEqual(["test:ünï"]);
});

test("every condition must resolve to something", async () => {
  const { refused } = verifying(issuer, {
    "prerequisite-conditions": ["{{ jwt:aud | fn:filter('eq','twins') }}", "{{ jwt:sub }}"],
  });
  const of = async (aud?: string | string[]) =>
    refused(await sign(key, { iss: issuer.url, sub: "ann", ...(aud === undefined ? {} : { aud }) }));

  expect(await of("twins")).toBe("accepted for test:ann");
  expect(await of(["others", "twins"])).toBe("accepted for test:ann");
  expect(await of("others")).toBe("401 gateway:jwt.condition.failed");
  expect(await of()).toBe("401 gateway:jwt.condition.failed");
});

test("claims become headers; without a value the text itself stands there, so that no client can send it", async () => {
  const { accepted } = verifying(issuer, {
    "inject-claims-into-headers": {
      "user-email": "{{ jwt:email }}",
      "user-name": "{{ jwt:name }}",
      "user-note": "{{ jwt:note }}",
      origin: "test",
    },
  });

  const { token } = await accepted(
    await sign(key, { iss: issuer.url, sub: "ann", email: ["a@x", "b@x"], note: "two\r\nlines" }),
  );

  expect(token?.headers).toEqual({
    "user-email": "a@x",
    "user-name": "{{ jwt:name }}",
    "user-note": "{{ jwt:note }}",
    origin: "test",
  });
});

test("integers of claims that a double cannot hold keep their digits", async () => {
  const header = { alg: "RS256", kid: key.kid };
  const payload = `{"iss":"${issuer.url}","sub":"ann","exp":${inSeconds(60)},"id":9007199254740993}`;
  const token = await new CompactSign(Buffer.from(payload)).setProtectedHeader(header).sign(key.privateKey);
  const { accepted } = verifying(issuer, { "auth-subjects": ["{{ jwt:id }}"] });

  expect((await accepted(token)).subjects).toEqual(["test:9007199254740993"]);
});
