// Searches over the WebSocket: what is said and told, in which order.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { namespaceNotAccessible } from "../../src/gateway/auth/namespace-access.ts";
import { invalidRqlExpression } from "../../src/rql/errors.ts";
import { type FakeOptions, fakeSearch, found, pagesOf } from "../support/fake-search.ts";
import { openSession } from "../support/socket.ts";
import { expectValidMessage } from "../support/wire-schemas.ts";
import { openDoor } from "../support/ws-door.ts";

const say = (action: string, value?: unknown, headers: object = { "correlation-id": action }) => ({
  topic: `_/_/things/twin/search/${action}`,
  headers,
  path: "/",
  value,
});
const subscribe = say("subscribe", { filter: "exists(attributes/a)" });
const request = (demand: number, subscriptionId = "0") => say("request", { subscriptionId, demand });
const cancel = (subscriptionId = "0") => say("cancel", { subscriptionId });
const told = (event: string, value: object) => ({ topic: `_/_/things/twin/search/${event}`, value });
const page = (name: string, subscriptionId = "0") =>
  told("next", { subscriptionId, items: [{ thingId: `org.acme:${name}` }] });
const complete = (subscriptionId = "0") => told("complete", { subscriptionId });
const failed = (error: string, subscriptionId = "0") =>
  told("failed", { subscriptionId, error: expect.objectContaining({ error }) });

/** A session that finds these pages, and everything it is told checked against the schemas. */
async function searching(pages: Parameters<typeof fakeSearch>[0], options?: FakeOptions, parts = {}) {
  const fake = fakeSearch(pages, options);
  const door = await openDoor({ search: fake.search, ...parts });
  const session = await openSession(door);
  const next = async () => expectValidMessage(await session.next());
  return {
    ...fake,
    door,
    send: session.send,
    next,
    ask(message: unknown) {
      session.send(message);
      return next();
    },
    /** What came and was not taken, a moment later. */
    async rest() {
      await sleep(50);
      return session.inbox;
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
    },
  };
}

describe("a search", () => {
  test("is told as Ditto tells it, in every field", async () => {
    await using session = await searching(pagesOf("e1"));

    const created = await session.ask(subscribe);
    session.send(say("request", { subscriptionId: "0", demand: 3 }, {}));
    const [next, over] = [await session.next(), await session.next()];

    const made = {
      "correlation-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "content-type": "application/json",
    };
    expect(created).toEqual({
      topic: "_/_/things/twin/search/created",
      headers: { "correlation-id": "subscribe", "content-type": "application/json" },
      path: "/",
      value: { subscriptionId: "0" },
    });
    expect(next).toEqual({ ...page("e1"), headers: made, path: "/" });
    expect(over).toEqual({ ...complete(), headers: next.headers, path: "/" });
  });

  test("is made of what the client says", async () => {
    await using session = await searching([]);

    await session.ask({
      ...say(
        "subscribe",
        { filter: "eq(thingId,'a:b')", options: "size(2),sort(-thingId)", namespaces: ["a"] },
        { "correlation-id": "c", "X-Own": "1" },
      ),
      fields: "thingId",
    });
    await session.ask(request(1));

    expect(session.requests).toEqual([
      {
        filter: "eq(thingId,'a:b')",
        option: "size(2),sort(-thingId)",
        namespaces: ["a"],
        fields: [["thingId"]],
        headers: { "correlation-id": "c", "x-own": "1" },
        auth: { subjects: ["nginx:ditto"] },
      },
    ]);
  });

  test("reads nothing before the first page is asked for, then as many as are asked for", async () => {
    await using session = await searching(pagesOf("a", "b", "c", "d"));
    await session.ask(subscribe);
    expect(await session.rest()).toEqual([]);
    expect(session.requests).toEqual([]);

    session.send(request(1));
    session.send(request(2));

    for (const name of ["a", "b", "c"]) expect(await session.next()).toMatchObject(page(name));
    expect(await session.rest()).toEqual([]);
    expect(session.read()).toBe(3);
    expect(session.requests).toHaveLength(1);
  });

  test("is complete with the last page where the index knows it, else with the next that is asked for", async () => {
    await using knowing = await searching(pagesOf("a"), { knowsItsEnd: true });
    await knowing.ask(subscribe);
    expect(await knowing.ask(request(1))).toMatchObject(page("a"));
    expect(await knowing.next()).toMatchObject(complete());

    await using ignorant = await searching(pagesOf("a"));
    await ignorant.ask(subscribe);
    expect(await ignorant.ask(request(1))).toMatchObject(page("a"));
    expect(await ignorant.rest()).toEqual([]);
    expect(await ignorant.ask(request(1))).toMatchObject(complete());
  });

  test("goes on where nothing of a page could be read", async () => {
    await using session = await searching([[], [found("org.acme:a")], [], []]);
    await session.ask(subscribe);

    session.send(request(2));

    expect(await session.next()).toMatchObject(page("a"));
    expect(await session.next()).toMatchObject(complete());
  });

  test("tells things as they are printed, integers of 64 bits included", async () => {
    const { search } = fakeSearch([[found("a:b", '{"attributes":{"n":9223372036854775807}}')]]);
    await using door = await openDoor({ search });
    await using session = await openSession(door);
    await session.ask(subscribe);

    session.send(request(1));

    expect(await session.next()).toContain('"items":[{"attributes":{"n":9223372036854775807}}]');
  });

  test("is told with the headers of the last message for it, even to who requires no response", async () => {
    await using session = await searching(pagesOf("a", "b"));
    const quiet = { "correlation-id": "q", "response-required": false, own: "o", "if-match": "*" };

    const created = await session.ask(say("subscribe", {}, quiet));
    const a = await session.ask(
      say("request", { subscriptionId: "0", demand: 1 }, { "correlation-id": "r1" }),
    );
    const b = await session.ask(
      say("request", { subscriptionId: "0", demand: 1 }, { "correlation-id": "r2" }),
    );

    const json = { "content-type": "application/json" };
    expect(created.headers).toEqual({ "correlation-id": "q", "response-required": false, own: "o", ...json });
    expect(a.headers).toEqual({ "correlation-id": "r1", ...json });
    expect(b.headers).toEqual({ "correlation-id": "r2", ...json });
  });

  test("does not wait for another, and each has its own ID and demand", async () => {
    const { promise: held, resolve: free } = Promise.withResolvers<void>();
    let reads = 0;
    await using session = await searching(pagesOf("a"), { before: () => (reads++ === 0 ? held : undefined) });
    expect(await session.ask(subscribe)).toMatchObject(told("created", { subscriptionId: "0" }));
    expect(await session.ask(subscribe)).toMatchObject(told("created", { subscriptionId: "1" }));

    session.send(request(1, "0"));
    expect(await session.ask(request(1, "1"))).toMatchObject(page("a", "1"));
    free();
    expect(await session.next()).toMatchObject(page("a", "0"));
  });
});

describe("the end of a search", () => {
  test("by its client is not told, and ends what is under way", async () => {
    const { promise: held, resolve: free } = Promise.withResolvers<void>();
    await using session = await searching(pagesOf("a"), { before: () => held });
    await session.ask(subscribe);
    session.send(request(1));
    await session.rest();

    session.send(cancel());
    session.send(cancel());
    await session.rest();
    expect(session.cancelled()).toBe(1);
    free();

    expect(await session.rest()).toEqual([]);
    expect(await session.ask(request(1))).toMatchObject(failed("thing-search:subscription.protocol.error"));
  });

  test("is told to who asks for more pages after it", async () => {
    await using session = await searching([]);
    await session.ask(subscribe);
    expect(await session.ask(request(1))).toMatchObject(complete());

    expect(await session.ask(request(1))).toMatchObject(failed("thing-search:subscription.protocol.error"));
  });

  test.each([0, -1, -(2 ** 62)])("comes with a demand of %d", async (demand) => {
    await using session = await searching(pagesOf("a"));
    await session.ask(subscribe);

    // No schema of the wire holds such a demand; what it is answered with does.
    expect(await session.ask(request(demand))).toMatchObject(
      failed("thing-search:subscription.protocol.error"),
    );
    expect(session.requests).toEqual([]);
  });

  test("comes with the refusal of a search, once a page is asked for", async () => {
    const refused = () => {
      throw invalidRqlExpression("bogus");
    };
    await using session = await searching([], { before: refused });
    expect(await session.ask(subscribe)).toMatchObject(told("created", { subscriptionId: "0" }));
    expect(await session.rest()).toEqual([]);

    const answer = await session.ask(request(1));

    expect(answer).toMatchObject({
      ...failed("rql.expression.invalid"),
      headers: { "correlation-id": "request" },
    });
    expect(session.door.faults).toEqual([]);
  });

  test("comes with the refusal of what begins it", async () => {
    const search = {
      stream() {
        throw invalidRqlExpression("bogus");
      },
    };
    await using session = await searching([], {}, { search });
    await session.ask(subscribe);

    expect(await session.ask(request(1))).toMatchObject(failed("rql.expression.invalid"));
  });

  test("comes with a fault, of which its client is told no more than that", async () => {
    const fault = new Error("the secret of the database");
    const before = () => {
      throw fault;
    };
    await using session = await searching([], { before });
    await session.ask(subscribe);

    const answer = await session.ask(request(1));

    expect(answer).toMatchObject(
      told("failed", { error: expect.objectContaining({ status: 500 }) } as object),
    );
    expect(JSON.stringify(answer)).not.toContain("secret");
    expect(session.door.faults).toEqual([fault]);
  });
});

test.each(["request", "cancel"])("a %s for a search that there is not is refused", async (action) => {
  await using session = await searching([]);

  const answer = await session.ask(
    say(action, { subscriptionId: "bogus", demand: 1 }, { "correlation-id": "c" }),
  );

  expect(answer).toEqual({
    topic: "_/_/things/twin/search/failed",
    headers: { "correlation-id": "c", "content-type": "application/json" },
    path: "/",
    value: {
      subscriptionId: "bogus",
      error: { status: 404, error: "thing-search:subscription.not.found", message: expect.any(String) },
    },
  });
});

describe("a message that is malformed", () => {
  const cases: readonly [flaw: string, message: object, code: string][] = [
    ["a filter that is no text", say("subscribe", { filter: 1 }), "json.invalid"],
    ["no value", say("request"), "json.format.invalid"],
    ["no ID", say("cancel", {}), "json.format.invalid"],
    ["bad fields", { ...subscribe, fields: "a(" }, "json.fieldselector.invalid"],
    ["a bad header", say("subscribe", {}, { timeout: "soon" }), "timeout.invalid"],
    ["an unknown action", say("fly"), "protocoladapter:unknown.topicpath"],
    ["what only the server says", say("created", { subscriptionId: "0" }), "signal.unsupported"],
    ["the live channel", { ...subscribe, topic: "_/_/things/live/search/subscribe" }, "signal.unsupported"],
  ];
  test.each(cases)("with %s is refused as other messages are", async (_, message, error) => {
    await using session = await searching(pagesOf("a"));

    expect(await session.ask(message)).toMatchObject({
      topic: "unknown/unknown/things/twin/errors",
      value: { error },
      status: 400,
    });
    expect(session.requests).toEqual([]);
  });

  test("is told of the thing that its topic names, to who requires no response as well", async () => {
    await using session = await searching([]);
    const headers = { "correlation-id": "c", "response-required": false };

    const answer = await session.ask({
      ...say("subscribe", { filter: 1 }, headers),
      topic: "org.acme/lamp/things/twin/search/subscribe",
    });

    expect(answer).toMatchObject({
      topic: "org.acme/lamp/things/twin/errors",
      headers: { "correlation-id": "c" },
    });
  });
});

describe("namespaces that may not be reached", () => {
  const closed = (namespace: string) => {
    throw namespaceNotAccessible(namespace);
  };
  const reachOf = () => ({
    mayAccess: () => true,
    check: () => undefined,
    namespacesFor: (asked: readonly string[] | undefined) =>
      asked?.includes("org.closed") ? closed("org.closed") : (asked ?? ["org.open"]),
  });

  test("are refused to a search once a page is asked for", async () => {
    await using session = await searching(pagesOf("a"), {}, { reachOf });
    await session.ask(say("subscribe", { namespaces: ["org.acme", "org.closed"] }));

    expect(await session.ask(request(1))).toMatchObject(failed("gateway:namespace.notaccessible"));
    expect(session.requests).toEqual([]);
  });

  test("are left out of a search of all", async () => {
    await using session = await searching(pagesOf("a"), {}, { reachOf });
    await session.ask(subscribe);
    await session.ask(request(1));

    expect(session.requests).toMatchObject([{ namespaces: ["org.open"] }]);
  });
});
