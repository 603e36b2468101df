// What is seen of every request.

import { pino } from "pino";
import { expect, test } from "vitest";
import { observed } from "../../../../src/gateway/http/ops/observed.ts";
import { redactedHeaders } from "../../../../src/ops/redacted-headers.ts";
import { requestWith } from "../../auth/requests.ts";

function world(level: string) {
  const counted: unknown[] = [];
  const lines: string[] = [];
  const log = pino({ level }, { write: (line: string) => lines.push(line) });
  const observe = observed({ count: (path, method, status) => counted.push([path, method, status]), log });
  return { counted, lines, observe };
}

const request = (url: string, headers: Record<string, string> = {}) =>
  Object.assign(requestWith(headers), { url });

test("requests are counted by class of path, whether their answer is there at once, comes later or fails", async () => {
  const { counted, lines, observe } = world("info");
  const at = request("/api/2/things/org.a:b?fields=x");
  const response = new Response(null, { status: 204 });

  expect(observe(at, () => response)).toBe(response);
  expect(await observe(at, async () => response)).toBe(response);
  await expect(observe(at, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
  expect(counted).toEqual([204, 204, 500].map((status) => ["/api/2/things/x", "GET", status]));
  expect(lines).toEqual([]);
});

test("at level debug each is a line with its correlation ID, and without anything that could open something", () => {
  const { lines, observe } = world("debug");
  const headers = { authorization: "Bearer hidden", "correlation-id": "c-1", accept: "*/*" };
  observe(request("/api/2/things/org.a:b?access_token=hidden", headers), () => new Response());

  expect(lines.join()).not.toContain("hidden");
  expect(JSON.parse(lines[0] as string)).toMatchObject({
    ...{ msg: "request", method: "GET", path: "/api/2/things/org.a:b", status: 200, correlationId: "c-1" },
    headers: { accept: "*/*", authorization: "***" },
  });
});

test("headers whose names speak of secrets are masked, whatever their case", () => {
  const names = [
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "set-cookie",
    "X-Api-Key",
    "x-amz-security-token",
  ];
  const shown = redactedHeaders(Object.fromEntries(names.map((name) => [name, "hidden"])));

  expect(Object.values(shown)).toEqual(names.map(() => "***"));
});
