// Policies in the Ditto Protocol, and what their changes mean for sessions that are open.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { commandMessage, errorOf, openSession, type Session } from "../support/socket.ts";

let server: TestServer;
let admin: Session;
const as = (subject: string) => openSession(server, { "x-ditto-pre-authenticated": subject });
beforeAll(async () => {
  server = await startServer({
    env: { ENABLE_PRE_AUTHENTICATION: "true", POLICY_SUBJECT_EXPIRY_GRANULARITY: "1s" },
  });
  admin = await as("nginx:admin");
});
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const say = (name: string, action: string, path: string, value?: unknown) => ({
  topic: `org.acme/${name}/policies/commands/${action}`,
  headers: { "correlation-id": "c" },
  path,
  value,
});
/** Has the administrator change something, which must succeed. */
async function settle(message: object) {
  const { status, value } = await admin.ask(message);
  expect(status, JSON.stringify(value)).toBeLessThan(300);
}

const everything = { grant: ["READ", "WRITE"], revoke: [] };
const administered = {
  subjects: { "nginx:admin": { type: "t" } },
  resources: { "policy:/": everything, "thing:/": everything },
};
const readers = (...subjects: string[]) => ({
  subjects: Object.fromEntries(subjects.map((subject) => [subject, { type: "t" }])),
  resources: { "thing:/": { grant: ["READ"], revoke: [] } },
});

describe("the commands on policies are those that Ditto's protocol knows", () => {
  const entry = "/entries/admin";
  const rows: Readonly<Record<string, string>> = {
    "/": "create modify retrieve delete",
    "/entries": "modify retrieve",
    [entry]: "modify retrieve delete",
    [`${entry}/subjects`]: "modify retrieve",
    [`${entry}/subjects/nginx:z`]: "modify retrieve delete",
    [`${entry}/resources`]: "modify retrieve",
    [`${entry}/resources/thing:/attributes`]: "modify retrieve delete",
    [`${entry}/importable`]: "modify retrieve",
    [`${entry}/allowedAdditions`]: "modify retrieve delete",
    [`${entry}/namespaces`]: "modify retrieve",
    [`${entry}/references`]: "modify retrieve delete",
    "/imports": "modify retrieve delete",
    "/imports/org.acme:base": "modify retrieve delete",
    "/imports/org.acme:base/entries": "modify retrieve",
    "/imports/org.acme:base/transitiveImports": "modify retrieve",
  };
  const actions = ["create", "modify", "merge", "retrieve", "delete"];

  test.each(Object.entries(rows))("on %s: %s", async (path, known) => {
    for (const action of actions) {
      const answer = await admin.ask(say("none", action, path, null));
      const isKnown = errorOf(answer) !== "protocoladapter:unknown.topicpath";
      expect([action, isKnown]).toEqual([action, known.split(" ").includes(action)]);
    }
  });

  const unknown = [
    "/policyId",
    "/actions/activateTokenIntegration",
    `${entry}/actions/activateTokenIntegration`,
    `${entry}/bogus`,
    `${entry}/importable/more`,
    "/imports/org.acme:base/bogus",
    "/imports/org.acme:base/entries/more",
  ];
  test.each(unknown)("but none on %s", async (path) => {
    for (const action of actions) {
      expect(errorOf(await admin.ask(say("none", action, path, null)))).toBe("protocoladapter:unknown.path");
    }
  });

  test("a refusal of a command that there is not says which message it is about, under the topics of things", async () => {
    expect(await admin.ask(say("none", "merge", "/", {}))).toEqual({
      topic: "org.acme/none/things/twin/errors",
      headers: { "correlation-id": "c", "response-required": false, "content-type": "application/json" },
      path: "/",
      value: expect.objectContaining({ error: "protocoladapter:unknown.topicpath" }),
      status: 400,
    });
  });
});

test("every resource of a policy is written, read and deleted by protocol", async () => {
  await settle(say("base", "create", "/", { entries: { admin: administered } }));
  await settle(say("told", "create", "/", { entries: { admin: administered, more: administered } }));
  const parts: readonly (readonly [path: string, value: unknown, deletable: boolean])[] = [
    ["/entries/more/subjects", { "nginx:y": { type: "t" } }, false],
    ["/entries/more/subjects/nginx:z", { type: "t" }, true],
    ["/entries/more/subjects/https://a.b/c:d", { type: "t" }, true],
    ["/entries/more/resources", { "thing:/": everything }, false],
    ["/entries/more/resources/thing:/attributes", everything, true],
    ["/entries/more/resources/message:/", everything, true],
    ["/entries/more/importable", "explicit", false],
    ["/entries/more/allowedAdditions", ["subjects"], true],
    ["/entries/more/namespaces", ["org.acme"], false],
    ["/imports", { "org.acme:base": { entries: ["admin"] } }, false],
    ["/imports/org.acme:base/entries", [], false],
    ["/imports/org.acme:base/transitiveImports", [], false],
    ["/entries/more/references", [{ entry: "admin" }], true],
    ["/imports/org.acme:base", { entries: [] }, true],
    ["/entries/more", administered, true],
  ];

  for (const [path, value, deletable] of parts) {
    await settle(say("told", "modify", path, value));
    expect((await admin.ask(say("told", "retrieve", path))).value, path).toMatchObject(value as object);
    if (deletable) await settle(say("told", "delete", path));
  }
});

describe("a change of a policy counts for open sessions at once", () => {
  const change = (name: string, n: number) => commandMessage(name, "modify", "/attributes/n", n);
  const marker = () => change("marker", Math.random());

  beforeAll(async () => {
    await settle(say("open", "create", "/", { entries: { admin: administered, all: readers("nginx:bob") } }));
    await settle(commandMessage("marker", "create", "/", { policyId: "org.acme:open" }));
  });

  /** Opens a session of bob that is told of events. */
  async function bob() {
    const session = await as("nginx:bob");
    session.send("START-SEND-EVENTS");
    await session.next();
    return session;
  }
  /** The things of which the session is told when all of them change. */
  async function toldOf(session: Session, name: string) {
    await settle(change(name, Math.random()));
    await settle(marker());
    const told: string[] = [];
    for (;;) {
      const { topic } = await session.message();
      if (topic.startsWith("org.acme/marker/")) return told;
      told.push(topic);
    }
  }
  const events = (name: string) => [expect.stringMatching(`^org.acme/${name}/things/twin/events/`)];
  const read = (name: string) => commandMessage(name, "retrieve", "/attributes/n");

  /** What bob may do with a thing is as said, by his session as it was opened. */
  async function expectMay(session: Session, name: string, may: "nothing" | "read" | "write") {
    expect(await toldOf(session, name)).toEqual(may === "nothing" ? [] : events(name));
    expect((await session.ask(read(name))).status).toBe(may === "nothing" ? 404 : 200);
    const expected = may === "write" ? 204 : 403;
    expect((await session.ask(change(name, Math.random()))).status).toBe(expected);
  }

  test("of its own subjects and their permissions", async () => {
    await settle(
      say("lamp", "create", "/", { entries: { admin: administered, readers: readers("nginx:ann") } }),
    );
    await settle(commandMessage("lamp", "create", "/", { policyId: "org.acme:lamp", attributes: { n: 0 } }));
    await using session = await bob();
    const entry = "/entries/readers";

    await expectMay(session, "lamp", "nothing");
    await settle(say("lamp", "modify", `${entry}/subjects/nginx:bob`, { type: "t" }));
    await expectMay(session, "lamp", "read");
    await settle(say("lamp", "modify", `${entry}/resources/thing:/`, everything));
    await expectMay(session, "lamp", "write");
    await settle(say("lamp", "delete", `${entry}/subjects/nginx:bob`));
    await expectMay(session, "lamp", "nothing");
  });

  test("of a policy that it imports", async () => {
    await settle(
      say("rules", "create", "/", { entries: { admin: administered, readers: readers("nginx:ann") } }),
    );
    const imports = { "org.acme:rules": { entries: [] } };
    await settle(say("house", "create", "/", { entries: { admin: administered }, imports }));
    await settle(
      commandMessage("house", "create", "/", { policyId: "org.acme:house", attributes: { n: 0 } }),
    );
    await using session = await bob();

    await expectMay(session, "house", "nothing");
    await settle(say("rules", "modify", "/entries/readers/subjects/nginx:bob", { type: "t" }));
    await expectMay(session, "house", "read");
    await settle(say("rules", "modify", "/entries/readers/importable", "never"));
    await expectMay(session, "house", "nothing");
    await settle(say("rules", "modify", "/entries/readers/importable", "implicit"));
    await expectMay(session, "house", "read");
    await settle(say("house", "delete", "/imports/org.acme:rules"));
    await expectMay(session, "house", "nothing");
  });

  test("that a subject of the session expires", async () => {
    const expiry = new Date(Date.now() + 2_000).toISOString();
    await settle(
      say("short", "create", "/", { entries: { admin: administered, readers: readers("nginx:ann") } }),
    );
    await settle(
      commandMessage("short", "create", "/", { policyId: "org.acme:short", attributes: { n: 0 } }),
    );
    await using session = await bob();
    await settle(say("short", "modify", "/entries/readers/subjects/nginx:bob", { type: "t", expiry }));
    const { value } = await admin.ask(say("short", "retrieve", "/entries/readers/subjects/nginx:bob"));
    const end = Date.parse((value as { expiry: string }).expiry);
    expect(end - Date.now()).toBeLessThan(5_000);

    await expectMay(session, "short", "read");
    await new Promise((resolve) => setTimeout(resolve, end - Date.now() + 1_000));
    await expectMay(session, "short", "nothing");
  });
});
