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

/** The status of the answer to what goes on. */
const LET_IN = 299;

interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function enter(
  settings: Partial<EntranceSettings>,
  { method = "GET", url = "/x", headers = {} }: Asked,
) {
  const incoming = { method, url, headers: { host: "h:1", ...headers } };
  const within = () => new Response("within", { status: LET_IN, headers: { vary: "accept-encoding" } });
  const response = await entrance({ ...off, ...settings })(incoming as never, within);
  return {
    status: response.status,
    location: response.headers.get("location"),
    vary: response.headers.get("vary"),
    allowed: Object.fromEntries([...response.headers].filter(([name]) => name.startsWith("access-control-"))),
    text: await response.text(),
  };
}

describe("CORS", () => {
  const origin = "https://app.example.org";
  const methods = "OPTIONS, GET, PUT, PATCH, POST, HEAD, DELETE";

  test("is off by default", async () => {
    expect(await enter({}, { method: "OPTIONS", headers: { origin } })).toMatchObject({
      status: LET_IN,
      allowed: {},
      vary: "accept-encoding",
    });
  });

  test("lets every origin ask, and whatever says none", async () => {
    expect(await enter({ enableCors: true }, { headers: { origin } })).toMatchObject({
      status: LET_IN,
      allowed: { "access-control-allow-origin": origin, "access-control-allow-methods": methods },
    });
    expect((await enter({ enableCors: true }, {})).allowed).toEqual({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": methods,
    });
  });

  test("answers a preflight with all that was asked for", async () => {
    const headers = { origin, "access-control-request-headers": "authorization, x-mine" };
    expect(await enter({ enableCors: true }, { method: "OPTIONS", headers })).toMatchObject({
      status: 200,
      text: "",
      allowed: {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": "authorization, x-mine",
      },
    });
  });

  test("may be for some origins only", async () => {
    const settings = { enableCors: true, corsOrigins: [origin] };
    const { allowed } = await enter(settings, { headers: { origin } });
    expect(allowed["access-control-allow-origin"]).toBe(origin);
    const other = { method: "OPTIONS", headers: { origin: "https://evil.example.org" } };
    expect(await enter(settings, other)).toMatchObject({ status: LET_IN, allowed: {} });
    expect((await enter(settings, {})).allowed).toEqual({});
  });

  test("tells caches that answers differ by origin, beside what else they differ by", async () => {
    const settings = { enableCors: true, corsOrigins: [origin] };
    for (const headers of [{ origin }, { origin: "https://other.example.org" }, {}])
      expect((await enter(settings, { headers })).vary).toBe("accept-encoding, origin");
    expect((await enter(settings, { method: "OPTIONS", headers: { origin } })).vary).toBe("origin");
  });
});

describe("HTTPS", () => {
  const settings = { forceHttps: true };

  test("is no must by default", async () => {
    expect((await enter({ redirectToHttps: true }, {})).status).toBe(LET_IN);
  });

  test("is what the proxy says", async () => {
    for (const value of ["https", "HTTPS", "https, http"]) {
      expect((await enter(settings, { headers: { "x-forwarded-proto": value } })).status).toBe(LET_IN);
    }
    expect((await enter(settings, { headers: { x_forwarded_proto: "https" } })).status).toBe(LET_IN);
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
    for (const url of ["/api/2/things", "/ws/2", "/status", "/overall/status?x=/ui", "/%61pi/2/things"]) {
      expect((await enter(redirecting, { url })).status).toBe(404);
    }
  });

  test("is redirected to on the host of the request only, and not without one", async () => {
    const redirecting = { ...settings, redirectToHttps: true };
    const forwarded = { "x-forwarded-host": "evil.example.org" };
    expect((await enter(redirecting, { headers: forwarded })).location).toBe("https://h:1/x");
    expect((await enter(redirecting, { url: "http://h:1?a=1" })).location).toBe("https://h:1/?a=1");
    for (const host of ["", "a b", "u@h", "h/x", "h?x", "[::1", "h:x"]) {
      expect(await enter(redirecting, { headers: { host } })).toMatchObject({ status: 404, location: null });
    }
  });

  test("comes before CORS", async () => {
    expect(await enter({ ...settings, enableCors: true }, { method: "OPTIONS" })).toMatchObject({
      status: 404,
      allowed: {},
    });
  });
});

describe("a URI", () => {
  test("is at most 8 KiB long", async () => {
    expect((await enter({}, { url: `/${"x".repeat(8_191)}` })).status).toBe(LET_IN);
    expect((await enter({}, { url: `/${"x".repeat(8_192)}` })).status).toBe(414);
  });

  test("has a query with whole escapes, which is seen at once", async () => {
    expect((await enter({}, { url: "/x?a=%2" })).status).toBe(400);
    expect((await enter({}, { url: "/%zz?a=%20" })).status).toBe(LET_IN);
    const started = performance.now();
    await enter({}, { url: `/${"?".repeat(8_000)}` });
    expect(performance.now() - started).toBeLessThan(50);
  });

  test("names the host of the request, if it names one", async () => {
    expect((await enter({}, { url: "http://H:1/x" })).status).toBe(LET_IN);
    expect((await enter({}, { url: "http://evil.example.org/x" })).status).toBe(400);
    expect((await enter({}, { url: "http://u@h:1/x" })).status).toBe(400);
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
      "x-forwarded-host": "evil.example.org",
    },
  });
  expect(created.status).toBe(201);
  const { host } = new URL(server.url);
  expect(created.headers.get("location")).toBe(`https://${host}/api/2/things/org.acme:lamp`);
  for (const path of ["/api/2/things/org.acme:lamp", "/api/2/things/org.acme:none", "/nope", "/health"]) {
    const reply = await server.fetch(path, { headers: { origin } });
    expect([path, reply.headers.get("access-control-allow-origin")]).toEqual([path, origin]);
  }
});
