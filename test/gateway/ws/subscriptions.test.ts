// START-SEND-… and STOP-SEND-…: what they refuse, how one takes the place of another, and what a session is told of.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readPath } from "../../../src/base/json/pointer.ts";
import { compileEnforcer } from "../../../src/policies/enforcer.ts";
import { errorOf, openSession, type Session } from "../../support/socket.ts";
import { openDoor, type TestDoor } from "../../support/ws-door.ts";

const rights = { "thing:/": { grant: ["READ"], revoke: [] }, "message:/": { grant: ["READ"], revoke: [] } };
const enforcer = compileEnforcer([
  { subjects: { "nginx:ditto": { type: "t" } }, resources: rights } as never,
]);

/** Tells of a change of the attribute `n`. */
function happened(door: TestDoor, n: number, headers: Record<string, string | string[]> = {}): void {
  const event = { kind: "thing", action: "modified", timestamp: 0, originator: "o", revision: n } as const;
  const value = { thingId: "org.acme:lamp", attributes: { n, colour: "red" } };
  door.pubsub.publish(
    { ...event, id: "org.acme:lamp", path: readPath("/attributes/n"), value: n, headers },
    enforcer,
    undefined,
    { value, revision: n, created: 0, modified: 0 },
  );
}

async function start(session: Session, text: string): Promise<void> {
  session.send(text);
  expect(await session.next()).toBe(`${text.split("?")[0]}:ACK`);
}

describe("a subscription", () => {
  test("takes the place of the one before, and each event comes once", async () => {
    await using door = await openDoor();
    await using session = await openSession(door);
    await start(session, "START-SEND-EVENTS?filter=gt(attributes/n,10)");
    await start(session, "START-SEND-EVENTS?extraFields=attributes/colour");

    happened(door, 1);
    happened(door, 11);
    const extra = { attributes: { colour: "red" } };
    expect(await session.message()).toMatchObject({ revision: 1, extra });
    expect(await session.message()).toMatchObject({ revision: 11, extra });
    await start(session, "START-SEND-EVENTS");

    happened(door, 12);
    const last = await session.message();
    expect(last.revision).toBe(12);
    expect(last).not.toHaveProperty("extra");
    await start(session, "STOP-SEND-EVENTS");
  });

  test("with a filter that is none is refused by the correlation ID of the handshake, and the old one goes on", async () => {
    await using door = await openDoor();
    await using session = await openSession(door, { "correlation-id": "of-the-handshake" });
    await start(session, "START-SEND-EVENTS");

    const refused = await session.ask("START-SEND-EVENTS?filter=bogus(a,b)");
    expect(refused).toMatchObject({
      topic: "unknown/unknown/things/twin/errors",
      headers: {
        "correlation-id": "of-the-handshake",
        "response-required": false,
        "content-type": "application/json",
      },
      status: 400,
    });
    expect(errorOf(refused)).toBe("rql.expression.invalid");
    happened(door, 1);
    expect(await session.message()).toMatchObject({ revision: 1 });
  });

  test("may say by which correlation ID its refusal is told", async () => {
    await using door = await openDoor();
    await using session = await openSession(door);
    const refused = await session.ask("START-SEND-MESSAGES?correlation-id=mine&filter=eq(");

    expect(refused.headers["correlation-id"]).toBe("mine");
  });

  test("with extra fields that are none is refused without a correlation ID", async () => {
    await using door = await openDoor();
    await using session = await openSession(door);
    const refused = await session.ask("START-SEND-EVENTS?extraFields=attributes(a");

    expect(refused.status).toBe(400);
    expect(refused.headers).toEqual({ "response-required": false, "content-type": "application/json" });
  });

  test("has parameters of its own only: others are passed over, and to stop takes none", async () => {
    await using door = await openDoor();
    await using session = await openSession(door);
    await start(session, "START-SEND-EVENTS?unknown=x&filter=gt(attributes%2Fn%2C10)");
    happened(door, 1);
    happened(door, 11);
    expect(await session.message()).toMatchObject({ revision: 11 });
    await start(session, "STOP-SEND-EVENTS?filter=bogus(");

    happened(door, 12);
    await start(session, "STOP-SEND-EVENTS");
  });

  test("ends with its session", async () => {
    await using door = await openDoor();
    const session = await openSession(door);
    await start(session, "START-SEND-EVENTS");
    await session[Symbol.asyncDispose]();
    await sleep(50);

    happened(door, 1);
    expect(door.faults).toEqual([]);
  });
});

describe("acknowledgements", () => {
  const requested = { "correlation-id": "c-1", "requested-acks": ["my-ack", "other-ack"] };
  const ack = (label: string, headers: object = { "correlation-id": "c-1" }) => ({
    topic: `org.acme/lamp/things/twin/acks/${label}`,
    headers,
    path: "/",
    value: { done: true },
    status: 200,
  });

  test("of an event are asked of a session as far as it declared them, and passed on", async () => {
    await using door = await openDoor();
    await using mine = await openSession(door, { "declared-acks": "my-ack" });
    await using nobody = await openSession(door);
    for (const session of [mine, nobody]) await start(session, "START-SEND-EVENTS");

    happened(door, 1, requested);
    expect((await mine.message()).headers["requested-acks"]).toEqual(["my-ack"]);
    expect((await nobody.message()).headers["requested-acks"]).toEqual([]);
    mine.send(ack("my-ack"));
    await start(mine, "STOP-SEND-EVENTS");

    expect(door.acks).toMatchObject([
      { kind: "thing", id: "org.acme:lamp", label: "my-ack", status: 200, correlationId: "c-1" },
    ]);
  });

  test("whose label another session declared end a session, which is told why", async () => {
    await using door = await openDoor();
    const first = await openSession(door, { "declared-acks": "my-ack" });
    await using second = await openSession(door, { "declared-acks": "your-ack,my-ack" });
    expect(errorOf(await second.message())).toBe("acknowledgement:label.not.unique");
    expect((await second.closed).code).toBe(1000);

    await first[Symbol.asyncDispose]();
    await sleep(50);
    await using third = await openSession(door, { "declared-acks": "my-ack,your-ack" });
    await start(third, "START-SEND-EVENTS");
  });
});

describe("a pace", () => {
  test("holds back what a session sends too fast, and loses nothing", async () => {
    await using door = await openDoor({ pace: { limit: 20, intervalMs: 1_000 } });
    await using session = await openSession(door);
    const begun = performance.now();
    for (let n = 0; n < 12; n++) session.send("STOP-SEND-EVENTS");
    for (let n = 0; n < 12; n++) expect(await session.next()).toBe("STOP-SEND-EVENTS:ACK");

    expect(performance.now() - begun).toBeGreaterThan(400); // two at once, and one each 50 ms
  });
});
