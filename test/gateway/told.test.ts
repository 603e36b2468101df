// What a refusal tells of the headers of its request, as recorded of Ditto: its gateway knows less than its services.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";

const base = "/api/2/things/org.acme:lamp";
const policy = "/api/2/policies/org.acme:lamp";
const json = { "content-type": "application/json" };
const patch = { "content-type": "application/merge-patch+json" };

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const body = JSON.stringify({ attributes: { a: 1 } });
  expect((await server.fetch(base, { method: "PUT", body, headers: json })).status).toBe(201);
});
afterAll(() => server[Symbol.asyncDispose]());

/** The headers of an answer that are not of the transport. */
async function told(path: string, init: RequestInit = {}) {
  const reply = await server.fetch(path, { ...init, headers: { "correlation-id": "c", ...init.headers } });
  const ignored = ["connection", "content-length", "content-type", "date", "keep-alive", "transfer-encoding"];
  const headers = [...reply.headers].filter(([name]) => !ignored.includes(name));
  return { status: reply.status, ...Object.fromEntries(headers) };
}
const put = (body: string, headers: Record<string, string> = json): RequestInit => ({
  method: "PUT",
  body,
  headers,
});
const merge = (body: string): RequestInit => ({ method: "PATCH", body, headers: patch });

const id = { "correlation-id": "c" };
const all = { ...id, "ditto-originator": "nginx:ditto" };
const ofWrite = { ...all, "response-required": "true" };

interface Row {
  readonly says: string;
  readonly path: string;
  readonly init?: RequestInit;
  readonly tells: Readonly<Record<string, string | number>>;
}

const rows: readonly Row[] = [
  { says: "a malformed thing", path: base, init: put('{"a":'), tells: { status: 400 } },
  { says: "an ID that is none", path: "/api/2/things/none", tells: { status: 400 } },
  { says: "a malformed header", path: `${base}?response-required=maybe`, tells: { status: 400 } },
  { says: "a malformed timeout", path: `${base}?timeout=abc`, tells: { status: 400 } },
  { says: "a field selector", path: `${base}?fields=a(b`, tells: { status: 400 } },
  { says: "a key with an umlaut", path: `${base}/attributes`, init: put('{"ü":1}'), tells: { status: 400 } },
  {
    says: "a definition that is none",
    path: `${base}/definition`,
    init: put('"a:b"'),
    tells: { status: 400 },
  },
  { says: "no policy ID", path: `${base}/policyId`, init: merge("null"), tells: { status: 400 } },
  {
    says: "a malformed policy",
    path: `${policy}/entries/x/importable`,
    init: put('"x"'),
    tells: { status: 400 },
  },
  {
    says: "a malformed value",
    path: `${base}/attributes/a`,
    init: put("nojson"),
    tells: { status: 400, ...id },
  },
  { says: "no value", path: `${base}/attributes/a`, init: put(""), tells: { status: 400, ...id } },
  { says: "another ID", path: base, init: put('{"thingId":"a:b"}'), tells: { status: 400, ...id } },
  { says: "a merge of null", path: base, init: merge("null"), tells: { status: 400, ...id } },
  {
    says: "a merge without policy",
    path: base,
    init: merge('{"policyId":null}'),
    tells: { status: 400, ...id },
  },
  {
    says: "XML",
    path: base,
    init: put("<x/>", { "content-type": "text/xml" }),
    tells: { status: 415, ...id },
  },
  {
    says: "too much",
    path: `${base}/attributes/a`,
    init: put(JSON.stringify("x".repeat(102_400))),
    tells: { status: 413, ...id },
  },
  {
    says: "large headers",
    path: base,
    init: { headers: { x: "x".repeat(6_000) } },
    tells: { status: 431, ...id },
  },
  {
    says: "a contradiction",
    path: `${base}?correlation-id=d`,
    tells: { status: 400, ...id },
  },
  { says: "what is not there", path: `${base}/attributes/none`, tells: { status: 404, ...all } },
  {
    says: "a policy entry that is not there",
    path: `${policy}/entries/none`,
    tells: { status: 404, ...all },
  },
  {
    says: "a reference to nothing",
    path: `${policy}/entries/DEFAULT/references`,
    init: put('[{"entry":"none"}]'),
    tells: { status: 400, ...all },
  },
  {
    says: "a write of what is not there",
    path: `${base}/attributes/none`,
    init: { method: "DELETE" },
    tells: { status: 404, ...ofWrite },
  },
  {
    says: "a precondition",
    path: `${base}/attributes/none`,
    init: put("1", { ...json, "if-match": "*" }),
    tells: { status: 412, ...ofWrite },
  },
  {
    says: "a timeout of zero with a response",
    path: `${base}/attributes/a?timeout=0&response-required=true`,
    init: put("1"),
    tells: { status: 400, ...id, timeout: "0", "response-required": "true", "requested-acks": "[]" },
  },
  {
    says: "a timeout of zero with acknowledgements",
    path: `${base}/attributes/a?timeout=0&requested-acks=twin-persisted`,
    init: put("1"),
    tells: { status: 400, ...id, timeout: "0", "response-required": "false" },
  },
  {
    says: "what nobody waits for",
    path: `${base}/attributes/none?response-required=false`,
    init: { method: "DELETE" },
    tells: { status: 404, ...all, "response-required": "false", "requested-acks": "[]" },
  },
  {
    says: "headers that come back",
    path: `${base}/attributes/none?timeout=5s`,
    init: { headers: { traceparent: "00-a-b-01", "x-mine": "1" } },
    tells: { status: 404, ...all, timeout: "5s", traceparent: "00-a-b-01" },
  },
];

describe("the refusal of", () => {
  for (const { says, path, init, tells } of rows) {
    test(says, async () => expect(await told(path, init)).toEqual(tells));
  }

  test("a Thing Description of a thing or feature that has none, if it may be seen", async () => {
    const headers = { accept: "application/td+json" };
    expect(await told(base, { headers })).toEqual({ status: 404, ...all });
    const reply = await server.fetch(base, { headers });
    expect(await reply.json()).toMatchObject({ status: 404, error: "wot:definition.invalid" });
    const none = await server.fetch("/api/2/things/org.acme:none", { headers });
    expect(await none.json()).toMatchObject({ error: "things:thing.notfound" });
    expect((await server.fetch(`${base}/attributes`, { headers })).status).toBe(200);
    expect((await server.fetch(base, { headers: { accept: "image/png" } })).status).toBe(200);
  });
});

test("an answer tells the headers that Ditto tells, and no others", async () => {
  const headers = { ...json, traceparent: "00-a-b-01", "x-mine": "1", "reply-to": "me" };
  const tells = await told(`${base}/attributes/b?requested-acks=[]&timeout=5s`, { ...put("1", headers) });
  expect(tells).toEqual({
    status: 201,
    ...all,
    location: `${server.url}${base}/attributes/b`,
    "entity-revision": "2",
    "response-required": "false",
    etag: expect.stringMatching(/^"hash:/),
    "requested-acks": "[]",
    timeout: "5s",
    traceparent: "00-a-b-01",
    "reply-to": "me",
  });
});
