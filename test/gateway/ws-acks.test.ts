// Acknowledgements that sessions declare, are asked for, and give.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import type { Message as LiveMessage } from "../../src/signals/live.ts";
import type { DittoHeaders, EntityEvent } from "../../src/signals/signal.ts";
import { errorOf, openSession, type Session } from "../support/socket.ts";
import { openDoor, type TestDoor } from "../support/ws-door.ts";

const id = "org.acme:lamp";
const enforcer = compileEnforcer([
  {
    subjects: { "nginx:ditto": { type: "t" } },
    resources: {
      "thing:/": { grant: ["READ"], revoke: [] },
      "message:/": { grant: ["READ"], revoke: [] },
    },
  } as never,
]);
const state = { value: {}, revision: 2, created: 0, modified: 0 };

const event = (headers: DittoHeaders): EntityEvent => ({
  kind: "thing",
  id,
  action: "modified",
  path: ["attributes", "a"],
  value: 1,
  revision: 2,
  timestamp: 0,
  headers: { "correlation-id": "c", ...headers },
});
const publish = (door: TestDoor, headers: DittoHeaders) =>
  door.pubsub.publish(event(headers), enforcer, undefined, state);
const message = (headers: DittoHeaders): LiveMessage => ({
  says: "message",
  id,
  direction: "to",
  subject: "ask",
  headers: { "correlation-id": "c", ...headers },
  auth: { subjects: ["nginx:other"] },
});

const ack = (label: string, more: object = {}) => ({
  topic: `org.acme/lamp/things/twin/acks/${label}`,
  headers: { "correlation-id": "c" },
  path: "/",
  status: 200,
  ...more,
});

/** Opens a session that declares labels and is told of events. */
async function subscriber(door: TestDoor, declared = "", stream = "EVENTS"): Promise<Session> {
  const session = await openSession(door, declared ? { "declared-acks": declared } : {});
  session.send(`START-SEND-${stream}`);
  expect(await session.next()).toBe(`START-SEND-${stream}:ACK`);
  return session;
}
/** Resolves once everything that was sent has been taken. */
async function settled(session: Session) {
  session.send("STOP-SEND-EVENTS");
  expect(await session.next()).toBe("STOP-SEND-EVENTS:ACK");
}
const asked = async (session: Session) => (await session.message()).headers["requested-acks"];

describe("labels that are declared", () => {
  test("are of one session only: another is told so, and closed, whatever else it declares", async () => {
    await using door = await openDoor();
    await using first = await subscriber(door, "my-ack,other:ack");
    await using second = await openSession(door, { "declared-acks": "third,my-ack" });

    const refusal = await second.message();
    expect(refusal).toMatchObject({ topic: "unknown/unknown/things/twin/errors", status: 409 });
    expect(errorOf(refusal)).toBe("acknowledgement:label.not.unique");
    expect(await second.closed).toMatchObject({ code: 1000 });
    publish(door, { "requested-acks": ["my-ack"] });
    expect(await asked(first)).toEqual(["my-ack"]);
    await using third = await subscriber(door, "third"); // was not declared by who was refused
    await settled(third);
  });

  test("are free for others once their session is over", async () => {
    await using door = await openDoor();
    const first = await subscriber(door, "my-ack");
    await first[Symbol.asyncDispose]();
    await sleep(50);

    await using second = await subscriber(door, "my-ack");
    publish(door, { "requested-acks": ["my-ack"] });

    expect(await asked(second)).toEqual(["my-ack"]);
  });
});

describe("acknowledgements of events and live signals", () => {
  test("are asked of a session as far as it declared them", async () => {
    await using door = await openDoor();
    await using both = await subscriber(door, "my-ack,other:ack");
    await using one = await subscriber(door, "third");
    await using none = await subscriber(door);

    publish(door, { "requested-acks": ["twin-persisted", "third", "my-ack", "other:ack"] });

    expect(await asked(both)).toEqual(["my-ack", "other:ack"]);
    expect(await asked(one)).toEqual(["third"]);
    expect(await asked(none)).toEqual([]);
  });

  test("are passed on with what they say, and are not answered", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack,other:ack");
    publish(door, { "requested-acks": ["my-ack", "other:ack"], timeout: "10s" });
    await session.next();

    session.send(
      ack("my-ack", {
        value: { done: true },
        headers: { "correlation-id": "c", mine: "x", "ditto-weak-ack": true },
      }),
    );
    session.send(ack("other:ack", { status: 503 }));
    await settled(session);

    const common = { kind: "thing", id, correlationId: "c", subjects: ["nginx:ditto"] };
    expect(door.acks).toEqual([
      {
        ...common,
        label: "my-ack",
        status: 200,
        value: { done: true },
        headers: { "correlation-id": "c", mine: "x" },
        characters: expect.any(Number),
      },
      {
        ...common,
        label: "other:ack",
        status: 503,
        headers: expect.anything(),
        characters: expect.any(Number),
      },
    ]);
  });

  test("may come as one", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack,other:ack");
    publish(door, { "requested-acks": ["my-ack", "other:ack"] });
    await session.next();
    const topic = "org.acme/lamp/things/twin/acks";
    const value = { "my-ack": { status: 204 }, "other:ack": { status: 400, payload: "no" } };

    session.send(ack("", { topic, status: 424, value }));
    await settled(session);

    expect(door.acks).toMatchObject([
      { label: "my-ack", status: 204 },
      { label: "other:ack", status: 400, value: "no" },
    ]);
  });

  test("that come as one are all refused where one of them is", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack");
    publish(door, { "requested-acks": ["my-ack"] });
    await session.next();
    const topic = "org.acme/lamp/things/live/acks";
    const refused = async (label: string) => {
      const value = { "my-ack": { status: 204 }, [label]: { status: 204 } };
      const answer = await session.ask(ack("", { topic, value }));
      return [errorOf(answer), answer.topic];
    };

    expect(await refused("third")).toEqual([
      "acknowledgement:label.not.declared",
      "org.acme/lamp/things/live/errors",
    ]);
    expect((await refused("live-response"))[0]).toBe("acknowledgement:ditto.acklabel.forbidden");
    expect(door.acks).toEqual([]);
  });

  test("are dropped where the session was not told: of another thing or command, or not in time", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack");
    await using other = await openSession(door, { "declared-acks": "other:ack" });
    publish(door, { "requested-acks": ["my-ack", "other:ack"], timeout: "50ms" });
    await session.next();

    session.send(ack("my-ack", { topic: "org.acme/other/things/twin/acks/my-ack" }));
    session.send(ack("my-ack", { headers: { "correlation-id": "d" } }));
    session.send(ack("my-ack", { headers: {} }));
    other.send(ack("other:ack"));
    await sleep(100);
    session.send(ack("my-ack"));
    await settled(session);
    await settled(other);

    expect(door.acks).toEqual([]);
  });

  test("of a message are asked for and given on the live channel", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack", "MESSAGES");
    const headers = { "requested-acks": ["live-response", "my-ack", "other:ack"] };
    door.pubsub.publishLive(message(headers), enforcer, state, undefined);
    expect(await asked(session)).toEqual(["my-ack"]);

    session.send(ack("my-ack", { topic: "org.acme/lamp/things/live/acks/my-ack", status: 202 }));
    await settled(session);

    expect(door.acks).toMatchObject([{ kind: "thing", id, label: "my-ack", status: 202 }]);
    expect(door.acks[0]?.headers).toMatchObject({ channel: "live" });
  });
});
