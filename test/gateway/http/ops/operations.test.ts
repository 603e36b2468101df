// What is asked about the state of the server.

import { expect, test } from "vitest";
import { alone } from "../../../../src/cluster/alone.ts";
import { ask, opsWorld } from "./world.ts";

const away = () => Promise.reject(new Error("connection refused"));

test("health is UP, and DOWN with 503 where a part says so or the database does not answer", async () => {
  const up = opsWorld();
  expect(await ask(up.operations.open, "GET /health")).toEqual({ status: 200, body: { status: "UP" } });

  const journalDown = opsWorld({ checks: [{ label: "journal", check: () => ({ status: "DOWN" }) }] });
  expect(await ask(journalDown.operations.open, "GET /health")).toEqual({
    status: 503,
    body: { status: "DOWN" },
  });

  const withoutDatabase = opsWorld({ databaseAnswers: away });
  expect(await ask(withoutDatabase.operations.open, "GET /health")).toMatchObject({ status: 503 });
});

test("what everybody sees of health has no details, what operators see has", async () => {
  const { operations } = opsWorld({ databaseAnswers: away });

  const open = await ask(operations.open, "GET /status/health");
  expect(open).toMatchObject({
    status: 503,
    body: {
      status: "DOWN",
      children: [
        { label: "persistence", status: "DOWN" },
        { label: "cluster", status: "UP" },
      ],
    },
  });
  expect(JSON.stringify(open)).not.toContain("refused");

  const overall = await ask(operations.status, "GET /overall/status/health");
  expect(overall?.status).toBe(503);
  expect(overall?.body).toMatchObject({ label: "roles", status: "DOWN" });
  expect(JSON.stringify(overall)).toContain('{"ERROR":"connection refused"}');
});

test("a part that does not answer is DOWN and holds nobody up for ever", async () => {
  const { operations } = opsWorld({
    checks: [{ label: "stuck", check: () => new Promise(() => undefined) }],
  });

  const { status, body } = (await ask(operations.open, "GET /status/health")) as {
    status: number;
    body: unknown;
  };
  expect(status).toBe(503);
  expect(body).toMatchObject({ children: [{}, {}, { label: "stuck", status: "DOWN" }] });
});

test("many who ask at once are one question to the database", async () => {
  let asked = 0;
  const { operations } = opsWorld({
    databaseAnswers: async () => {
      asked++;
    },
  });
  await Promise.all(Array.from({ length: 50 }, () => ask(operations.open, "GET /ready")));

  expect(asked).toBe(1);
});

test("alive says nothing but that requests are answered; ready tells what hinders it", async () => {
  const { operations } = opsWorld({ databaseAnswers: away, isStopping: () => true });

  expect(await ask(operations.open, "GET /alive")).toEqual({ status: 200, body: "OK" });
  expect(await ask(operations.open, "GET /ready")).toEqual({
    status: 503,
    body: "Not ready: the server is stopping; the database does not answer.",
  });
  expect(await ask(opsWorld().operations.open, "GET /ready")).toEqual({ status: 200, body: "OK" });
});

test("a node whose lease does not hold, or that is out of the view, is not ready", async () => {
  const node = alone("node-1");
  const lost = opsWorld({}, { ...node, leaseHolds: () => false });
  expect((await ask(lost.operations.open, "GET /ready"))?.body).toContain("lease");

  const out = opsWorld({}, { ...node, members: [] });
  expect((await ask(out.operations.open, "GET /ready"))?.body).toContain("not in the cluster");
});

test("the state of all processes is told below each of Ditto's roles", async () => {
  const { operations } = opsWorld();

  const answer = await ask(operations.status, "GET /overall/status/");
  expect(answer?.body).toMatchObject({
    service: "pollux",
    instance: "1",
    roles: { things: { "1": { service: "pollux" } }, connectivity: { "1": {} } },
  });
  const cluster = await ask(operations.status, "GET /overall/status/cluster");
  expect(cluster?.body).toMatchObject({
    reachable: ["alone@node-1"],
    unreachable: [],
    leader: "alone@node-1",
    roles: { search: { reachable: ["alone@node-1"] } },
    pollux: { epoch: 1, "lease-holds": true },
  });
});

test("statistics: totals for everybody, by namespace for operators, filtered as they ask", async () => {
  const { operations } = opsWorld({
    live: () => ({
      things: new Map([
        ["org.a", 2],
        ["org.b", 5],
      ]),
      policies: new Map([["org.a", 1]]),
      waitingForIndex: 3,
    }),
    countThings: async () => 42,
  });

  expect((await ask(operations.open, "GET /stats/things"))?.body).toEqual({
    hotThings: 7,
    hotPolicies: 1,
    hotSearchWildcardUpdaters: 3,
  });
  expect((await ask(operations.open, "GET /stats/search"))?.body).toEqual({ allThingsCount: 42 });
  const details = await ask(operations.devops, "GET /stats/things/details");
  expect(JSON.stringify(details?.body)).toBe(
    '{"thingsNamespacesHotness":{"org.b":5,"org.a":2},"policiesNamespacesHotness":{"org.a":1},"searchWildcardUpdatersNamespacesHotness":{}}',
  );
  expect(
    (await ask(operations.devops, "GET /stats/things/details?entity=thing&namespace=org.a&namespace=x"))
      ?.body,
  ).toEqual({
    thingsNamespacesHotness: { "org.a": 2, x: 0 },
  });
});

test("nothing but GET, and nothing beside these paths", async () => {
  const { operations } = opsWorld();

  expect((await ask(operations.open, "POST /health"))?.status).toBe(405);
  expect(await ask(operations.open, "GET /stats")).toBeUndefined();
  expect(await ask(operations.status, "GET /overall")).toBeUndefined();
});
