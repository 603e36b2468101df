// Policy announcements by WebSocket, and what their clients acknowledge.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { errorOf, openSession, type Session } from "../support/socket.ts";
import { openDoor, type TestDoor } from "../support/ws-door.ts";

const START = "START-SEND-POLICY-ANNOUNCEMENTS";
const STOP = "STOP-SEND-POLICY-ANNOUNCEMENTS";

const announcement = (headers: Record<string, string | string[]> = {}, policyId = "org.acme:lamp") => ({
  policyId,
  name: "subjectDeletion" as const,
  value: { deleteAt: "2026-11-21T10:20:03.773Z", subjectIds: ["nginx:ditto"] },
  subjects: ["nginx:ditto"],
  headers: { "correlation-id": "c-1", ...headers },
});

/** Opens a session that is told of announcements, and acknowledges the labels. */
async function subscriber(door: TestDoor, declared = "", parameters = ""): Promise<Session> {
  const session = await openSession(door, declared ? { "declared-acks": declared } : {});
  session.send(START + parameters);
  expect(await session.next()).toBe(`${START}:ACK`);
  return session;
}
const ack = (label: string, correlationId = "c-1", more = {}) => ({
  topic: `org.acme/lamp/things/twin/acks/${label}`,
  headers: { "correlation-id": correlationId },
  path: "/",
  status: 200,
  ...more,
});
/** Resolves once everything that was sent has been taken. */
async function settled(session: Session) {
  session.send(STOP);
  expect(await session.next()).toBe(`${STOP}:ACK`);
}

describe("START-SEND-POLICY-ANNOUNCEMENTS", () => {
  test("brings those that concern a subject of the session, as Ditto prints them, until they are stopped", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door);

    door.announcements.publish({ ...announcement(), subjects: ["nginx:other"] });
    door.announcements.publish(announcement());
    expect(await session.next()).toBe(
      '{"topic":"org.acme/lamp/policies/announcements/subjectDeletion","headers":{"correlation-id":"c-1",' +
        '"requested-acks":[],"content-type":"application/json"},"path":"/",' +
        '"value":{"deleteAt":"2026-11-21T10:20:03.773Z","subjectIds":["nginx:ditto"]}}',
    );
    await settled(session);
    door.announcements.publish(announcement());
    await sleep(50);

    expect(session.inbox).toEqual([]);
  });

  test("starts anew with other namespaces, and brings each announcement once", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door);
    session.send(`${START}?namespaces=org.more, org.other`);
    await session.next();

    door.announcements.publish(announcement());
    door.announcements.publish(announcement({}, "org.other:lamp"));

    expect((await session.message()).topic).toMatch(/^org\.other\/lamp\//);
    await settled(session);
  });

  test("has its own subscription, beside that for events", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door);
    session.send("START-SEND-EVENTS");
    await session.next();
    session.send("STOP-SEND-EVENTS");
    await session.next();

    door.announcements.publish(announcement());

    expect((await session.message()).topic).toContain("announcements");
  });

  test.each(["filter=bogus(a)", "extraFields=attributes"])(
    "pays no heed to the parameter %s",
    async (parameter) => {
      await using door = await openDoor();
      await using session = await subscriber(door, "", `?${parameter}`);

      door.announcements.publish(announcement());

      expect(await session.message()).not.toHaveProperty("extra");
    },
  );

  test("tells a session that is gone nothing", async () => {
    await using door = await openDoor();
    const session = await subscriber(door);
    await session[Symbol.asyncDispose]();
    await sleep(50);

    door.announcements.publish(announcement());

    expect(door.faults).toEqual([]);
  });
});

describe("acknowledgements of announcements", () => {
  const asking = announcement({ "requested-acks": ["my-ack", "other:ack"], timeout: "10s" });

  test("are asked of a session as far as it declared them", async () => {
    await using door = await openDoor();
    await using both = await subscriber(door, "other:ack,my-ack,third");
    await using one = await subscriber(door, '["one-ack"]');
    await using none = await subscriber(door);

    door.announcements.publish(
      announcement({ "requested-acks": ["my-ack", "one-ack", "other:ack"], timeout: "10s" }),
    );

    const asked = async (session: Session) => (await session.message()).headers;
    expect(await asked(both)).toMatchObject({ "requested-acks": ["my-ack", "other:ack"], timeout: "10s" });
    expect(await asked(one)).toMatchObject({ "requested-acks": ["one-ack"], timeout: "10s" });
    expect(await asked(none)).toMatchObject({ "requested-acks": [], timeout: "10s" });
  });

  test("may be declared in the query of the handshake", async () => {
    await using door = await openDoor();
    await using session = await openSession(door, {}, "?declared-acks=my-ack,third");
    session.send(START);
    await session.next();

    door.announcements.publish(asking);

    expect((await session.message()).headers["requested-acks"]).toEqual(["my-ack"]);
  });

  test("are passed on with who said so, and are not answered", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack,other:ack");
    door.announcements.publish(asking);
    await session.next();

    session.send(ack("my-ack", "c-1", { value: { done: true } }));
    session.send(ack("other:ack", "c-1", { status: 503, topic: "some/thing/things/live/acks/other:ack" }));
    await settled(session);

    const common = { kind: "policy", id: "org.acme:lamp", correlationId: "c-1", subjects: ["nginx:ditto"] };
    expect(door.acks).toMatchObject([
      { ...common, label: "my-ack", status: 200, value: { done: true } },
      { ...common, label: "other:ack", status: 503 },
    ]);
  });

  test("that nobody waits for are dropped: of another announcement, of one that others were told, too late", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack");
    await using other = await openSession(door, { "declared-acks": "other:ack" });
    door.announcements.publish(announcement({ "requested-acks": ["my-ack", "other:ack"], timeout: "50ms" }));
    await session.next();

    session.send(ack("my-ack", "c-2"));
    other.send(ack("other:ack"));
    await sleep(100);
    session.send(ack("my-ack"));
    await settled(session);
    await settled(other);

    expect(door.acks).toEqual([]);
  });

  test("are kept in mind for the newest thousand announcements only", async () => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack");
    for (let i = 0; i <= 1_000; i++)
      door.announcements.publish(announcement({ "correlation-id": `c-${i}`, "requested-acks": ["my-ack"] }));

    for (const i of [0, 1, 1_000]) session.send(ack("my-ack", `c-${i}`));
    session.send("START-SEND-EVENTS");
    while ((await session.next()) !== "START-SEND-EVENTS:ACK");

    expect(door.acks.map(({ correlationId }) => correlationId)).toEqual(["c-1", "c-1000"]);
  });

  const refused: readonly (readonly [says: string, message: object, code: string])[] = [
    ["a label that the session did not declare", ack("third"), "acknowledgement:label.not.declared"],
    ["a label of the server", ack("twin-persisted"), "acknowledgement:ditto.acklabel.forbidden"],
    ["a label that is none", ack("?"), "acknowledgement:label.invalid"],
    ["no status", ack("my-ack", "c-1", { status: undefined }), "protocoladapter:unknown.topicpath"],
    [
      "the topic of a policy, which Ditto does not know",
      ack("my-ack", "c-1", { topic: "org.acme/lamp/policies/acks/my-ack" }),
      "protocoladapter:unknown.topicpath",
    ],
    ["a correlation ID that is none", ack("my-ack", "\n"), "header.invalid"],
  ];
  test.each(refused)("are refused with %s", async (_, message, code) => {
    await using door = await openDoor();
    await using session = await subscriber(door, "my-ack");
    door.announcements.publish(announcement({ "requested-acks": ["my-ack"] }));
    await session.next();

    const answer = await session.ask(message);

    expect([errorOf(answer), answer.status]).toEqual([code, 400]);
    expect(door.acks).toEqual([]);
  });

  test("with an undeclared label are refused to a client that wants no answer, too, and told of a thing", async () => {
    await using door = await openDoor();
    await using session = await openSession(door);

    const headers = { "correlation-id": "c", "response-required": false };
    expect(await session.ask(ack("my-ack", "c", { headers }))).toMatchObject({
      topic: "org.acme/lamp/things/twin/errors",
      headers: { "correlation-id": "c", "response-required": false, "content-type": "application/json" },
      status: 400,
    });
  });

  test("declared with a label that is none are no handshake", async () => {
    await using door = await openDoor();

    await expect(openSession(door, { "declared-acks": "?" })).rejects.toThrow("400");
  });
});
