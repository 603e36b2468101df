// The schemas of the Ditto Protocol against what Ditto said, and what this server says.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { commandMessage, openSession, type Session } from "../support/socket.ts";
import { expectValidMessage, type MessageKind, messageKinds } from "../support/wire-schemas.ts";

const folder = new URL("../fixtures/recorded/", import.meta.url);

interface Recorded {
  readonly where: string;
  readonly by: "server" | "client";
  readonly text: string;
}

const recorded = readdirSync(folder)
  .filter((name) => name.startsWith("ws-"))
  .flatMap(messagesOf);

/** Everything with the look of a message; a transcript holds control lines and HTTP exchanges, too. */
function messagesOf(file: string): Recorded[] {
  const lines = readFileSync(new URL(file, folder), "utf8").trim().split("\n");
  return lines.flatMap((line, i) => {
    const [by, message] = Object.entries(JSON.parse(line))[0] as ["server" | "client", unknown];
    if (typeof message !== "object" || message === null || !("topic" in message)) return [];
    return [{ where: `${file}:${i + 1}`, by, text: JSON.stringify(message) }];
  });
}

const said = (by: Recorded["by"]) =>
  recorded.filter((message) => message.by === by).map(({ where, text }) => [where, text] as const);

test.each(said("server"))("what Ditto said is as the schemas have it: %s", (_, text) => {
  expectValidMessage(text);
});

/** What clients said that no command may be. */
const malformed = ["bogus/topic", "org.golden.ws/w1/things/twin/commands/fly"];

test.each(said("client"))(
  "what a client said is as the schemas have it, unless it was malformed: %s",
  (_, text) => {
    const { topic, path } = JSON.parse(text);

    if (malformed.includes(topic) || path === undefined) expect(messageKinds(JSON.parse(text))).toEqual([]);
    else expectValidMessage(text);
  },
);

test("a message is of one kind only", () => {
  for (const { text, where } of recorded)
    expect(messageKinds(JSON.parse(text)).length, where).toBeLessThanOrEqual(1);
});

const event = {
  topic: "org.acme/lamp/things/twin/events/modified",
  headers: { "correlation-id": "c" },
  path: "/attributes/a",
  value: 1,
  revision: 2,
  timestamp: "2026-01-01T00:00:00Z",
};
const response = {
  topic: "org.acme/lamp/things/twin/commands/modify",
  headers: { "correlation-id": "c", "response-required": false, "content-type": "application/json" },
  path: "/attributes/a",
  status: 204,
};
const refusal = {
  ...response,
  topic: "org.acme/lamp/things/twin/errors",
  path: "/",
  value: { status: 400, error: "json.invalid", message: "no" },
  status: 400,
};

const flaws: readonly [flaw: string, kind: MessageKind, message: object][] = [
  ["an event without its revision", "ProtocolEvent", { ...event, revision: undefined }],
  ["an event without its value", "ProtocolEvent", { ...event, value: undefined }],
  ["an event at no time", "ProtocolEvent", { ...event, timestamp: "yesterday" }],
  ["a response without its status", "ProtocolResponse", { ...response, status: undefined }],
  ["a response with the status of a refusal", "ProtocolResponse", { ...response, status: 404 }],
  [
    "a response that wants one",
    "ProtocolResponse",
    { ...response, headers: { ...response.headers, "response-required": true } },
  ],
  ["a path that is no pointer", "ProtocolResponse", { ...response, path: "attributes/a" }],
  [
    "an entity tag without quotes",
    "ProtocolResponse",
    { ...response, headers: { ...response.headers, etag: "hash:1" } },
  ],
  ["an error without its code", "ProtocolError", { ...refusal, value: { status: 400, message: "no" } }],
  ["a topic of nothing", "ProtocolError", { ...refusal, topic: "org.acme/things/twin/errors" }],
];

test.each([
  ["ProtocolEvent", event],
  ["ProtocolResponse", response],
  ["ProtocolError", refusal],
] as const)("a %s is told by its schema alone", (kind, message) => {
  expect(messageKinds(message)).toEqual([kind]);
});

test.each(flaws)("%s is found out", (_, kind, message) => {
  expect(() => expectValidMessage(JSON.stringify(message), kind)).toThrow();
});

/** One command of each kind on each resource, in an order in which each finds what it needs. */
const commands: readonly [action: string, path: string, value?: unknown][] = [
  ["create", "/", { attributes: { a: 1 }, features: { f: { properties: { p: 1 } } } }],
  ["retrieve", "/"],
  ["modify", "/attributes", { a: 2 }],
  ["modify", "/attributes/b", { c: null }],
  ["modify", "/attributes/b", { c: 1 }],
  ["merge", "/attributes", { d: true }],
  ["modify", "/definition", "org.acme:lamp:1"],
  ["modify", "/features/f/definition", ["org.acme:f:1"]],
  ["modify", "/features/f/properties/p", 2],
  ["merge", "/features/f/properties", { q: [1, "é"] }],
  ["modify", "/features/f/desiredProperties", { p: 3 }],
  ["modify", "/features/g", null],
  ["retrieve", "/features/f"],
  ["retrieve", "/policyId"],
  ["delete", "/features/f/desiredProperties"],
  ["delete", "/features"],
  ["merge", "/", { attributes: null }],
  ["retrieve", "/attributes"],
  ["modify", "/", { attributes: { again: 1 } }],
  ["delete", "/attributes/again"],
  ["delete", "/"],
];

const isChange = (action: string) => action !== "retrieve";

async function ask(session: Session, message: unknown, kind: MessageKind) {
  session.send(message);
  return expectValidMessage(await session.next(), kind);
}

test("every answer and event of things is as the schemas have it", async () => {
  await using server = await startServer();
  await using client = await openSession(server);
  await using watcher = await openSession(server);
  watcher.send("START-SEND-EVENTS");
  await watcher.next();

  for (const [i, [action, path, value]] of commands.entries()) {
    const message = commandMessage("lamp", action, path, value, { "correlation-id": `c${i}` });
    const refused = path === "/attributes" && action === "retrieve";
    const answer = await ask(client, message, refused ? "ProtocolError" : "ProtocolResponse");

    expect(answer.headers["correlation-id"]).toBe(`c${i}`);
    if (isChange(action)) expectValidMessage(await watcher.next(), "ProtocolEvent");
  }
});

const policy = (action: string, path: string, value?: unknown) => ({
  topic: `org.acme/p/policies/commands/${action}`,
  headers: { "correlation-id": "c" },
  path,
  value,
});
const administrators = {
  subjects: { "nginx:ditto": { type: "user" } },
  resources: { "policy:/": { grant: ["READ", "WRITE"], revoke: [] } },
};

test("every answer to commands on policies and to what is no command is as the schemas have it", async () => {
  await using server = await startServer();
  await using client = await openSession(server);
  const asked: readonly [unknown, MessageKind][] = [
    [policy("create", "/", { entries: { ADMIN: administrators } }), "ProtocolResponse"],
    [policy("retrieve", "/"), "ProtocolResponse"],
    [policy("modify", "/entries/OTHER", { subjects: {}, resources: {} }), "ProtocolResponse"],
    [policy("retrieve", "/entries/ADMIN/resources/policy:"), "ProtocolResponse"],
    [policy("retrieve", "/entries/NONE"), "ProtocolError"],
    [policy("delete", "/entries/OTHER"), "ProtocolResponse"],
    [policy("delete", "/"), "ProtocolResponse"],
    [
      {
        ...policy("retrieve", "/"),
        topic: "_/_/things/twin/commands/retrieve",
        value: { thingIds: ["a:b"] },
      },
      "ProtocolResponse",
    ],
    ["{", "ProtocolError"],
    [{ topic: "bogus", path: "/" }, "ProtocolError"],
    [policy("retrieve", "/nowhere"), "ProtocolError"],
  ];

  for (const [message, kind] of asked) await ask(client, message, kind);
});
