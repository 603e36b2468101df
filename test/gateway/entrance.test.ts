// What happens before a request is looked at: CORS, HTTPS, and where it says that things are.

import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { type EntranceSettings, entrance } from "../../src/gateway/http/entrance.ts";
import { startServer } from "../support/server.ts";

const json = { "content-type": "application/json" };
const off: EntranceSettings = {
  enableCors: false,
  corsOrigins: undefined,
  forceHttps: false,
  redirectToHttps: false,
  redirectToHttpsBlocklist: RE2JS.compile("/api.*|/ws.*|/status.*|/overall.*"),
};

interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function enter(
  settings: Partial<EntranceSettings>,
  { method = "GET", url = "/x", headers = {} }: Asked,
) {
  const set: Record<string, unknown> = {};
  const outgoing = { setHeader: (name: string, value: unknown) => (set[name] = value) };
  const incoming = { method, url, headers: { host: "h:1", ...headers } };
  const response = entrance({ ...off, ...settings })(incoming as never, outgoing as never);
  return {
    status: response?.status,
    location: response?.headers.get("location"),
    set,
    text: await response?.text(),
  };
}

describe("CORS", () => {
  const origin = "https://app.example.org";
  const methods = "OPTIONS, GET, PUT, PATCH, POST, HEAD, DELETE";

  test("is off by default", async () => {
    expect(await enter({}, { method: "OPTIONS", headers: { origin } })).toMatchObject({
      status: undefined,
      set: {},
    });
  });

  test("lets every origin ask, and whatever says none", async () => {
    expect(await enter({ enableCors: true }, { headers: { origin } })).toMatchObject({
      status: undefined,
      set: { "access-control-allow-origin": origin, "access-control-allow-methods": methods },
    });
    expect((await enter({ enableCors: true }, {})).set).toEqual({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": methods,
    });
  });

  test("answers a preflight with all that was asked for", async () => {
    const headers = { origin, "access-control-request-headers": "authorization, x-mine" };
    expect(await enter({ enableCors: true }, { method: "OPTIONS", headers })).toMatchObject({
      status: 200,
      text: "",
      set: {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": "authorization, x-mine",
      },
    });
  });

  test("may be for some origins only", async () => {
    const settings = { enableCors: true, corsOrigins: [origin] };
    expect((await enter(settings, { headers: { origin } })).set["access-control-allow-origin"]).toBe(origin);
    const other = { method: "OPTIONS", headers: { origin: "https://evil.example.org" } };
    expect(await enter(settings, other)).toMatchObject({ status: undefined, set: {} });
    expect((await enter(settings, {})).set).toEqual({});
  });
});

describe("HTTPS", () => {
  const settings = { forceHttps: true };

  test("is no must by default", async () => {
    expect((await enter({ redirectToHttps: true }, {})).status).toBeUndefined();
  });

  test("is what the proxy says", async () => {
    for (const value of ["https", "HTTPS", "https, http"]) {
      expect((await enter(settings, { headers: { "x-forwarded-proto": value } })).status).toBeUndefined();
    }
    expect((await enter(settings, { headers: { x_forwarded_proto: "https" } })).status).toBeUndefined();
    for (const value of ["http", "", "http, https"]) {
      expect((await enter(settings, { headers: { "x-forwarded-proto": value } })).status).toBe(404);
    }
    expect((await enter(settings, {})).status).toBe(404);
  });

  test("is where others are redirected to, but not from the API", async () => {
    const redirecting = { ...settings, redirectToHttps: true };
    expect(await enter(redirecting, { url: "/ui/?a=b%20c" })).toMatchObject({
      status: 301,
      location: "https://h:1/ui/?a=b%20c",
    });
    for (const url of ["/api/2/things", "/ws/2", "/status", "/overall/status?x=/ui"]) {
      expect((await enter(redirecting, { url })).status).toBe(404);
    }
  });

  test("comes before CORS", async () => {
    expect(await enter({ ...settings, enableCors: true }, { method: "OPTIONS" })).toMatchObject({
      status: 404,
      set: {},
    });
  });
});

describe("a URI", () => {
  test("is at most 8 KiB long", async () => {
    expect((await enter({}, { url: `/${"x".repeat(8_191)}` })).status).toBeUndefined();
    expect((await enter({}, { url: `/${"x".repeat(8_192)}` })).status).toBe(414);
  });

  test("has a query with whole escapes, which is seen at once", async () => {
    expect((await enter({}, { url: "/x?a=%2" })).status).toBe(400);
    expect((await enter({}, { url: "/%zz?a=%20" })).status).toBeUndefined();
    const started = performance.now();
    await enter({}, { url: `/${"?".repeat(8_000)}` });
    expect(performance.now() - started).toBeLessThan(50);
  });
});

test("a server that allows CORS says so with every answer, and links by what the proxy says", async () => {
  await using server = await startServer({ env: { ENABLE_CORS: "true" } });
  const origin = "https://app.example.org";
  const preflight = await fetch(`${server.url}/api/2/things/org.acme:lamp`, {
    method: "OPTIONS",
    headers: { origin },
  });
  expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([200, origin]);

  const created = await server.fetch("/api/2/things/org.acme:lamp", {
    method: "PUT",
    body: "{}",
    headers: {
      ...json,
      origin,
      "x-forwarded-proto": "https",
      "x-forwarded-host": "twins.example.org, inner:8080",
    },
  });
  expect(created.status).toBe(201);
  expect(created.headers.get("location")).toBe("https://twins.example.org/api/2/things/org.acme:lamp");
  for (const path of ["/api/2/things/org.acme:lamp", "/api/2/things/org.acme:none", "/nope", "/health"]) {
    const reply = await server.fetch(path, { headers: { origin } });
    expect([path, reply.headers.get("access-control-allow-origin")]).toEqual([path, origin]);
  }
});
