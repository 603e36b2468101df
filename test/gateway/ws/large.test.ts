// Large messages of a session, which are judged in a thread.

import { expect, test } from "vitest";
import { commandMessage, errorOf, type Message, openSession } from "../../support/socket.ts";
import { openDoor, type TestDoor } from "../../support/ws-door.ts";
import { KEYS, nested, ofKeys, padded } from "../large-json/large.ts";

const opened = (door: TestDoor) => openSession(door, {});
const modify = (value: unknown, headers = {}) =>
  commandMessage("lamp", "modify", "/attributes/a", value, headers);
/** The text of a message with a value that is given as text. */
const withValue = (message: object, value: string): string =>
  JSON.stringify({ ...message, value: "VALUE" }).replace('"VALUE"', value);

const told = (answer: Message) => [
  answer.status,
  errorOf(answer),
  answer.topic,
  answer.headers["correlation-id"],
];

test("messages keep their order behind large ones", async () => {
  await using door = await openDoor();
  await using session = await opened(door);
  const small = (n: number) => modify(n, { "correlation-id": `${n}` });

  session.send(small(1));
  session.send(padded(JSON.stringify(small(2)), 900_000));
  session.send(small(3));
  session.send("START-SEND-EVENTS");
  session.send(withValue(small(0), ofKeys(KEYS)));
  for (let n = 4; n < 50; n++) session.send(small(n));
  session.send(padded(JSON.stringify(small(50)), 70_000));

  const answers: string[] = [];
  while (answers.length < 52) answers.push(await session.next());
  expect(door.commands.map(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  expect(answers.filter((text) => text === "START-SEND-EVENTS:ACK")).toHaveLength(1);
  expect(answers.filter((text) => text.includes("toolarge"))).toHaveLength(1);
  expect(session.inbox).toEqual([]);
});

test("what a client sent before it left is done, though it waited behind a large message", async () => {
  await using door = await openDoor();
  const session = await opened(door);
  session.send(padded(JSON.stringify(modify(1)), 300_000));
  for (let n = 2; n < 6; n++) session.send(modify(n));
  session.send("START-SEND-EVENTS");
  session.socket.close();

  await expect.poll(() => door.commands.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5]);
});

test("a large message is what it says, to the last digit", async () => {
  await using door = await openDoor();
  await using session = await opened(door);

  session.socket.send(Buffer.from(padded(withValue(modify(0), '{"n":9007199254740993}'), 500_000)));
  expect((await session.message()).status).toBe(204);

  expect(JSON.stringify(door.commands[0]?.value)).toBe('{"n":9007199254740993}');
});

test("a value that is longer than any may be is refused as what it is about would be", async () => {
  await using door = await openDoor();
  await using session = await opened(door);
  const ask = async (message: object) => {
    session.send(withValue({ headers: { "correlation-id": "mine" }, path: "/", ...message }, ofKeys(KEYS)));
    return told(await session.message());
  };

  expect(await ask({ topic: "org.acme/lamp/things/twin/commands/modify" })).toEqual([
    413,
    "things:thing.toolarge",
    "org.acme/lamp/things/twin/errors",
    "mine",
  ]);
  expect(await ask({ topic: "org.acme/lamp/policies/commands/modify" })).toEqual([
    413,
    "policies:policy.toolarge",
    "org.acme/lamp/policies/errors",
    "mine",
  ]);
  const live = "org.acme/lamp/things/live";
  const box = { topic: `${live}/messages/hello`, path: "/inbox/messages/hello" };
  expect(await ask(box)).toEqual([413, "messages:payload.toolarge", `${live}/errors`, "mine"]);
  expect(await ask({ topic: `${live}/commands/modify` })).toEqual([
    413,
    "things:thing.toolarge",
    `${live}/errors`,
    "mine",
  ]);
  const ack = { topic: "org.acme/lamp/things/twin/acks/done", status: 200 };
  expect((await ask(ack)).slice(0, 2)).toEqual([400, "json.invalid"]);
  expect(door.commands).toEqual([]);
  expect(door.signals).toEqual([]);
});

test("who requires no response is told of no excess either", async () => {
  await using door = await openDoor();
  await using session = await opened(door);

  session.send(withValue(modify(0, { "response-required": false }), ofKeys(KEYS)));

  expect((await session.ask(modify(1, { "correlation-id": "next" }))).headers["correlation-id"]).toBe("next");
  expect(door.commands).toHaveLength(1);
});

test("a large payload that is one text is passed on", async () => {
  await using door = await openDoor({ maxMessageBytes: 400_000 });
  await using session = await opened(door);
  const headers = { "correlation-id": "c", "content-type": "application/octet-stream", timeout: "0" };
  const topic = "org.acme/lamp/things/live/messages/hello";
  const value = Buffer.alloc(390_000, 1).toString("base64");

  session.send({ topic, headers, path: "/inbox/messages/hello", value });
  session.send("STOP-SEND-EVENTS");

  expect(await session.next()).toBe("STOP-SEND-EVENTS:ACK");
  expect(door.signals).toHaveLength(1);
});

test.each<[string, Buffer | string]>([
  ["no UTF-8", Buffer.alloc(100_000, 0xff)],
  ["no JSON", `${ofKeys(KEYS)},`],
  ["too deep", withValue(modify(0), `[${ofKeys(10_000)},${nested(200)}]`)],
  ["a key that is empty", withValue(modify(0), `[${ofKeys(10_000)},{"":1}]`)],
  ["plain text that means nothing", "START-SEND-".padEnd(100_000, "X")],
  ["no object", `[${ofKeys(KEYS)}]`],
])("a large message is refused for %s, and the session goes on", async (_, message) => {
  await using door = await openDoor();
  await using session = await opened(door);

  session.socket.send(message);

  const refusal = await session.message();
  expect([refusal.status, errorOf(refusal)]).toEqual([400, "json.invalid"]);
  expect((await session.ask(modify(1))).status).toBe(204);
});

test("who floods a session with pongs is closed, in the midst of a message too", async () => {
  await using door = await openDoor();
  await using session = await opened(door);

  session.socket.send("{", { fin: false });
  for (let n = 0; n < 5_000; n++) session.socket.pong();

  expect(await session.closed).toMatchObject({ code: 1008 });
});
