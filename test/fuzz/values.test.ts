// What is stored is what was sent, as JSON: after a PUT the value itself, after a PATCH what RFC 7396 makes of both.

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { equals, isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { send } from "../replay/send.ts";
import { objectOf } from "../support/json-arbitraries.ts";
import type { TestServer } from "../support/server.ts";
import { openSession } from "../support/socket.ts";
import { startTarget } from "./target.ts";

const asDitto = { "x-ditto-pre-authenticated": "nginx:ditto" };
const types = { PUT: "application/json", PATCH: "application/merge-patch+json" } as const;
const places = ["attributes", "features/f/properties", "features/f/desiredProperties", "attributes/deep/er"];
const bounded = { numRuns: 300, interruptAfterTimeLimit: 15_000 };

let server: TestServer;
beforeAll(async () => {
  server = await startTarget();
  await write("PUT", "", { policyId: "org.fuzz:policy", features: { f: {} } });
});
afterAll(() => server[Symbol.asyncDispose]());

const thing = "/api/2/things/org.fuzz:values";

async function write(method: "PUT" | "PATCH", place: string, value: JsonValue): Promise<void> {
  const headers = { ...asDitto, "content-type": types[method] };
  const path = place === "" ? thing : `${thing}/${place}`;
  const answer = await send(server.url, { method, path, headers, body: JSON.stringify(value) });
  expect([201, 204], answer.body).toContain(answer.status);
}

async function read(place: string): Promise<JsonValue> {
  const answer = await send(server.url, { method: "GET", path: `${thing}/${place}`, headers: asDitto });
  expect(answer.status, answer.body).toBe(200);
  return parseJson(answer.body);
}

/** Keys that a thing may hold; none of them happens to be a pattern of a merge. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what a key may not hold.
const mayBeKey = (key: string) => /^[^\u0000-\u001f\u007f-\u00ff/]+$/.test(key) && key.isWellFormed();

const { value: anyValue } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.string({ unit: "grapheme", maxLength: 6 }),
    ),
    fc.constantFrom(...["9007199254740993", "-9223372036854775808", "0.1", "1e-7", "-0.5"].map(parseJson)),
    fc.array(tie("value"), { maxLength: 3 }),
    objectOf(tie("value")).filter(keysAreRight),
  ),
}));
const anyObject = objectOf(anyValue).filter(keysAreRight);

function keysAreRight(object: JsonObject): boolean {
  return Object.keys(object).every(mayBeKey);
}

test("random JSON is read as it was written, over HTTP and as an event", async () => {
  await using watcher = await openSession(server, asDitto);
  watcher.send("START-SEND-EVENTS");
  await watcher.next();

  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), anyObject, async (place, value) => {
      watcher.inbox.length = 0;
      await write("PUT", place, value);

      expect(equals(await read(place), value)).toBe(true);
      const told = parseJson(await watcher.next()) as JsonObject;
      expect(equals(told.value, value)).toBe(true);
    }),
    bounded,
  );
}, 60_000);

test("a merge leaves what RFC 7396 makes of the value and the patch", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), anyObject, anyObject, async (place, value, patch) => {
      await write("PUT", place, value);
      await write("PATCH", place, patch);

      expect(equals(await read(place), merged(value, patch))).toBe(true);
    }),
    bounded,
  );
}, 60_000);

/** The algorithm of RFC 7396, section 2, on entries. */
function merged(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const entries = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) entries.delete(key);
    else entries.set(key, merged(entries.get(key), value));
  }
  return Object.fromEntries(entries);
}
