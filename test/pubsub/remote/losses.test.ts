// What is lost on its way between members is delivered all the same, once and in order.

import { setTimeout as later } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { clusterWorld, type Node } from "./world.ts";

// Who begins to listen may be told of what happened just before: of the things' beginnings, which count for nothing here.
const changes = (revisions: readonly number[]) => revisions.filter((revision) => revision > 1);
const READ = { "thing:/": ["READ"] };
const upTo = (last: number) => Array.from({ length: last - 1 }, (_, n) => n + 2);

describe("nothing is lost", () => {
  test("when a member is cut off from NATS for a while", { timeout: 60_000 }, async () => {
    await using world = await clusterWorld(2, 4_000);
    const [owner, here] = world.nodes as unknown as [Node, Node];
    const ids = [0, 1, 2].map((n) => world.cluster.idOf(owner.cluster, `org.acme:cut-${n}`));
    for (const id of ids) await world.thing(id, { "t:all": READ });
    const listener = await here.listen(["t:all"], { extraFields: "attributes/n" });

    let n = 0;
    const write = async () => {
      n++;
      for (const id of ids) await world.ask(owner, "modify", id, "/attributes/n", n);
    };
    for (let i = 0; i < 10; i++) await write();
    here.way.cut();
    for (let i = 0; i < 20; i++) await write();
    here.way.heal();
    for (let i = 0; i < 20; i++) {
      await write();
      await later(20);
    }

    for (const id of ids)
      await expect.poll(() => changes(listener.revisions(id)).length, { timeout: 15_000 }).toBe(n);
    for (const id of ids) expect(changes(listener.revisions(id))).toEqual(upTo(n + 1));
    expect(
      listener.got.every(
        ({ signal, extra }) =>
          "action" in signal && (signal.action === "created" || extraOf(extra) === signal.value),
      ),
    ).toBe(true);
    listener.end();
  });

  test("when the member crashes that owned the things, whoever owns them then", {
    timeout: 60_000,
  }, async () => {
    await using world = await clusterWorld(3, 1_500);
    const [here, there, owner] = world.nodes as unknown as [Node, Node, Node];
    const ids = [0, 1, 2].map((n) => world.cluster.idOf(owner.cluster, `org.acme:crash-${n}`));
    for (const id of ids) await world.thing(id, { "t:all": READ });
    const listener = await here.listen(["t:all"]);
    await world.ask(owner, "modify", ids[0] as string, "/attributes/n", 0);
    await expect.poll(() => changes(listener.revisions()).length).toBe(1);

    // What it commits from now on is told to nobody.
    owner.way.hold();
    for (const id of ids) await world.ask(owner, "modify", id, "/attributes/n", 1);
    await owner.halt();
    await world.cluster.settled([here, there].map((node) => node));
    expect(world.ownerOf(ids[0] as string)).not.toBe(owner);
    for (const id of ids) await world.ask(here, "modify", id, "/attributes/n", 2);

    for (const [at, id] of ids.entries())
      await expect
        .poll(() => changes(listener.revisions(id)), { timeout: 15_000 })
        .toEqual(upTo(at === 0 ? 4 : 3));
    await later(1_500); // it is looked once more for what was committed late
    for (const [at, id] of ids.entries())
      expect(changes(listener.revisions(id))).toEqual(upTo(at === 0 ? 4 : 3));
    listener.end();
  });

  test("nor is anything told twice that the new owner writes while it is looked for what the old one began", {
    timeout: 60_000,
  }, async () => {
    await using world = await clusterWorld(2, 1_500);
    const [here, owner] = world.nodes as unknown as [Node, Node];
    const id = world.cluster.idOf(owner.cluster, "org.acme:late");
    await world.thing(id, { "t:all": READ });
    const listener = await here.listen(["t:all"]);
    const predictor = await here.listen(["t:all"], { scope: "owner" });
    await owner.halt();
    await world.cluster.settled([here]);

    // What it writes is in the database, and this member learns of that late.
    const gate = Promise.withResolvers<void>();
    const { journal } = here.world.parts;
    const append = journal.append.bind(journal);
    const appending = vi
      .spyOn(journal, "append")
      .mockImplementation((rows, settled) =>
        append(rows, (...outcome) => void gate.promise.then(() => settled(...outcome))),
      );
    const writing = world.ask(here, "modify", id, "/attributes/n", 1);
    await expect.poll(() => changes(listener.revisions(id)), { timeout: 10_000 }).toEqual([2]);
    expect(predictor.got).toEqual([]);
    gate.resolve();
    await writing;
    appending.mockRestore();
    await world.ask(here, "modify", id, "/attributes/n", 2);

    await expect.poll(() => changes(listener.revisions(id))).toEqual([2, 3]);
    expect(changes(predictor.revisions(id))).toEqual([2, 3]);
    for (const one of [listener, predictor]) one.end();
  });

  test("when a member was out of the cluster and comes back", { timeout: 60_000 }, async () => {
    await using world = await clusterWorld(2, 1_000);
    const [owner, here] = world.nodes as unknown as [Node, Node];
    const id = world.cluster.idOf(owner.cluster, "org.acme:back");
    await world.thing(id, { "t:all": READ });
    const listener = await here.listen(["t:all"]);
    await world.ask(owner, "modify", id, "/attributes/n", 0);
    await expect.poll(() => changes(listener.revisions()).length).toBe(1);

    here.way.cut();
    await expect.poll(() => owner.cluster.members.length, { timeout: 10_000 }).toBe(1);
    for (let n = 0; n < 5; n++) await world.ask(owner, "modify", id, "/attributes/n", n);
    here.way.heal();
    await world.cluster.settled();

    await expect.poll(() => changes(listener.revisions()), { timeout: 15_000 }).toEqual(upTo(7));
    await world.ask(owner, "modify", id, "/attributes/n", 9);
    await expect.poll(() => changes(listener.revisions()), { timeout: 5_000 }).toEqual(upTo(8));
    listener.end();
  });
});

const extraOf = (extra: unknown) => (extra as { attributes?: { n?: number } } | undefined)?.attributes?.n;
