import { once } from "node:events";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import type { TwinError } from "../../src/base/errors.ts";
import { namespaceAccess } from "../../src/gateway/auth/namespace-access.ts";
import { entrance } from "../../src/gateway/http/entrance.ts";
import { wantsEvents } from "../../src/gateway/sse/event.ts";
import { Places } from "../../src/gateway/sse/places.ts";
import { namespaceAccessRules } from "../../src/ops/namespace-access.ts";
import { invalidRqlExpression } from "../../src/rql/errors.ts";
import { searchTookTooLong } from "../../src/search/query/errors.ts";
import { type FakeOptions, fakeSearch, found, pagesOf } from "../support/fake-search.ts";
import { type DoorOptions, openSearchDoor, type RawAnswer } from "./search-door.ts";

const SEARCH = "/api/2/search/things";
const accept = "accept: text/event-stream";
const ask = (query = "") => [`GET ${SEARCH}${query} HTTP/1.1`, accept];
const event = (name: string) => `data:{"thingId":"org.acme:${name}"}\nid:org.acme:${name}\n\n`;

/** The events of an answer so far, without the chunks around them. */
const eventsOf = ({ said }: RawAnswer): string =>
  said()
    .slice(said().indexOf("\r\n\r\n") + 4)
    .replace(/(?:^|\r\n)[\da-f]+\r\n/g, "")
    .replace(/\s*\r\n$/, "\n\n");

const lastErrorOf = (answer: RawAnswer): Partial<TwinError> =>
  JSON.parse(/data:(.*)\n\n\s*$/.exec(eventsOf(answer))?.[1] ?? "{}");

const isOver = ({ said }: RawAnswer): boolean => said().endsWith("\r\n0\r\n\r\n");

/** Lets the first page pass, and others when they are let. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const before: FakeOptions["before"] = (page) => (page === 0 ? undefined : promise);
  return { before, open: resolve };
}

const doorOf = (names: readonly string[], options: FakeOptions = {}, parts: DoorOptions = {}) => {
  const fake = fakeSearch(pagesOf(...names), options);
  return openSearchDoor({ search: fake.search, ...parts }).then((door) => Object.assign(door, { fake }));
};

test.each([
  ["text/event-stream", true],
  ["application/json, Text/Event-Stream;q=0.1", true],
  ["text/*", true],
  ["text/event-stream;q=0", false],
  ["text/event-stream; q=0.000, application/json", false],
  ["*/*", false],
  ["application/json", false],
  ["text/html", false],
  [undefined, false],
])("a client that accepts '%s' wants events: %j", (accepted, expected) => {
  expect(wantsEvents(accepted)).toBe(expected);
});

describe("a search by a client that accepts events", () => {
  test("is answered as recorded, an event a chunk, and the end at the end", async () => {
    const fake = fakeSearch([[found("org.golden.ws:e1"), found("org.golden.ws:e2")]]);
    await using door = await openSearchDoor({ search: fake.search });

    const answer = door.raw(...ask("?namespaces=org.golden.ws&fields=thingId&option=sort(%2BthingId)"));

    await expect.poll(() => isOver(answer)).toBe(true);
    const [head = "", body = ""] = answer.said().split(/\r\n\r\n(.*)/s);
    const headers = head.split("\r\n").filter((line) => !/^(?:date|connection|keep-alive):/i.test(line));
    expect(headers.map((line) => line.toLowerCase())).toEqual([
      "http/1.1 200 ok",
      "content-type: text/event-stream",
      "transfer-encoding: chunked",
    ]);
    expect(body).toBe(
      '39\r\ndata:{"thingId":"org.golden.ws:e1"}\nid:org.golden.ws:e1\n\n\r\n' +
        '39\r\ndata:{"thingId":"org.golden.ws:e2"}\nid:org.golden.ws:e2\n\n\r\n0\r\n\r\n',
    );
    expect(fake.requests[0]).toMatchObject({
      namespaces: ["org.golden.ws"],
      fields: [["thingId"]],
      option: "sort(+thingId)",
    });
  });

  test.each([
    ["", {}],
    ["?filter=eq(a,1)", { filter: "eq(a,1)" }],
    ["?filter=", { filter: "" }],
    ["?filter=exists(a)&filter=exists(b)", { filter: "exists(b)" }],
    ["?namespaces=%20org.a%20,,org.b", { namespaces: ["org.a", "org.b"] }],
    ["?namespaces=%20", {}],
    ["?option=", {}],
    ["?option=size(3", { option: "size(3" }],
    ["?fields=,", {}],
    ["?fields=thingId,,policyId", { fields: [["thingId"], ["policyId"]] }],
  ])("with the parameters '%s' asks for %j", async (query, expected) => {
    await using door = await doorOf([]);
    expect((await door.fetch(`${SEARCH}${query}`, { headers: { accept: "text/event-stream" } })).status).toBe(
      200,
    );
    const { filter, namespaces, option, fields } = door.fake.requests[0] ?? {};
    const asked = Object.entries({ filter, namespaces, option, fields }).filter(
      ([, value]) => value !== undefined,
    );
    expect(Object.fromEntries(asked)).toEqual(expected);
  });

  test("goes on behind the thing that it received last", async () => {
    await using door = await doorOf([]);
    door.raw(...ask(), "Last-Event-ID: org.acme:€");
    await expect.poll(() => door.fake.requests[0]).toMatchObject({ after: "org.acme:€" });
  });

  test("gets each thing when it is found, and the next page is looked for when it is told", async () => {
    const { before, open } = gate();
    await using door = await doorOf(["a", "b"], { before });
    const answer = door.raw(...ask());
    await expect.poll(() => eventsOf(answer)).toBe(event("a"));
    open();
    await expect.poll(() => isOver(answer)).toBe(true);
    expect(eventsOf(answer)).toContain(event("b"));
  });

  test("is answered in JSON where it counts or is a form", async () => {
    const count = async () => 3;
    const query = async () => ({ things: [] });
    await using door = await openSearchDoor({ search: { ...fakeSearch([]).search, count, query } });
    const headers = { accept: "text/event-stream" };
    expect(await (await door.fetch(`${SEARCH}/count`, { headers })).text()).toBe("3");
    const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
    const posted = await door.fetch(SEARCH, { method: "POST", headers: form, body: "" });
    expect(posted.headers.get("content-type")).toBe("application/json");
  });
});

describe("what goes wrong", () => {
  const failing = (page: number, error: Error): FakeOptions => ({
    before: (its) => {
      if (its === page) throw error;
    },
  });

  test("before the first event is refused", async () => {
    await using door = await doorOf(["a"], failing(0, invalidRqlExpression("so")));
    const response = await door.fetch(SEARCH, { headers: { accept: "text/event-stream" } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "rql.expression.invalid" });
  });

  test("later is the last event, which has no ID", async () => {
    await using door = await doorOf(["a", "b"], failing(1, searchTookTooLong(1)));
    const answer = door.raw(...ask());
    await expect.poll(() => isOver(answer)).toBe(true);
    expect(eventsOf(answer)).toMatch(event("a"));
    expect(lastErrorOf(answer)).toMatchObject({ status: 408, error: "thing-search:query.time.exceeded" });
    expect(door.faults).toEqual([]);
  });

  test("and should not have is told to the operator, and as an internal error to the client", async () => {
    const error = new Error("a fault");
    await using door = await doorOf(["a", "b"], failing(1, error));
    const answer = door.raw(...ask());
    await expect.poll(() => isOver(answer)).toBe(true);
    expect(lastErrorOf(answer)).toMatchObject({ status: 500, error: "internalerror" });
    expect(door.faults).toEqual([error]);
  });
});

describe("a stream", () => {
  test("looks for nothing more while its client takes nothing", async () => {
    const large = Array.from({ length: 400 }, (_, n) => [found(`org.acme:${n}`, `"${"x".repeat(100_000)}"`)]);
    const fake = fakeSearch(large);
    await using door = await openSearchDoor({ search: fake.search });
    const { socket, said } = door.raw(...ask());
    await once(socket, "data");
    socket.pause();

    const reads: number[] = [];
    const isAtRest = () => reads.push(fake.read()) > 2 && reads.at(-1) === reads.at(-3);
    await expect.poll(isAtRest, { interval: 200, timeout: 10_000 }).toBe(true);
    expect(fake.read()).toBeLessThan(200);

    socket.resume();
    await expect.poll(() => said().endsWith("0\r\n\r\n"), { timeout: 10_000 }).toBe(true);
    expect(fake.read()).toBe(401);
  }, 30_000);

  test("ends its search when its client leaves", async () => {
    for (const page of [0, 1]) {
      const before = (at: number) => (at < page ? undefined : new Promise<void>(() => undefined));
      await using door = await doorOf(["a", "b"], { before });
      const { socket } = door.raw(...ask());
      await expect.poll(() => door.fake.read()).toBe(page + 1);
      expect(door.fake.cancelled()).toBe(0);
      socket.destroy();
      await expect.poll(() => door.fake.cancelled()).toBe(1);
      expect(door.faults).toEqual([]);
    }
  });

  test("ends with the token that opened it, and says so", async () => {
    const token = { claims: {}, expiresAt: Date.now() + 1_000 };
    await using door = await doorOf(["a", "b"], gate(), { auth: { subjects: ["s"], token } });
    const answer = door.raw(...ask());
    await expect.poll(() => isOver(answer), { timeout: 4_000 }).toBe(true);
    expect(eventsOf(answer)).toMatch(event("a"));
    expect(lastErrorOf(answer)).toMatchObject({ status: 401, error: "gateway:websocket.session.expired" });
    expect(door.fake.cancelled()).toBe(1);
  });

  test("ends with the server, which opens no more", async () => {
    await using door = await doorOf(["a", "b"], gate());
    const answer = door.raw(...ask());
    await expect.poll(() => eventsOf(answer)).toBe(event("a"));

    door.streams.close();

    await expect.poll(() => isOver(answer)).toBe(true);
    expect(lastErrorOf(answer)).toMatchObject({ error: "gateway:streaming.session.aborted" });
    expect(door.fake.cancelled()).toBe(1);
    const late = await door.fetch(SEARCH, { headers: { accept: "text/event-stream" } });
    expect(late.status).toBe(500);
    expect(door.fake.cancelled()).toBe(2);
  });

  test("keeps no port open that is closed", async () => {
    await using door = await doorOf(["a", "b"], gate());
    const answer = door.raw(...ask());
    await expect.poll(() => eventsOf(answer)).toBe(event("a"));

    const closed = door.closePort(20_000);
    door.streams.close();

    await closed;
    expect(isOver(answer)).toBe(true);
  }, 5_000);

  test("can be read by pages of other origins where these may use the API", async () => {
    const settings = { enableCors: true, corsOrigins: undefined, forceHttps: false, redirectToHttps: false };
    const enter = entrance({ ...settings, redirectToHttpsBlocklist: RE2JS.compile("") });
    await using door = await doorOf(["a"], {}, { enter });
    const headers = { accept: "text/event-stream", origin: "https://acme.example" };
    const response = await door.fetch(SEARCH, { headers });
    expect(response.headers.get("access-control-allow-origin")).toBe("https://acme.example");
    expect(await response.text()).toBe(event("a"));
  });

  test("leaves its place though its client has left before the first page", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const places = new Places(1, 1);
    await using door = await doorOf(["a"], { before: () => promise }, { places });
    const { socket } = door.raw(...ask());
    await expect.poll(() => door.fake.read()).toBe(1);
    socket.destroy();
    await expect.poll(() => door.fake.cancelled()).toBe(1);
    resolve();
    const next = () => door.fetch(SEARCH, { headers: { accept: "text/event-stream" } });
    await expect.poll(async () => (await next()).status).toBe(200);
  });

  test("takes a place until it is over, of which there are so many for all and for each subject", async () => {
    const places = new Places(3, 2);
    await using door = await doorOf(["a", "b"], gate(), { places });
    const [first] = [door.raw(...ask()), door.raw(...ask())];
    await expect.poll(() => door.fake.read()).toBe(4);

    const more = () => door.fetch(SEARCH, { headers: { accept: "text/event-stream" } });
    expect((await more()).status).toBe(429);
    expect(() => places.take("others")()).not.toThrow();
    places.take("others");
    expect(() => places.take("more")).toThrow(expect.objectContaining({ code: "too.many.requests" }));

    first?.socket.destroy();
    await expect.poll(async () => (await more()).status).toBe(200);
  });

  test("has no more than so many things in an interval, where the operator wants it so", async () => {
    const pace = { limit: 2, intervalMs: 300 };
    await using door = await doorOf(["a", "b", "c", "d", "e"], {}, { pace });
    const start = performance.now();
    const answer = door.raw(...ask());
    await expect.poll(() => eventsOf(answer), { interval: 5 }).toContain(event("b"));
    await expect.poll(() => isOver(answer), { interval: 5 }).toBe(true);
    expect(performance.now() - start).toBeGreaterThan(590);
  });

  test("has nothing of namespaces that its client may not reach, and goes on behind no thing of them", async () => {
    const rules = namespaceAccessRules.parse('[{"blocked-namespaces":["org.secret"]}]');
    const reach = namespaceAccess(rules)?.({ subjects: ["s"] }, {}, {});
    const { search, requests } = fakeSearch([[found("org.acme:b")]]);
    await using door = await openSearchDoor({ search, reach });
    const answer = door.raw(...ask());
    await expect.poll(() => isOver(answer)).toBe(true);
    expect(requests).toMatchObject([{ blocked: ["org.secret"] }]);
    const headers = { accept: "text/event-stream", "last-event-id": "org.secret:a" };
    expect((await door.fetch(SEARCH, { headers })).status).toBe(403);
  });
});
