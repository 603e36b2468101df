// A WebSocket handshake is a request like any other, and judged by the same limits.

import { once } from "node:events";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** The status of a handshake, and the code of the refusal if there is one. */
async function shake(headers: Record<string, string | string[]>, path = "/ws/2") {
  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const sent = request(new URL(path, server.url), { headers: { ...upgrade, ...headers } }).end();
  const answer = Promise.withResolvers<[status: number, text: string]>();
  sent.on("upgrade", (_, socket) => {
    socket.destroy();
    answer.resolve([101, ""]);
  });
  sent.on("response", async (response) => {
    let text = "";
    response.on("data", (chunk) => {
      text += chunk;
    });
    await once(response, "end");
    answer.resolve([response.statusCode as number, text]);
  });
  sent.on("error", answer.reject);
  const [status, text] = await answer.promise;
  return text.startsWith("{") ? [status, JSON.parse(text).error] : [status];
}
const pre = (subjects: string | string[]) => ({ "x-ditto-pre-authenticated": subjects });

test("one that is as it should be opens a session", async () => {
  expect(await shake(pre("nginx:a"))).toEqual([101]);
});

test("too many subjects are refused", async () => {
  const subjects = Array.from({ length: 101 }, (_, i) => `nginx:${i}`).join(",");
  expect(await shake(pre(subjects))).toEqual([431, "headers.too.large"]);
});

test("subjects that are told twice are refused, not put together", async () => {
  expect(await shake(pre(["nginx:a", "nginx:b"]))).toEqual([400, "gateway:duplicate.header.field"]);
});

test("headers that are too long are refused", async () => {
  expect(await shake({ ...pre("nginx:a"), "x-mine": "x".repeat(6_000) })).toEqual([431, "headers.too.large"]);
});

test("a URI that is too long is refused", async () => {
  expect(await shake(pre("nginx:a"), `/ws/2?x=${"x".repeat(8_200)}`)).toEqual([414]);
});

test("a malformed query is refused", async () => {
  expect(await shake(pre("nginx:a"), "/ws/2?x=%zz")).toEqual([400]);
});

test("without credentials there is no session", async () => {
  expect(await shake({})).toEqual([401, "gateway:authentication.failed"]);
});

test("another version and another path are told apart", async () => {
  expect(await shake(pre("nginx:a"), "/ws/1")).toEqual([404, "api.version.notsupported"]);
  expect(await shake(pre("nginx:a"), "/elsewhere")).toEqual([404]);
});
