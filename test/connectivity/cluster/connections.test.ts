// Connections on several members of a cluster: documents, clients, insight, failover.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { ConnectionCommand } from "../../../src/connectivity/connection-store.ts";
import { clientKey } from "../../../src/connectivity/placing.ts";
import type { TestMember } from "../../support/cluster.ts";
import { connectionOf, targetOf } from "../world.ts";
import { connectionsCluster, type Member } from "./world.ts";

const auth = { subjects: [] };
const id = "bridge";
const bridge = connectionOf({ id, clientCount: 4, targets: [targetOf()] });
const put = (connection = bridge): ConnectionCommand => ({
  ...{ action: "put", id, connection, headers: {}, auth },
});
const short = (action: "open" | "close" | "delete"): ConnectionCommand => ({ action, id, headers: {}, auth });
const openBy = (members: readonly Member[]) => members.map(({ open }) => open(id));
const allOpen = (members: readonly Member[]) => openBy(members).flat().sort();

test("whichever member is asked, all know of a change once it is answered, and each client is on one of them", async () => {
  await using world = await connectionsCluster(3);
  const [a, b, c] = world.members as [Member, Member, Member];

  expect((await a.connections.execute(put())).status).toBe(201);
  const named = { ...bridge, name: "another" };
  expect((await b.connections.execute(put(named))).status).toBe(204);

  for (const { connections } of [a, b, c]) {
    const { value, revision } = await connections.retrieve({ id, headers: {}, auth });
    expect([(value as JsonObject).name, revision]).toEqual(["another", 2]);
  }
  await expect.poll(() => allOpen(world.members)).toEqual([0, 1, 2, 3]);
  const status = await c.connections.status(id);
  expect(status.liveStatus).toBe("open");
  expect((status.clientStatus as JsonObject[]).map(({ client }) => String(client).split("@")[0])).toEqual([
    ...["1", "2", "3", "4"],
  ]);

  await c.connections.execute(short("close"));
  expect(allOpen(world.members)).toEqual([]);
  expect((await a.connections.status(id)).liveStatus).toBe("closed");
  await a.connections.execute(short("delete"));
  for (const { connections } of [a, b, c]) expect(connections.connections()).toEqual([]);
});

test("commands that come by all members at once leave one history, and all members agree", async () => {
  await using world = await connectionsCluster(3);
  const closed = connectionOf({ id, connectionStatus: "closed", targets: [targetOf()] });
  await world.members[0]?.connections.execute(put(closed));

  await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      (world.members[i % 3] as Member).connections.execute(put({ ...closed, name: `name ${i}` })),
    ),
  );

  const known = world.members.map(({ connections }) => connections.connections());
  expect(known[0]?.[0]?.revision).toBe(31);
  expect(known[1]).toEqual(known[0]);
  expect(known[2]).toEqual(known[0]);
});

test("a member that joins takes clients over, and those of a member that is gone without a word are opened by others", async () => {
  await using world = await connectionsCluster(2);
  const many = connectionOf({ id, clientCount: 12, targets: [targetOf()] });
  await world.members[0]?.connections.execute(put(many));
  const all = Array.from({ length: 12 }, (_, i) => i);
  const sorted = (members: readonly Member[]) =>
    openBy(members)
      .flat()
      .sort((x, y) => x - y);
  await expect.poll(() => sorted(world.members)).toEqual(all);

  const third = await world.join();
  await world.cluster.settled();
  await expect.poll(() => sorted(world.members)).toEqual(all);
  expect(third.open(id).length).toBeGreaterThan(0);

  const [first] = world.cluster.members;
  await first?.halt();
  await world.cluster.settled(world.cluster.members.slice(1));
  await expect.poll(() => sorted(world.members.slice(1)), { timeout: 5_000 }).toEqual(all);
});

test("of the members that have clients of a connection, one is to send what is about an entity", async () => {
  await using world = await connectionsCluster(2);
  await world.members[0]?.connections.execute(
    put(connectionOf({ id, clientCount: 12, targets: [targetOf()] })),
  );
  await expect.poll(() => allOpen(world.members).length).toBe(12);

  const things = Array.from({ length: 50 }, (_, i) => `org.acme:thing-${i}`);
  const senders = () =>
    things.map((thing) => world.members.filter(({ sharing }) => sharing.isOurs(id, thing)).length);
  await expect.poll(senders).toEqual(things.map(() => 1));
  const parts = world.members.map(
    ({ sharing }) => things.filter((thing) => sharing.isOurs(id, thing)).length,
  );
  expect(Math.min(...parts)).toBeGreaterThan(5);
});

test("metrics are added up, and logs put in the order of their times, over all members", async () => {
  await using world = await connectionsCluster(2);
  const [a, b] = world.members as [Member, Member];
  await a.connections.execute(put(connectionOf({ id, clientCount: 12, targets: [targetOf()] })));
  await expect.poll(() => allOpen(world.members).length).toBe(12);

  const [fromA, fromB] = await Promise.all([a.connections.logs(id), b.connections.logs(id)]);
  const made = (logs: JsonObject) => logs.connectionLogs as JsonObject[];
  expect(made(fromA)).toEqual(made(fromB));
  expect(made(fromA).map(({ timestamp }) => timestamp)).toEqual(
    made(fromA)
      .map(({ timestamp }) => timestamp)
      .sort(),
  );
  expect(made(fromA).length).toBeGreaterThanOrEqual(12);
  await b.connections.command(id, "resetConnectionLogs");
  expect(made(await a.connections.logs(id))).toEqual([]);
});

test("a refusal of the owner is the refusal that the asker is told", async () => {
  await using world = await connectionsCluster(3);
  for (const { connections } of world.members)
    await expect(connections.execute(short("open"))).rejects.toMatchObject({
      code: "connectivity:connection.notfound",
      status: 404,
    });
});

test("what is to be opened here does not wait for the turns of what is not", async () => {
  await using world = await connectionsCluster(3, { delayMs: 0, count: 1, intervalMs: 60_000 });
  const [a, b, c] = world.cluster.members as [TestMember, TestMember, TestMember];
  /** IDs of connections whose client is on a member, in the order of the prefixes. */
  const idsOn = ({ cluster }: TestMember, prefix: string, count: number) =>
    Array.from({ length: 1_000 }, (_, i) => `${prefix}-${i}`)
      .filter((one) => cluster.ownerOf(clientKey(one, 0)) === cluster.self.id)
      .slice(0, count);
  const others = [...idsOn(a, "a", 5), ...idsOn(b, "b", 5)];
  const [moving] = idsOn(c, "z", 1) as [string];
  const [first, second] = world.members as [Member, Member];
  for (const one of [...others, moving]) {
    const connection = connectionOf({ id: one, targets: [targetOf()] });
    await first.connections.execute({ action: "put", id: one, connection, headers: {}, auth });
  }
  for (const one of ["a-closed", "b-closed"]) {
    const connection = connectionOf({ id: one, connectionStatus: "closed", targets: [targetOf()] });
    await first.connections.execute({ action: "put", id: one, connection, headers: {}, auth });
  }

  await c.halt();
  await world.cluster.settled([a, b]);
  await expect.poll(() => [...first.open(moving), ...second.open(moving)], { timeout: 5_000 }).toEqual([0]);
});

test("a member that may not know how connections are tells nothing of them", async () => {
  await using world = await connectionsCluster(2);
  const [a, b] = world.members as [Member, Member];
  const [cutOff] = world.cluster.members as [TestMember];
  await b.connections.execute(put(connectionOf({ id, connectionStatus: "closed", targets: [targetOf()] })));
  expect((await a.connections.current()).map(({ connection }) => connection.id)).toEqual([id]);

  cutOff.way.cut();
  await expect.poll(() => cutOff.cluster.leaseHolds(), { timeout: 5_000 }).toBe(false);
  const gone = { status: 503, code: "connectivity:connection.unavailable" };
  const { connections } = a;
  await expect(connections.status(id)).rejects.toMatchObject(gone);
  await expect(connections.metrics(id)).rejects.toMatchObject(gone);
  await expect(connections.logs(id)).rejects.toMatchObject(gone);
  await expect(connections.command(id, "resetConnectionLogs")).rejects.toMatchObject(gone);
  await expect(connections.testMapping({}, id)).rejects.toMatchObject(gone);
  await expect(connections.current()).rejects.toMatchObject({
    ...{ status: 503, code: "gateway:service.unavailable" },
  });
  await expect(connections.list()).rejects.toMatchObject({ code: "gateway:service.unavailable" });
  cutOff.way.heal();
});

test("what is read while the lease ends is not told", async () => {
  await using world = await connectionsCluster(2);
  const [a] = world.members as [Member, Member];
  const [cutOff] = world.cluster.members as [TestMember];
  await a.connections.execute(put(connectionOf({ id, connectionStatus: "closed", targets: [targetOf()] })));
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  world.journal.gate = gate;
  const third = await world.cluster.prepare();
  await third.enter();
  await third.halt();
  await expect.poll(() => cutOff.cluster.members.length, { timeout: 10_000 }).toBe(2);

  const asked = { id, headers: {}, auth };
  const reading = a.connections.retrieve(asked);
  cutOff.way.cut();
  await expect.poll(() => cutOff.cluster.leaseHolds(), { timeout: 5_000 }).toBe(false);
  world.journal.gate = undefined;
  resolve();
  await expect(reading).rejects.toMatchObject({ status: 503 });
  cutOff.way.heal();
});
