import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";

const lamp = "/api/2/things/org.acme:lamp";
const json: Record<string, string> = { "content-type": "application/json" };
const patch: Record<string, string> = { "content-type": "application/merge-patch+json" };

let server: TestServer;
const readLamp = async () =>
  (await server.fetch(`${lamp}?fields=thingId,policyId,attributes,features,_revision`)).text();
beforeAll(async () => {
  server = await startServer();
  const body = JSON.stringify({ attributes: { a: 1 }, features: { f: { properties: { p: 1 } } } });
  const created = await server.fetch(lamp, { method: "PUT", headers: json, body });
  expect(created.status).toBe(201);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Row {
  readonly says: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly status: number;
  /** Absent where the answer is plain text. */
  readonly error?: string;
}
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const put = (
  says: string,
  path: string,
  body: Row["body"],
  status: number,
  error: string,
  headers = json,
): Row => ({
  says,
  method: "PUT",
  path: lamp + path,
  ...(body !== undefined && { body }),
  status,
  error,
  headers,
});
const merge = (
  says: string,
  path: string,
  body: string,
  status: number,
  error: string,
  headers = patch,
): Row => ({
  ...put(says, path, body, status, error, headers),
  method: "PATCH",
});
const get = (path: string, status: number, error?: string): Row => ({
  says: `GET ${path.slice(0, 60)}`,
  path,
  status,
  ...(error && { error }),
});
const other = (method: string, path: string, status: number): Row => ({
  says: `${method} ${path}`,
  method,
  path,
  status,
});

const rows: readonly Row[] = [
  put("malformed JSON", "", '{"a":', 400, "json.invalid"),
  put("no body", "", "", 400, "json.format.invalid"),
  put("text after the JSON", "/attributes", "{} {}", 400, "json.invalid"),
  put("a single quote", "/attributes/a", "'a'", 400, "json.invalid"),
  put("invalid UTF-8", "/attributes/a", new Uint8Array([0x22, 0xc3, 0x28, 0x22]), 400, "json.invalid"),
  put("UTF-16", "/attributes/a", new Uint8Array([0xff, 0xfe, 0x31, 0x00]), 400, "json.invalid"),
  put("a byte order mark", "/attributes/a", "\ufeff1", 400, "json.invalid"),
  put("NUL", "/attributes/a", "\u0000", 400, "json.invalid"),
  put("a thing that is an array", "", "[]", 400, "json.invalid"),
  put("a thing that is null", "", "null", 400, "json.invalid"),
  put("attributes that are a number", "/attributes", "5", 400, "json.invalid"),
  put("features that are an array", "/features", "[]", 400, "json.invalid"),
  put("a feature that is text", "/features/f", '"x"', 400, "json.invalid"),
  put("properties that are a list", "/features/f/properties", "[]", 400, "json.invalid"),
  put("a definition that is a number", "/definition", "5", 400, "json.invalid"),
  put("a definition without a version", "/definition", '"a:b"', 400, "things:definition.identifier.invalid"),
  put("an empty feature definition", "/features/f/definition", "[]", 400, "things:feature.definition.empty"),
  put("a policy ID that is none", "/policyId", '"x"', 400, "policies:id.invalid"),
  put("another thing's ID", "", '{"thingId":"org.acme:other"}', 400, "things:id.notsettable"),
  put(
    "a property of a feature that is not there",
    "/features/none/properties/p",
    "1",
    404,
    "things:feature.notfound",
  ),
  put("an integer beyond 64 bits", "/attributes/a", "9223372036854775808", 400, "json.invalid"),
  put("a number beyond doubles", "/attributes/a", "1e400", 400, "json.invalid"),
  put("201 levels", "/attributes/a", nested(201), 400, "json.invalid"),
  put("a hundred thousand levels", "/attributes/a", nested(100_000), 400, "json.invalid"),
  put("300 levels by path", `/attributes${"/a".repeat(300)}`, "1", 400, "json.pointer.invalid"),
  put("an empty key", "/attributes", '{"":1}', 400, "json.invalid"),
  put("an empty key in an array", "/attributes/a", '[{"":1}]', 400, "json.invalid"),
  put("an umlaut as key", "/attributes", '{"ü":1}', 400, "json.key.invalid"),
  put("a slash in a key", "/attributes", '{"a/b":1}', 400, "json.key.invalid"),
  put("a control character in a key", "/attributes", '{"a\\u0001":1}', 400, "json.key.invalid"),
  put("an umlaut in the path", "/attributes/%C3%BC", "1", 400, "json.key.invalid"),
  put("a control character in the path", "/attributes/a%01", "1", 400, "json.key.invalid"),
  put("a slash in a feature ID", "/features/a%2Fb", "{}", 400, "json.key.invalid"),
  put("an umlaut in a feature ID", "/features/%C3%BC", "{}", 400, "json.key.invalid"),
  put("escapes that are none", "/attributes/%zz", "1", 400, "json.pointer.invalid"),
  put("escapes of half a character", "/attributes/%C3", "1", 400, "json.pointer.invalid"),
  put("an empty key in the path", "/attributes/a//b", "1", 400, "json.pointer.invalid"),
  put("a wrong content type", "/attributes/a", "1", 415, "mediatype.unsupported", {
    "content-type": "text/xml",
  }),
  put("form data", "/attributes/a", "a=1", 415, "mediatype.unsupported", {
    "content-type": "application/x-www-form-urlencoded",
  }),
  put("a JSON patch as PUT", "/attributes", "[]", 415, "mediatype.unsupported", {
    "content-type": "application/json-patch+json",
  }),
  put("a merge patch as PUT", "/attributes", "{}", 415, "mediatype.unsupported", patch),
  merge("JSON as PATCH", "/attributes", "{}", 415, "mediatype.unsupported", json),
  merge("a merge of null", "", "null", 400, "things:merge.invalid"),
  merge("a merge without policy ID", "", '{"policyId":null}', 400, "things:policyId.notdeletable"),
  merge("a merge of another ID", "", '{"thingId":"a:b"}', 400, "things:id.notsettable"),
  merge("a merge with an umlaut", "/attributes", '{"ü":1}', 400, "json.key.invalid"),
  merge("a merge that is malformed", "/attributes", '{"a"', 400, "json.invalid"),
  put(
    "a thing that is too large",
    "/attributes/a",
    JSON.stringify("x".repeat(102_400)),
    413,
    "things:thing.toolarge",
  ),
  put(
    "a body that is too large",
    "/attributes/a",
    JSON.stringify("x".repeat(1_100_000)),
    413,
    "things:thing.toolarge",
  ),
  put("a header that is no boolean", "/attributes/a", "2", 400, "header.invalid", {
    ...json,
    "response-required": "maybe",
  }),
  put("an entity tag without quotes", "/attributes/a", "2", 400, "header.invalid", {
    ...json,
    "if-match": "rev:1",
  }),
  put("an entity tag of the past", "", "{}", 412, "things:precondition.failed", {
    ...json,
    "if-match": '"rev:99"',
  }),
  put("a correlation ID with an umlaut", "/attributes/a?correlation-id=%C3%BC", "2", 400, "header.invalid"),
  put("a correlation ID with a line break", "/attributes/a?correlation-id=a%0Ab", "2", 400, "header.invalid"),
  put("headers that are too large", "/attributes/a", "2", 431, "headers.too.large", {
    ...json,
    "x-mine": "x".repeat(5_200),
  }),
  put("a correlation ID of Latin-1", "/attributes/a", "2", 400, "header.invalid", {
    ...json,
    "correlation-id": "\u00fc",
  }),
  put(
    "a header that says something else as a parameter",
    "/attributes/a?timeout=2",
    "2",
    400,
    "gateway:duplicate.header.field",
    {
      ...json,
      timeout: "3",
    },
  ),
  put("a timeout that is none", "/attributes/a?timeout=abc", "2", 400, "timeout.invalid"),
  put("a timeout that is too long", "/attributes/a?timeout=100s", "2", 400, "gateway:timeout.invalid"),
  { ...put("an ID without a colon", "", "{}", 400, "things:id.invalid"), path: "/api/2/things/nocolon" },
  { ...put("an ID without a name", "", "{}", 400, "things:id.invalid"), path: "/api/2/things/org.acme:" },
  { ...put("an ID without a namespace", "", "{}", 400, "things:id.invalid"), path: "/api/2/things/:name" },
  { ...put("an ID with a bad namespace", "", "{}", 400, "things:id.invalid"), path: "/api/2/things/1a:name" },
  { ...put("an ID with a slash", "", "{}", 400, "things:id.invalid"), path: "/api/2/things/org.acme:a%2Fb" },
  {
    ...put("an ID with half a character", "", "{}", 400, "things:id.invalid"),
    path: "/api/2/things/org.acme:%C3",
  },
  {
    ...put("an ID with an umlaut", "", "{}", 400, "things:id.invalid"),
    path: "/api/2/things/org.acme:%C3%BC",
  },
  {
    ...put("an ID of 257", "", "{}", 400, "things:id.invalid"),
    path: `/api/2/things/org.acme:${"x".repeat(248)}`,
  },
  {
    ...put("a policy that is not there", "", '{"policyId":"org.acme:none"}', 404, "policies:policy.notfound"),
    path: "/api/2/things/org.acme:new",
  },
  {
    ...put("an inline policy that is a number", "", '{"_policy":5}', 400, "json.invalid"),
    path: "/api/2/things/org.acme:new",
  },
  {
    ...put("a new thing of 300 levels", "", `{"attributes":{"a":${nested(300)}}}`, 400, "json.invalid"),
    path: "/api/2/things/org.acme:new",
  },
  {
    says: "POST of a thing ID",
    method: "POST",
    path: "/api/2/things",
    body: '{"thingId":"a:b"}',
    headers: json,
    status: 400,
    error: "things:id.notsettable",
  },
  {
    says: "POST into a bad namespace",
    method: "POST",
    path: "/api/2/things?namespace=1bad",
    body: "{}",
    headers: json,
    status: 400,
    error: "things:id.invalid",
  },
  get("/api/2/things/nocolon", 400, "things:id.invalid"),
  get("/api/2/things?ids=bad%20id", 400, "things:id.invalid"),
  get("/api/2/things?option=size(0)", 400, "thing-search:search.option.invalid"),
  get("/api/2/things?option=size(201)", 400, "thing-search:search.option.invalid"),
  get("/api/2/things?option=bogus", 400, "rql.expression.invalid"),
  get(`${lamp}?fields=a(b`, 400, "json.fieldselector.invalid"),
  get(`${lamp}?fields=${"a(".repeat(4000)}`, 400, "json.fieldselector.invalid"),
  get(`${lamp}?response-required=maybe`, 400, "header.invalid"),
  get(`${lamp}/attributes/none`, 404, "things:attribute.notfound"),
  get(`${lamp}/attributes/__proto__`, 404, "things:attribute.notfound"),
  get(`${lamp}/attributes/constructor/name`, 404, "things:attribute.notfound"),
  get(`${lamp}/features/toString`, 404, "things:feature.notfound"),
  get("/api/2/things/org.acme:none", 404, "things:thing.notfound"),
  get(`${lamp}?fields=thingId&x=%zz`, 400),
  get(`${lamp}?x=${"x".repeat(8_200)}`, 414),
  get(`${lamp}?timeout=0`, 400, "header.invalid"),
  get("/api/1/things", 404, "api.version.notsupported"),
  get("/ws/3", 404, "api.version.notsupported"),
  get("/ws/2", 400),
  get("/api/2/nope", 404),
  get("/nope", 404),
  get(`${lamp}/bogus`, 404),
  get(`${lamp}//attributes`, 404),
  get(`${lamp}/features/f/bogus`, 404),
  get(`${lamp}/policyId/x`, 404),
  other("DELETE", "/api/2/things", 405),
  other("POST", lamp, 405),
  other("POST", `${lamp}/attributes/a`, 405),
  other("DELETE", `${lamp}/policyId`, 405),
  other("HEAD", lamp, 405),
  other("OPTIONS", lamp, 405),
  other("GET", "/api/2/policies", 405),
  other("PATCH", "/api/2/policies/org.acme:lamp", 405),
];

describe("bad input is refused, and changes nothing", () => {
  for (const { says, method = "GET", path, body, headers = {}, status, error } of rows) {
    test(`${says}: ${status} ${error ?? "in plain text"}`, async () => {
      const before = await readLamp();

      const reply = await server.fetch(path, { method, headers, ...(body !== undefined && { body }) });
      const text = await reply.text();

      expect([reply.status, error && JSON.parse(text).error]).toEqual([status, error]);
      if (error) {
        expect(JSON.parse(text)).toMatchObject({ status, message: expect.stringMatching(/./) });
        expect(reply.headers.get("content-type")).toBe("application/json");
      } else expect(reply.headers.get("content-type")).toBe("text/plain; charset=UTF-8");
      if (status === 405) expect(reply.headers.get("allow")).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
      expect(await readLamp()).toBe(before);
    });
  }

  test("and in the end nothing else is there, the log is free of faults, and the process is the same", async () => {
    const all = await (await server.fetch("/api/2/things")).json();

    expect(all).toHaveLength(1);
    expect((await server.fetch("/api/2/things/org.acme:new")).status).toBe(404);
    expect((await server.fetch("/health")).status).toBe(200);
    expect(() => process.kill(server.pid, 0)).not.toThrow();
    expect(server.stdout() + server.stderr()).not.toContain("request failed");
  });
});
