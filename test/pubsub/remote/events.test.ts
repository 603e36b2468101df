import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { PUBLISHED } from "../../../src/pubsub/remote/clustered-pubsub.ts";
import { type ClusterWorld, clusterWorld, type Node, policyOf } from "./world.ts";

const READ = { "thing:/": ["READ"] };

let world: ClusterWorld;
let nodes: readonly [Node, Node, Node];
beforeAll(async () => {
  world = await clusterWorld(3);
  nodes = world.nodes as unknown as [Node, Node, Node];
}, 60_000);
afterAll(async () => world[Symbol.asyncDispose]());

// Each test has subjects of its own: who listens for one that is listened for already may be told of what was on its way to the other.

/** An ID of a thing that a node owns, a new one each time. */
let count = 0;
const ownedBy = (node: Node): string => world.cluster.idOf(node.cluster, `org.acme:lamp-${++count}`);
const json = (text: string): JsonObject => JSON.parse(text) as JsonObject;

describe("sessions on one member are told of what another one publishes", () => {
  test("as far as they may see it, with the extra fields that they asked for, and in order", async () => {
    const [owner, here, there] = nodes;
    const id = ownedBy(owner);
    await world.thing(
      id,
      { "t:all-1": READ, "t:colour": { "thing:/attributes/colour": ["READ"] } },
      { attributes: { colour: "red", secret: 9007199254740993n.toString() } },
    );
    const all = await here.listen(["t:all-1"], { extraFields: "attributes/colour" });
    const some = await there.listen(["t:colour"]);
    const none = await there.listen(["t:nobody"]);

    await world.ask(here, "modify", id, "/attributes", { colour: "blue", secret: 2 });
    await world.ask(there, "modify", id, "/attributes/secret", 3);

    await expect.poll(() => all.got.length).toBe(2);
    expect(all.revisions()).toEqual([2, 3]);
    expect(json((all.got[0] as { text(): string }).text())).toMatchObject({
      value: { colour: "blue", secret: 2 },
      extra: { attributes: { colour: "blue" } },
      revision: 2,
    });
    await expect.poll(() => some.got.length).toBe(1);
    expect(json((some.got[0] as { text(): string }).text())).toMatchObject({ value: { colour: "blue" } });
    expect(none.got).toEqual([]);
    for (const { end } of [all, some, none]) end();
  });

  test("where a filter of the extra fields lets them", async () => {
    const [owner, here] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:all-2": READ }, { attributes: { mass: 1 } });
    const heavy = await here.listen(["t:all-2"], {
      extraFields: "attributes/mass",
      filter: "gt(attributes/mass,5)",
    });

    for (const [revision, mass] of [1, 9, 2].entries())
      await world.ask(owner, revision === 0 ? "merge" : "modify", id, "/attributes/mass", mass);
    await world.ask(owner, "modify", id, "/attributes/mass", 10);

    await expect.poll(() => heavy.revisions()).toEqual([3, 5]);
    heavy.end();
  });

  test("by the policy as its publisher knows it, also where the member has an older one", async () => {
    const [owner, here] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, {});
    const listener = await here.listen(["t:late"]);
    await world.ask(owner, "modify", id, "/attributes", { a: 1 });
    await world.ask(owner, "modify", id, "/", policyOf({ "t:late": READ }), { kind: "policy" });

    await world.ask(owner, "modify", id, "/attributes", { a: 2 });
    await expect.poll(() => listener.revisions()).toEqual([3]);

    await world.ask(owner, "modify", id, "/", policyOf({}), { kind: "policy" });
    await world.ask(owner, "modify", id, "/attributes", { a: 3 });
    const end = await here.listen(["nginx:ditto"]);
    await world.ask(owner, "modify", id, "/attributes", { a: 4 });
    await expect.poll(() => end.revisions(id)).toEqual([5]);
    expect(listener.revisions()).toEqual([3]);
    for (const one of [listener, end]) one.end();
  });

  test("of the end of a thing whose policy has gone with it", async () => {
    const [owner, here] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:all-4": READ });
    const listener = await here.listen(["t:all-4"]);

    const deleting = world.ask(owner, "delete", id, "/");
    await deleting;
    await world.ask(owner, "delete", id, "/", undefined, { kind: "policy" });

    await expect
      .poll(() =>
        listener.got.flatMap(({ signal }) =>
          "action" in signal && signal.action !== "created" ? [signal.action] : [],
        ),
      )
      .toEqual(["deleted"]);
    listener.end();
  });

  test("but not who caused it, nor who listens to what his member owns only", async () => {
    const [owner, here] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:all-5": READ });
    const session = {};
    const cause = await here.listen(["t:all-5"], { session });
    const other = await here.listen(["t:all-5"]);
    const predictor = await here.listen(["t:all-5"], { scope: "owner" });
    const ownersPredictor = await owner.listen(["t:all-5"], { scope: "owner" });

    await world.ask(here, "modify", id, "/attributes", { a: 1 }, { session });

    await expect.poll(() => other.revisions()).toEqual([2]);
    expect([cause.got.length, predictor.got.length]).toEqual([0, 0]);
    expect(ownersPredictor.revisions()).toEqual([2]);
    for (const one of [cause, other, predictor, ownersPredictor]) one.end();
  });

  test("of single things and of boxes of messages", async () => {
    const [owner, here, there] = nodes;
    const id = ownedBy(owner);
    const other = ownedBy(owner);
    for (const one of [id, other]) await world.thing(one, { "t:all-6": { ...READ, "message:/": ["READ"] } });
    const listener = await here.listen(["t:all-6"], { about: [id] });
    const messages = await there.listen(["t:all-6"], { stream: "MESSAGES" });

    for (const one of [other, id]) await world.ask(there, "modify", one, "/attributes", { a: 1 });
    const bytes = Buffer.from([0, 255, 10]);
    await world.say(here, {
      ...{ says: "message", id, direction: "to", subject: "ask", headers: { "correlation-id": "m" } },
      ...{ auth: { subjects: ["nginx:ditto"] }, payload: { is: "bytes", bytes } },
    });

    await expect.poll(() => listener.got.map(({ signal }) => signal.id)).toEqual([id]);
    await expect.poll(() => messages.got.length).toBe(1);
    expect((messages.got[0] as { signal: object }).signal).toMatchObject({ payload: { is: "bytes", bytes } });
    for (const one of [listener, messages]) one.end();
  });

  test("of one thing in the order of its events, however many there are", async () => {
    const [owner, here] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:all-7": READ });
    const listener = await here.listen(["t:all-7"]);

    await Promise.all(
      Array.from({ length: 300 }, (_, n) => world.ask(here, "modify", id, "/attributes/n", n)),
    );

    await expect.poll(() => listener.got.length, { timeout: 5_000 }).toBe(300);
    expect(listener.revisions()).toEqual(Array.from({ length: 300 }, (_, n) => n + 2));
    listener.end();
  });
});

test("a member is told nothing of what nobody there listens to", async () => {
  const [owner, here] = nodes;
  const id = ownedBy(owner);
  await world.thing(id, { "t:one": READ });
  const listener = await here.listen(["t:one"]);
  const tell = vi.spyOn(owner.cluster.wire, "tell");
  await world.ask(owner, "modify", id, "/attributes", { a: 1 });
  await expect.poll(() => listener.got.length).toBe(1);
  expect(tell.mock.calls.flatMap(([to, topic]) => (topic === PUBLISHED ? [to] : []))).toEqual([
    here.cluster.self.id,
  ]);
  listener.end();
});
