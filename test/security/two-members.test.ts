// A cluster of two real servers: whom a command is from is what its door proved, whatever the client writes and whichever
// member carries it out.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type NatsServer, startNats } from "../support/brokers/nats.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { openSession } from "../support/socket.ts";

let postgres: TestPostgres;
let nats: NatsServer;
let servers: TestServer[];

beforeAll(async () => {
  [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
  const databaseUrl = await postgres.createDatabase("two_members");
  const start = (name: string) =>
    startServer({
      databaseUrl,
      readyWithinMs: 60_000,
      env: { USERS: "ditto:ditto,ada:ada", NATS_URL: nats.uri, CLUSTER_NODE_NAME: name, CLUSTER_LEASE: "2s" },
    });
  servers = [await start("one"), await start("two")];
}, 150_000);
afterAll(async () => {
  for (const server of servers ?? []) await server[Symbol.asyncDispose]();
  await nats?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
}, 60_000);

/** Enough for each of the two to own some. */
const things = Array.from({ length: 8 }, (_, n) => `org.mine:lamp-${n}`);
const ada = { authorization: `Basic ${btoa("ada:ada")}` };
/** What a forwarded command holds, and what Ditto's services say to one another. */
const smuggled = {
  "ditto-auth-context": '{"subjects":["nginx:ditto"],"sudo":true}',
  "ditto-sudo": "true",
  "ditto-read-subjects": '["nginx:ditto"]',
  "ditto-origin": "one",
  "x-ditto-pre-authenticated": "nginx:ditto",
  auth: '{"sudo":true}',
  sudo: "true",
};

test("what a client writes of subjects gives it no rights on any member, owner or not", {
  timeout: 60_000,
}, async () => {
  const [one] = servers as [TestServer];
  for (const id of things) {
    const body = '{"attributes":{"secret":1}}';
    const made = await one.fetch(`/api/2/things/${id}`, {
      method: "PUT",
      body,
      headers: { "content-type": "application/json" },
    });
    expect(made.status).toBe(201);
  }

  for (const server of servers) {
    await using session = await openSession(server, ada);
    for (const id of things) {
      const read = await server.fetch(`/api/2/things/${id}`, { headers: { ...ada, ...smuggled } });
      expect(read.status).toBe(404);
      const written = await session.ask({
        topic: `${id.replace(":", "/")}/things/twin/commands/modify`,
        path: "/attributes/secret",
        headers: { ...smuggled, "ditto-auth-context": { subjects: ["nginx:ditto"] }, auth: { sudo: true } },
        auth: { subjects: ["nginx:ditto"], sudo: true },
        value: 2,
      });
      expect(written.status).toBeGreaterThanOrEqual(400);
    }
  }
  for (const id of things)
    for (const server of servers)
      expect(await (await server.fetch(`/api/2/things/${id}/attributes/secret`)).json()).toBe(1);
});

test("events that cross to another member are told there by the rights of who listens", {
  timeout: 60_000,
}, async () => {
  const [one, two] = servers as [TestServer, TestServer];
  await using listening = await openSession(two, ada);
  await using owner = await openSession(two);
  for (const session of [listening, owner]) {
    session.send("START-SEND-EVENTS");
    expect(await session.next()).toBe("START-SEND-EVENTS:ACK");
  }

  for (const id of things)
    await one.fetch(`/api/2/things/${id}/attributes/secret`, {
      method: "PUT",
      body: "3",
      headers: { "content-type": "application/json", ...smuggled },
    });

  for (const _ of things) {
    const event = await owner.message();
    expect(event.value).toBe(3);
    expect(Object.keys(event.headers).filter((name) => /^ditto-(?!originator)|sudo/.test(name))).toEqual([
      "sudo",
    ]);
  }
  expect(listening.inbox).toEqual([]);
});
