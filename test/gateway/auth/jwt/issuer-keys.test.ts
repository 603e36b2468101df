import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  DISCOVERY,
  KEYS,
  type LoopbackIssuer,
  newKey,
  published,
  sign,
  startLoopbackIssuer,
} from "../../../support/loopback-issuer.ts";
import { verifying } from "./verifying.ts";

const [first, second] = [newKey(), newKey()];
const UNPROVEN = "401 gateway:authentication.failed";
const NO_KEYS = "503 gateway:publickey.provider.unavailable";
const NO_ISSUER = "503 gateway:authentication.provider.unavailable";
let issuer: LoopbackIssuer;

beforeEach(async () => {
  issuer = await startLoopbackIssuer(published(first));
});
afterEach(async () => issuer[Symbol.asyncDispose]());

const token = (key = first, sub = "ann") => sign(key, { iss: issuer.url, sub });
const accepted = (sub: string) => `accepted for test:${sub}`;

test("many tokens at once fetch the keys once", async () => {
  const { refused } = verifying(issuer);
  const tokens = await Promise.all(Array.from({ length: 50 }, (_, i) => token(first, `user-${i}`)));

  const answers = await Promise.all(tokens.map(refused));

  expect(answers).toEqual(tokens.map((_, i) => accepted(`user-${i}`)));
  expect(issuer.asked).toBe(1);
});

test("a key that the issuer begins to use is fetched when its first token comes", async () => {
  const { refused } = verifying(issuer);
  await refused(await token());
  issuer.publish(published(first), published(second));

  expect(await refused(await token(second))).toBe(accepted("ann"));
  expect(await refused(await token(first, "bob"))).toBe(accepted("bob"));
  expect(issuer.asked).toBe(2);
});

test("forged key IDs do not make the server ask again and again", async () => {
  const { refused } = verifying(issuer);
  const forged = await Promise.all(Array.from({ length: 50 }, () => token(second)));

  for (const one of forged) expect(await refused(one)).toBe(UNPROVEN);

  expect(issuer.asked).toBe(5); // that many in a row, then one a minute in these tests
  expect(await refused(await token())).toBe(accepted("ann"));
});

test("a token whose key was withdrawn is known no longer, once the keys were fetched again", async () => {
  const { verify, refused } = verifying(issuer, {}, { refreshMs: 200, restMs: 0 });
  const old = await token();
  const known = await verify(old);
  issuer.publish(published(second));
  expect(verify(old)).toBe(known);

  await sleep(210);

  expect(await refused(old)).toBe(UNPROVEN);
  expect(await refused(await token(second))).toBe(accepted("ann"));
});

test("a token signed by a withdrawn key falls at once when a token of the new key comes", async () => {
  const { verify, refused } = verifying(issuer, {}, { restMs: 0 });
  const old = await token();
  await verify(old);
  issuer.publish(published(second));

  expect(await refused(await token(second))).toBe(accepted("ann"));
  expect(await refused(old)).toBe(UNPROVEN);
});

test("a known token stays the same object when the issuer's keys are fetched again and are the same", async () => {
  const { verify } = verifying(issuer, {}, { refreshMs: 400, restMs: 0 });
  const one = await token();
  const known = await verify(one);
  await sleep(410);

  await verify(await token(first, "bob"));

  expect(issuer.asked).toBe(2);
  expect(verify(one)).toBe(known);
});

test("while the issuer is down its old keys go on working, and nobody waits for it twice", async () => {
  const { refused, observed } = verifying(issuer, {}, { refreshMs: 50, restMs: 100 });
  await refused(await token());
  issuer.answer(DISCOVERY, (_, response) => void setTimeout(() => response.writeHead(500).end(), 1_000));
  await sleep(110);

  expect(await refused(await token(first, "first to notice"))).toBe(accepted("first to notice"));
  await sleep(110);
  const start = performance.now();
  expect(await refused(await token(first, "later"))).toBe(accepted("later"));

  expect(performance.now() - start).toBeLessThan(700);
  expect(observed).toMatchObject([
    { what: "the keys of an issuer are not available", issuer: issuer.address },
  ]);
});

test("old keys work no longer when the issuer is down for too long, and again when it is back", async () => {
  const { refused } = verifying(issuer, {}, { refreshMs: 20, keepMs: 50, restMs: 20 });
  await refused(await token());
  issuer.answer(KEYS, (_, response) => void response.writeHead(503).end());
  await sleep(60);

  expect(await refused(await token(first, "bob"))).toBe(NO_ISSUER);
  issuer.answer(KEYS, undefined);
  await sleep(30);
  expect(await refused(await token(first, "bob"))).toBe(accepted("bob"));
});

test("an issuer that was not reached is left alone for a while, and the refusal stays the same", async () => {
  const { refused } = verifying(issuer, {}, { restMs: 500 });
  let asked = 0;
  issuer.answer(DISCOVERY, (request) => {
    asked++;
    request.socket.destroy();
  });

  const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => token(first, `${i}`)));

  for (const one of tokens) expect(await refused(one)).toBe(NO_KEYS);
  const askedAtFirst = asked;
  issuer.answer(DISCOVERY, undefined);
  await sleep(510);

  expect(askedAtFirst).toBeLessThanOrEqual(2); // fetch itself may try a broken connection once more
  expect(await refused(await token())).toBe(accepted("ann"));
});

test("a new key that cannot be fetched is no reason to call its token forged", async () => {
  const { refused } = verifying(issuer, {}, { restMs: 0 });
  await refused(await token());
  issuer.answer(DISCOVERY, (_, response) => void response.writeHead(500).end());

  expect(await refused(await token(second))).toBe(NO_ISSUER);
});

test.each([
  ["an error", NO_ISSUER, 500, "{}"],
  ["not found", NO_ISSUER, 404, "{}"],
  ["no JSON", NO_KEYS, 200, "<html>"],
  ["no object", NO_KEYS, 200, "[]"],
  ["nothing", NO_KEYS, 200, ""],
  ["no address of keys", NO_KEYS, 200, "{}"],
  ["an address that is no text", NO_KEYS, 200, '{"jwks_uri":1}'],
  ["an address of a file", NO_KEYS, 200, '{"jwks_uri":"file:///etc/passwd"}'],
  ["an address of data", NO_KEYS, 200, '{"jwks_uri":"data:application/json,{\\"keys\\":[]}"}'],
  ["a relative address", NO_KEYS, 200, '{"jwks_uri":"/keys"}'],
  ["endless data", NO_KEYS, 200, `{"x":"${"x".repeat(300_000)}"}`],
])("discovery that answers %s is unavailable", async (_, refusal, status, body) => {
  issuer.answer(DISCOVERY, (_request, response) => void response.writeHead(status).end(body));

  expect(await verifying(issuer).refused(await token())).toBe(refusal);
});

test.each([
  ["no keys", NO_KEYS, "{}"],
  ["keys that are no list", NO_KEYS, '{"keys":{}}'],
  ["an empty list", UNPROVEN, '{"keys":[]}'],
  ["a list of nonsense", UNPROVEN, '{"keys":[1,null,[],{},{"kid":1},{"kty":"RSA"}]}'],
])("a key set with %s proves nothing", async (_, refusal, body) => {
  issuer.answer(KEYS, (_request, response) => void response.end(body));

  expect(await verifying(issuer).refused(await token())).toBe(refusal);
});

test("a broken key does not spoil the others, and proves nothing itself", async () => {
  const broken = { kty: "RSA", kid: "broken", n: "!!", e: "AQAB", use: "sig" };
  const odd = { kty: "EC", kid: "odd", crv: "P-256", x: 1, ext: "yes", key_ops: 1 };
  issuer.publish(broken, odd, published(first));
  const { refused } = verifying(issuer);

  expect(await refused(await token())).toBe(accepted("ann"));
  expect(await refused(await token({ ...first, kid: "broken" }))).toBe(UNPROVEN);
});

test("a key that is not meant for signatures proves nothing", async () => {
  issuer.publish({ ...published(first), use: "enc" });

  expect(await verifying(issuer).refused(await token())).toBe(UNPROVEN);
});

test("redirects are not followed", async () => {
  await using elsewhere = await startLoopbackIssuer(published(first));
  issuer.answer(
    KEYS,
    (_, response) => void response.writeHead(302, { location: `${elsewhere.url}${KEYS}` }).end(),
  );

  expect(await verifying(issuer).refused(await token())).toBe(NO_ISSUER);
  expect(elsewhere.asked).toBe(0);
});

test("an issuer that does not answer in time is given up", async () => {
  issuer.answer(DISCOVERY, () => undefined);

  expect(await verifying(issuer, {}, { giveUpMs: 50 }).refused(await token())).toBe(NO_ISSUER);
});
