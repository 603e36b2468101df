import { describe, expect, test } from "vitest";
import { namespaceAccess } from "../../src/gateway/auth/namespace-access.ts";
import { namespaceAccessRules } from "../../src/ops/namespace-access.ts";
import { invalidRqlExpression } from "../../src/rql/errors.ts";
import type { FoundPage, Search, SearchRequest } from "../../src/search/search.ts";
import { found } from "../support/fake-search.ts";
import { openSearchDoor, searchOf } from "./search-door.ts";

const SEARCH = "/api/2/search/things";
const form = { "content-type": "application/x-www-form-urlencoded" };
const things = [found("org.acme:a"), found("org.acme:b")];

async function answerTo(path: string, page: FoundPage, init: RequestInit = {}) {
  await using door = await openSearchDoor({ search: searchOf(page, 7).search });
  const response = await door.fetch(path, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** What the search is asked for by a request that is answered. */
async function askedBy(query: string, init: RequestInit = {}): Promise<Partial<SearchRequest>> {
  const { search, requests } = searchOf({ things: [] });
  await using door = await openSearchDoor({ search });
  expect((await door.fetch(`${SEARCH}${query}`, init)).status).toBe(200);
  const { filter, namespaces, option, fields } = requests[0] as SearchRequest;
  const asked = { filter, namespaces, option, fields };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

const post = (body: string | Uint8Array<ArrayBuffer>, type = form["content-type"]): RequestInit => ({
  method: "POST",
  headers: { "content-type": type },
  body,
});

const reachOf = (...rules: object[]) =>
  namespaceAccess(namespaceAccessRules.parse(JSON.stringify(rules)))?.({ subjects: ["s"] }, {}, {});

describe("the answer to a search", () => {
  test("is a page of things and says where the next begins", async () => {
    const offset = await answerTo(SEARCH, { things, nextPageOffset: -1 });
    expect(offset.status).toBe(200);
    expect(offset.text).toBe(
      '{"items":[{"thingId":"org.acme:a"},{"thingId":"org.acme:b"}],"nextPageOffset":-1}',
    );
    expect((await answerTo(`${SEARCH}/`, { things: [], cursor: 'a"b' })).text).toBe(
      '{"items":[],"cursor":"a\\"b"}',
    );
  });

  test.each([
    ["", things, "nginx:ditto"],
    ["?fields=thingId,attributes", things, "nginx:ditto"],
    ["?fields=", things, "nginx:ditto"],
    ["?fields=thingId", things, null],
    ["?fields=thingId&fields=/thingId", things, null],
    ["", [], null],
  ])("to '%s' tells who asked only where things were read for it: %#", async (query, its, originator) => {
    const { headers } = await answerTo(`${SEARCH}${query}`, { things: its });
    expect(headers.get("ditto-originator")).toBe(originator);
    expect(headers.get("response-required")).toBe("false");
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("correlation-id")).toMatch(/^[\da-f-]{36}$/);
  });

  test("that counts is a bare number", async () => {
    const { status, headers, text } = await answerTo(`${SEARCH}/count`, { things });
    expect([status, text, headers.get("content-type")]).toEqual([200, "7", "application/json"]);
    expect(headers.get("ditto-originator")).toBeNull();
  });

  test("is empty where no response is required", async () => {
    const { status, text } = await answerTo(`${SEARCH}?response-required=false`, { things });
    expect([status, text]).toEqual([202, ""]);
  });
});

describe("a search by URI", () => {
  test.each([
    ["", {}],
    ["?filter=eq(a,1)", { filter: "and(eq(a,1))" }],
    ["?filter=", { filter: "and()" }],
    ["?namespaces=org.a,,org.b,org.a", { namespaces: ["org.a", "org.b"] }],
    ["?namespaces=org.a&namespaces=org.b", { namespaces: ["org.a", "org.b"] }],
    ["?namespaces=", { namespaces: [] }],
    ["?option=sort(%2Ba,-b),size(2)", { option: "sort(+a,-b),size(2)" }],
    ["?option=sort(-a),size(2", { option: "sort(-a),size(2)" }],
    ["?option=size(2),", { option: "size(2)" }],
    ["?option=sort(-a)&option=size(2)", { option: "sort(-a),size(2)" }],
    ["?option=", { option: ")" }],
    [
      "?fields=thingId,attributes(a,b/c)",
      { fields: [["thingId"], ["attributes", "a"], ["attributes", "b", "c"]] },
    ],
    ["?fields=thingId&fields=policyId", { fields: [["thingId"], ["policyId"]] }],
    ["?fields=", { fields: [] }],
    ["?other=x", {}],
  ])("with the parameters '%s' asks for %j", async (query, expected) => {
    expect(await askedBy(query)).toEqual(expected);
  });

  test("with several filters wants all of them to hold", async () => {
    const { filter } = await askedBy("?filter=eq(a,1)&filter=exists(b)");
    expect(filter).toBe("and(eq(a,1),exists(b))");
  });
});

describe("a search by form", () => {
  test.each([
    ["", {}],
    [
      "filter=eq%28attributes%2Fn%2C1%29&fields=thingId",
      { filter: "and(eq(attributes/n,1))", fields: [["thingId"]] },
    ],
    ["filter=eq(a,%22x+y%22)&&option=sort(%2ba)", { filter: 'and(eq(a,"x y"))', option: "sort(+a)" }],
    ["filter=eq(a,%22%C3%BC%E2%82%AC%22)", { filter: 'and(eq(a,"ü€"))' }],
    ["filter", { filter: "and()" }],
  ])("'%s' asks for %j, whatever the URI says", async (body, expected) => {
    expect(await askedBy("?filter=not-this&option=nor-that", post(body))).toEqual(expected);
  });

  test("is read in the charset that it names", async () => {
    const type = 'application/x-www-form-urlencoded; charset="ISO-8859-1"';
    expect(await askedBy("", post("filter=eq(a,%22%FC%22)", type))).toEqual({ filter: 'and(eq(a,"ü"))' });
    expect(await askedBy("", post(Buffer.from('filter=eq(a,"ü")', "latin1"), type))).toEqual({
      filter: 'and(eq(a,"ü"))',
    });
  });

  test("can put a condition on each thing", async () => {
    const { search, requests } = searchOf({ things: [] });
    await using door = await openSearchDoor({ search });
    await door.fetch(SEARCH, post("condition=eq(a,1)&condition=exists(b)"));
    await door.fetch(`${SEARCH}?condition=exists(c)`, post(""));
    expect(requests.map(({ headers }) => headers.condition)).toEqual(["and(eq(a,1),exists(b))", "exists(c)"]);
  });

  test("counts as well", async () => {
    expect((await answerTo(`${SEARCH}/count`, { things }, post("filter=exists(a)"))).text).toBe("7");
  });

  test.each([
    ["filter=%zz", form["content-type"], 400],
    ["filter=%FF", form["content-type"], 400],
    ["filter=x", "application/x-www-form-urlencoded;charset=klingon", 400],
    ["filter=x", "application/json", 415],
    ["filter=x", "text/plain", 415],
    [`filter=${"x".repeat(1_000)}`, form["content-type"], 413],
  ])("that cannot be read is refused: %#", async (body, type, status) => {
    expect((await answerTo(SEARCH, { things }, post(body, type))).status).toBe(status);
  });

  test("is refused once it is too long, though nobody announced how long it is", async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.from("filter=x&".repeat(50))),
    });
    await using door = await openSearchDoor({});
    const asked = door.fetch(SEARCH, {
      method: "POST",
      headers: form,
      body: endless,
      duplex: "half",
    } as RequestInit);
    expect((await asked).status).toBe(413);
  });
});

describe("a request for a search", () => {
  test.each(["PUT", "DELETE", "PATCH", "HEAD"])(
    "with %s is answered with what is allowed",
    async (method) => {
      for (const path of [SEARCH, `${SEARCH}/count`]) {
        const { status, headers } = await answerTo(path, { things }, { method });
        expect([status, headers.get("allow")]).toEqual([405, "GET, POST"]);
        expect(headers.get("content-type")).toMatch("text/plain");
      }
    },
  );

  test.each([`${SEARCH}/count/`, `${SEARCH}/x`, "/api/2/search/policies", "/api/2/search"])(
    "at %s finds no resource",
    async (path) => {
      expect((await answerTo(path, { things })).status).toBe(404);
    },
  );

  test.each([
    ["?fields=a(b", "json.fieldselector.invalid"],
    ["?timeout=61s", "gateway:timeout.invalid"],
  ])("with '%s' is refused with %s", async (query, code) => {
    const { status, text } = await answerTo(`${SEARCH}${query}`, { things });
    expect([status, JSON.parse(text).error]).toEqual([400, code]);
  });

  test("that the search refuses is refused", async () => {
    const refuse = async () => {
      throw invalidRqlExpression("so");
    };
    await using door = await openSearchDoor({
      search: { query: refuse, count: refuse } as unknown as Search,
    });
    for (const path of [SEARCH, `${SEARCH}/count`]) expect((await door.fetch(path)).status).toBe(400);
  });

  test("ends its search when its client leaves", async () => {
    const signals: AbortSignal[] = [];
    const forever = (_: unknown, signal?: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signals.push(signal as AbortSignal);
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
    await using door = await openSearchDoor({
      search: { query: forever, count: forever } as unknown as Search,
    });
    for (const path of [SEARCH, `${SEARCH}/count`]) {
      const leaving = new AbortController();
      const left = door.fetch(path, { signal: leaving.signal }).catch(() => undefined);
      await expect.poll(() => signals.length).toBe(1);
      expect(signals[0]?.aborted).toBe(false);
      leaving.abort();
      await left;
      await expect.poll(() => signals[0]?.aborted).toBe(true);
      signals.length = 0;
    }
    expect(door.faults).toEqual([]);
  });

  test("leaves nothing behind on a connection that stays open", async () => {
    const signals: AbortSignal[] = [];
    const query: Search["query"] = async (_, signal) => {
      signals.push(signal as AbortSignal);
      return { things };
    };
    {
      await using door = await openSearchDoor({ search: { query } as unknown as Search });
      await door.fetch(SEARCH);
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]); // nobody listened to the connection any more
  });
});

describe("where the operator has rules on namespaces", () => {
  test.each([
    [[{ "allowed-namespaces": ["org.a", "org.b", "com.*"] }], "", ["org.a", "org.b"]],
    [[{ "allowed-namespaces": ["org.a", "org.b"] }], "?namespaces=org.b", ["org.b"]],
    [[{ "blocked-namespaces": ["org.b"] }], "", undefined],
  ])("%j confine '%s' to %j", async (rules, query, expected) => {
    const { search, requests } = searchOf({ things: [] });
    await using door = await openSearchDoor({ search, reach: reachOf(...rules) });
    await door.fetch(`${SEARCH}${query}`);
    await door.fetch(`${SEARCH}/count${query}`);
    expect(requests.map(({ namespaces }) => namespaces)).toEqual([expected, expected]);
  });

  test("a namespace that must not be reached is refused", async () => {
    await using door = await openSearchDoor({ reach: reachOf({ "allowed-namespaces": ["org.a"] }) });
    for (const path of [SEARCH, `${SEARCH}/count`]) {
      expect((await door.fetch(`${path}?namespaces=org.a,org.b`)).status).toBe(403);
      expect((await door.fetch(path, post("namespaces=org.b"))).status).toBe(403);
    }
  });

  test("namespaces that are blocked by patterns are told to the search", async () => {
    const { search, requests } = searchOf({ things: [] });
    const reach = reachOf({ "blocked-namespaces": ["org.secret.*"] });
    await using door = await openSearchDoor({ search, reach });
    await door.fetch(SEARCH);
    await door.fetch(`${SEARCH}/count`);
    expect(requests.map(({ blocked }) => blocked)).toEqual([["org.secret.*"], ["org.secret.*"]]);
  });
});
