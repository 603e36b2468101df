import { setTimeout as pause } from "node:timers/promises";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { namespaceAccess } from "../../src/gateway/auth/namespace-access.ts";
import { entrance } from "../../src/gateway/http/entrance.ts";
import { Places } from "../../src/gateway/sse/places.ts";
import { namespaceAccessRules } from "../../src/ops/namespace-access.ts";
import { changed, type EventDoorOptions, openEventDoor, requestText } from "./event-door.ts";

const THINGS = "/api/2/things";
const LAMP = `${THINGS}/org.acme:lamp`;

/** Opens a stream, and waits until it is told of what happens. */
async function listening(path: string, options: EventDoorOptions = {}) {
  const door = await openEventDoor(options);
  const stream = door.listen(path);
  await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(1);
  return Object.assign(door, { stream });
}

const dataOf = (events: readonly string[]): unknown[] =>
  events.map((event) => JSON.parse(event.replace(/^data:(.*)\n\n$/s, "$1")));

describe("a stream of changes", () => {
  test("has the head that Ditto's has, and an event a chunk", async () => {
    await using door = await listening(LAMP);

    door.deliver(changed("/attributes/a", 21));

    await expect.poll(() => door.stream.events()).toHaveLength(1);
    expect(door.stream.head().map((line) => line.toLowerCase())).toEqual([
      "http/1.1 200 ok",
      "content-type: text/event-stream",
      "transfer-encoding: chunked",
    ]);
    const event = 'data:{"thingId":"org.acme:lamp","attributes":{"a":21}}\n\n';
    expect(door.stream.said().endsWith(`\r\n\r\n${event.length.toString(16)}\r\n${event}\r\n`)).toBe(true);
  });

  test("says that it is there after a second without events, and each second from then on", async () => {
    await using door = await listening(THINGS);

    const started = performance.now();
    const beats = () => door.stream.said().split("7\r\ndata:\n\n\r\n").length - 1;

    await expect.poll(beats, { timeout: 1_500, interval: 10 }).toBe(1);
    expect(performance.now() - started).toBeGreaterThan(850);
    await expect.poll(beats, { timeout: 1_500, interval: 10 }).toBe(2);
    expect(performance.now() - started).toBeGreaterThan(1_850);
  });

  test("needs no heartbeat as long as events come", async () => {
    await using door = await listening(THINGS);

    for (let i = 0; i < 4; i++) {
      await pause(400);
      door.deliver(changed("/attributes/a", i));
    }

    await expect.poll(() => door.stream.events()).toHaveLength(4);
    expect(door.stream.said()).not.toContain("data:\n\n");
  });

  test("of one thing has no events of others", async () => {
    await using door = await listening(LAMP);

    door.deliver(changed("/attributes/a", 1, { id: "org.acme:other" }));
    door.deliver(changed("/attributes/a", 2));

    await expect
      .poll(() => dataOf(door.stream.events()))
      .toEqual([{ thingId: "org.acme:lamp", attributes: { a: 2 } }]);
  });

  test("of several things has those of each", async () => {
    await using door = await listening(`${THINGS}?ids=org.acme:lamp,org.acme:fan`);

    for (const name of ["lamp", "door", "fan"])
      door.deliver(changed("/policyId", "org.acme:p", { id: `org.acme:${name}` }));

    await expect
      .poll(() => dataOf(door.stream.events()))
      .toEqual([
        { thingId: "org.acme:lamp", policyId: "org.acme:p" },
        { thingId: "org.acme:fan", policyId: "org.acme:p" },
      ]);
  });

  test.each([
    ["/attributes/a", changed("/attributes/a", 21), 21],
    ["/attributes/a/", changed("/attributes", { a: { b: 1 }, c: 2 }), { b: 1 }],
    ["/attributes", changed("/attributes/a", 21), { a: 21 }],
    ["/features/f/properties/p", changed("/features/f", { properties: { p: "x", q: 1 } }), "x"],
    ["/attributes/a", changed("/attributes/a", null), null],
    ["/thingId", changed("/attributes/a", 21), "org.acme:lamp"],
    ["/_revision", changed("/attributes/a", 21), 7],
  ])("of the resource %s shows its value alone", async (path, event, expected) => {
    await using door = await listening(`${LAMP}${path}`);

    door.deliver(changed("/attributes/elsewhere", 1));
    door.deliver(event);

    await expect.poll(() => dataOf(door.stream.events()).at(-1)).toEqual(expected);
  });

  test("of a resource has nothing of changes elsewhere, nor that it was deleted", async () => {
    await using door = await listening(`${LAMP}/attributes/a`);

    door.deliver(changed("/attributes/b", 1));
    door.deliver(changed("/attributes/a", undefined));
    door.deliver(changed("/attributes/a", 2));

    await expect.poll(() => dataOf(door.stream.events())).toEqual([2]);
  });

  test("shows the fields that are asked for, special ones too, and no event that has none of them", async () => {
    await using door = await listening(`${THINGS}?fields=thingId,attributes/a,_revision,_modified`);
    await using bare = await listening(`${THINGS}?fields=attributes/a`);

    for (const { deliver } of [door, bare]) {
      deliver(changed("/attributes/b", 1));
      deliver(changed("/attributes/a", 2));
    }

    await expect.poll(() => dataOf(bare.stream.events())).toEqual([{ attributes: { a: 2 } }]);
    const special = { _revision: 7, _modified: "2026-01-01T00:00:00.000Z" };
    await expect
      .poll(() => dataOf(door.stream.events()))
      .toEqual([
        { thingId: "org.acme:lamp", ...special },
        { thingId: "org.acme:lamp", attributes: { a: 2 }, ...special },
      ]);
  });

  test("tells the context of an event where it is asked for, whose headers are texts", async () => {
    await using door = await listening(`${THINGS}?fields=thingId,_context`);

    door.deliver(changed("/attributes/a", 2));

    await expect
      .poll(() => dataOf(door.stream.events()))
      .toEqual([
        {
          thingId: "org.acme:lamp",
          _context: {
            topic: "org.acme/lamp/things/twin/events/modified",
            path: "/attributes/a",
            value: 2,
            headers: {
              "correlation-id": "c-1",
              "ditto-originator": "nginx:ditto",
              "response-required": "false",
              "requested-acks": "[]",
              "entity-revision": "7",
              "content-type": "application/json",
            },
          },
        },
      ]);
  });

  test("tells parts of the context", async () => {
    await using door = await listening(`${THINGS}?fields=thingId,_context/path,_context/value`);

    door.deliver(changed("/attributes/a", undefined));

    await expect
      .poll(() => dataOf(door.stream.events()))
      .toEqual([{ thingId: "org.acme:lamp", _context: { path: "/attributes/a", value: null } }]);
  });

  test("tells the context alone where nothing else is asked for", async () => {
    await using door = await listening(`${THINGS}?fields=_context/topic,_context/path`);
    await using other = await listening(`${THINGS}?fields=attributes/b,_context/path`);
    for (const { deliver } of [door, other]) {
      deliver(changed("/attributes/a", 1));
      deliver(changed("/attributes/b", 2));
    }

    const topic = "org.acme/lamp/things/twin/events/modified";
    await expect
      .poll(() => dataOf(door.stream.events()))
      .toEqual([
        { _context: { topic, path: "/attributes/a" } },
        { _context: { topic, path: "/attributes/b" } },
      ]);
    await expect
      .poll(() => dataOf(other.stream.events()))
      .toEqual([{ attributes: { b: 2 }, _context: { path: "/attributes/b" } }]);
  });

  test("shows of an event what its reader may see, and extra fields beside it", async () => {
    await using door = await listening(`${THINGS}?extraFields=attributes`);

    door.deliver(changed("/attributes", { open: 1, secret: 2 }), {
      value: { open: 1 },
      extra: { attributes: { open: 0, more: 3 } },
    });

    await expect
      .poll(() => dataOf(door.stream.events()))
      .toEqual([{ thingId: "org.acme:lamp", attributes: { open: 1, more: 3 } }]);
  });

  test("asks for what the query says", async () => {
    await using door = await listening(
      `${THINGS}?namespaces=org.acme,org.other&filter=${encodeURIComponent("gt(attributes/a,0)")}&extraFields=features/f`,
    );

    const [subscription] = door.subscriptions;

    expect(subscription).toMatchObject({
      stream: "EVENTS",
      subjects: ["nginx:ditto"],
      selection: {
        namespaces: new Set(["org.acme", "org.other"]),
        filter: { text: "gt(attributes/a,0)" },
        extraFields: { text: "features/f" },
      },
    });
  });

  test.each([
    ["?filter=bogus(a)", "rql.expression.invalid"],
    ["?fields=nonsense", "things:field.selection.invalid"],
    ["?fields=thingId/a", "things:field.selection.invalid"],
    ["?fields=a((", "json.fieldselector.invalid"],
    ["?ids=nonsense", "things:id.invalid"],
    ["/nonsense", "things:id.invalid"],
    ["/org.acme:lamp/nonsense", "things:field.selection.invalid"],
    ["/org.acme:lamp/inbox/claim", "things:field.selection.invalid"],
    ["/org.acme:lamp/attributes//a", "json.pointer.invalid"],
  ])("of %s is refused with %s", async (path, code) => {
    await using door = await openEventDoor();

    const refused = await door.fetch(`${THINGS}${path}`, { headers: { accept: "text/event-stream" } });

    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: code, status: 400 });
    expect(door.subscriptions.size).toBe(0);
  });

  test("has nothing of namespaces that its reader may not reach", async () => {
    const rules = namespaceAccessRules.parse('[{"allowed-namespaces":["org.acme"]}]');
    const reach = namespaceAccess(rules)?.({ subjects: ["nginx:ditto"] }, {}, {});
    await using door = await listening(THINGS, reach ? { reach } : {});

    door.deliver(changed("/attributes/a", 1, { id: "org.other:lamp" }));
    door.deliver(changed("/attributes/a", 2));

    await expect.poll(() => dataOf(door.stream.events())).toHaveLength(1);
  });

  test("may be read by pages of other origins, where that is allowed", async () => {
    const enter = entrance({
      enableCors: true,
      corsOrigins: undefined,
      forceHttps: false,
      redirectToHttps: false,
      redirectToHttpsBlocklist: RE2JS.compile(""),
    });
    await using door = await openEventDoor({ enter });

    const stream = door.listen(THINGS, "origin: https://acme.org");

    await expect.poll(() => stream.head()).toContain("access-control-allow-origin: https://acme.org");
  });
});

describe("a connection with a stream of changes", () => {
  test("may have answers before it, which come first, and the events in their order", async () => {
    await using door = await openEventDoor();

    const stream = door.raw(requestText(`${THINGS}/nonsense`) + requestText(LAMP));
    await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(1);
    for (let i = 0; i < 3; i++) door.deliver(changed("/attributes/a", i));

    await expect.poll(() => stream.said()).toContain('{"a":2}');
    const statuses = stream.said().match(/HTTP\/1\.1 \d+/g);
    expect(statuses).toEqual(["HTTP/1.1 400", "HTTP/1.1 200"]);
    expect(stream.said().match(/\{"a":\d\}/g)).toEqual(['{"a":0}', '{"a":1}', '{"a":2}']);
  });

  test("has no chunks for a client that knows none", async () => {
    await using door = await openEventDoor();

    const stream = door.raw(requestText(LAMP).replace("HTTP/1.1", "HTTP/1.0"));
    await expect.poll(() => door.subscriptions.size, { interval: 5 }).toBe(1);
    door.deliver(changed("/attributes/a", 1));
    door.streams.close();

    await expect.poll(() => stream.said()).toContain("session.aborted");
    const event = 'data:{"thingId":"org.acme:lamp","attributes":{"a":1}}\n\n';
    expect(stream.said().split("\r\n\r\n")[1]?.startsWith(`${event}data:{"status":500`)).toBe(true);
  });

  test("goes on with further requests when the stream has ended", async () => {
    await using door = await listening(LAMP);

    door.deliver(changed("/attributes/a", 1));
    door.streams.close();
    await expect.poll(() => door.stream.isOver()).toBe(true);
    door.stream.socket.write(requestText(`${THINGS}/nonsense`));

    await expect.poll(() => door.stream.said()).toContain("HTTP/1.1 400");
  });
});

describe("what a stream of changes holds", () => {
  test("is given back when its reader leaves", async () => {
    await using door = await listening(THINGS, { places: new Places(1, 1) });

    const refused = await door.fetch(THINGS, { headers: { accept: "text/event-stream" } });
    door.stream.socket.destroy();

    expect(refused.status).toBe(429);
    await expect.poll(() => door.subscriptions.size).toBe(0);
    door.deliver(changed("/attributes/a", 1));
    const next = door.listen(THINGS);
    await expect.poll(() => next.head()[0]).toBe("HTTP/1.1 200 OK");
  });

  test("is bounded: a reader that takes nothing loses the stream, and is told why if he reads on", async () => {
    await using door = await listening(THINGS, { maxBuffered: 100_000 });

    door.stream.socket.pause();
    const big = changed("/attributes/a", "x".repeat(50_000));
    for (let i = 0; i < 1_000 && door.subscriptions.size > 0; i++) {
      door.deliver(big);
      if (i % 50 === 49) await pause(1);
    }

    expect(door.subscriptions.size).toBe(0);
    door.stream.socket.resume();
    await expect.poll(() => door.stream.isOver()).toBe(true);
    expect(door.stream.events().at(-1)).toContain('"error":"gateway:streaming.session.aborted"');
  });

  test("ends with the token that opened it", async () => {
    const token = { claims: {}, expiresAt: Date.now() + 300 };
    await using door = await listening(THINGS, { auth: { subjects: ["nginx:ditto"], token } });

    await expect.poll(() => door.stream.isOver()).toBe(true);

    expect(dataOf(door.stream.events())).toMatchObject([{ error: "gateway:websocket.session.expired" }]);
    expect(door.subscriptions.size).toBe(0);
  });

  test("ends when the server stops, which opens no more", async () => {
    await using door = await listening(THINGS);

    door.streams.close();

    await expect.poll(() => door.stream.isOver()).toBe(true);
    expect(dataOf(door.stream.events())).toMatchObject([{ error: "gateway:streaming.session.aborted" }]);
    const refused = await door.fetch(THINGS, { headers: { accept: "text/event-stream" } });
    expect(refused.status).toBe(500);
  });
});
