// Large JSON at the doors of a server: refused for its size before anything else is looked at, taken where it only came in many bytes.

import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../../support/server.ts";
import { errorOf, openSession } from "../../support/socket.ts";
import { KEYS, ofKeys, padded } from "./large.ts";

const owner = { "x-ditto-pre-authenticated": "nginx:owner" };
const stranger = { "x-ditto-pre-authenticated": "nginx:stranger" };
const json = { "content-type": "application/json" };
const lamp = "/api/2/things/org.acme:lamp";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
  expect(await sent("PUT", lamp, "{}")).toBe("201");
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

/** The status, and the error where there is one. */
async function sent(method: string, path: string, body: string, headers: Record<string, string> = {}) {
  const response = await server.fetch(path, { method, body, headers: { ...owner, ...json, ...headers } });
  const text = await response.text();
  return response.ok
    ? `${response.status}`
    : `${response.status} ${(JSON.parse(text) as { error: string }).error}`;
}

const merge = { "content-type": "application/merge-patch+json" };
const patch = { "content-type": "application/json-patch+json" };
const long = JSON.stringify("x".repeat(102_400));
const policy = (label: string) => ({ [label]: { subjects: {}, resources: {} } });

test.each<[string, string, string, Record<string, string>, string]>([
  ["PUT", `${lamp}/attributes/a`, ofKeys(KEYS), {}, "413 things:thing.toolarge"],
  ["PUT", `${lamp}/attributes/a`, long, stranger, "413 things:thing.toolarge"],
  ["PUT", "/api/2/things/org.acme:none/attributes", ofKeys(10_000), {}, "413 things:thing.toolarge"],
  ["PATCH", lamp, `{"attributes":${ofKeys(10_000)}}`, merge, "413 things:thing.toolarge"],
  [
    "PATCH",
    lamp,
    `[{"op":"add","path":"/attributes/a","value":${long}}]`,
    patch,
    "413 things:thing.toolarge",
  ],
  ["POST", "/api/2/things", `{"attributes":${ofKeys(10_000)}}`, {}, "413 things:thing.toolarge"],
  ["PUT", "/api/2/policies/org.acme:none", ofKeys(KEYS), {}, "413 policies:policy.toolarge"],
  ["PUT", `${lamp}/attributes/a`, `${ofKeys(KEYS)},`, stranger, "400 json.invalid"],
])(
  "%s %s is judged before it is known what is there and who asks",
  async (method, path, body, headers, told) => {
    expect(await sent(method, path, body, headers)).toBe(told);
  },
);

test("who may not write is told so where the size is allowed", async () => {
  expect(await sent("PUT", `${lamp}/attributes/a`, padded("1", 900_000), stranger)).toBe(
    "403 things:attribute.notmodifiable",
  );
});

test("a small value in a large body is stored to its last digit", async () => {
  expect(await sent("PUT", `${lamp}/attributes/exact`, padded("9007199254740993", 900_000))).toBe("201");

  const stored = await server.fetch(`${lamp}/attributes/exact`, { headers: owner });
  expect(await stored.text()).toBe("9007199254740993");
});

test("a thing and its policy may each be as long as they may be", async () => {
  const entries = {
    ...policy("x".repeat(60_000)),
    owner: {
      subjects: { "nginx:owner": { type: "t" } },
      resources: Object.fromEntries(
        ["thing:/", "policy:/"].map((path) => [path, { grant: ["READ", "WRITE"], revoke: [] }]),
      ),
    },
  };
  const thing = (length: number) =>
    JSON.stringify({ attributes: { a: "x".repeat(length) }, _policy: { entries } });

  expect(await sent("PUT", "/api/2/things/org.acme:both", thing(90_000))).toBe("201");
  expect(await sent("PUT", "/api/2/things/org.acme:more", thing(103_000))).toBe("413 things:thing.toolarge");
});

test("checks of permissions have no bound but that of a body", async () => {
  const check = { resource: "thing:/", entityId: "org.acme:lamp", hasPermissions: ["READ"] };
  const body = padded(JSON.stringify({ mine: check }), 900_000);

  expect(await sent("POST", "/api/2/checkPermissions", body)).toBe("200");
});

test("a session is told by what it sent what was too large", async () => {
  await using session = await openSession(server, owner);
  const topic = "org.acme/lamp/things/twin/commands/modify";
  const message = { topic, headers: { "correlation-id": "mine" }, path: "/attributes/a", value: "VALUE" };

  session.send(JSON.stringify(message).replace('"VALUE"', ofKeys(KEYS)));
  const refusal = await session.message();

  expect([refusal.status, errorOf(refusal), refusal.topic, refusal.headers["correlation-id"]]).toEqual([
    413,
    "things:thing.toolarge",
    "org.acme/lamp/things/twin/errors",
    "mine",
  ]);
  expect((await session.ask({ ...message, value: 1 })).status).toBe(201);
});
