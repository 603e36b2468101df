import { setTimeout as later } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Ack } from "../../../src/dispatch/acks/ack.ts";
import { conflictFree } from "../../../src/dispatch/acks/conflict-free.ts";
import { ackLabelNotUnique } from "../../../src/pubsub/declared-acks.ts";
import { clusteredAnnouncementAcks } from "../../../src/pubsub/remote/clustered-announcements.ts";
import type { IncomingAck } from "../../../src/signals/incoming-ack.ts";
import type { LiveAnswer, LiveSignal, Message } from "../../../src/signals/live.ts";
import { ackOf, type ClusterWorld, clusterWorld, type Node } from "./world.ts";

const GRANTS = { "thing:/": ["READ"], "message:/": ["READ"] };

let world: ClusterWorld;
let nodes: readonly [Node, Node, Node];
beforeAll(async () => {
  world = await clusterWorld(3);
  nodes = world.nodes as unknown as [Node, Node, Node];
}, 60_000);
afterAll(async () => world[Symbol.asyncDispose]());

let count = 0;
const ownedBy = (node: Node): string => world.cluster.idOf(node.cluster, `org.acme:door-${++count}`);

/** Waits at a node for what others reply. */
function waitAt(node: Node, id: string, correlationId: string) {
  const acks: Ack[] = [];
  const answers: LiveAnswer[] = [];
  const told = conflictFree(node.replies, id, correlationId);
  const end = node.replies.expect(id, told, {
    onAck: (ack) => acks.push(ack),
    onAnswer: (answer) => answers.push(answer),
  });
  return { acks, answers, told, end };
}

const correlationIdsOf = (got: readonly { readonly signal: { readonly headers: object } }[]) =>
  got.map(({ signal }) => (signal.headers as { "correlation-id": string })["correlation-id"]);

const messageTo = (id: string, correlationId: string): Message => ({
  ...{ says: "message", id, direction: "to", subject: "ask" },
  headers: { "correlation-id": correlationId },
  auth: { subjects: ["nginx:ditto"] },
});

const answerTo = ({ id }: LiveSignal, correlationId: string, text: string): LiveAnswer => ({
  ...{ says: "message-response", id, direction: "to", subject: "ask", status: 200 },
  headers: { "correlation-id": correlationId },
  auth: { subjects: ["t:device"] },
  payload: { is: "text", text },
});

describe("what is acknowledged at one member", () => {
  test("reaches who waits at another, whoever owns the thing", async () => {
    const [asker, owner, device] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:one": GRANTS });
    const release = await device.events.declaredAcks.declare(["my:ack"]);
    const listener = await device.listen(["t:one"], { declaredAcks: new Set(["my:ack"]) });
    const wait = waitAt(asker, id, "cid");

    const headers = { "correlation-id": wait.told, "requested-acks": ["my:ack"] };
    await world.ask(asker, "modify", id, "/attributes", { a: 1 }, { headers, session: {} });
    await expect.poll(() => listener.got.length).toBe(1);
    expect(wait.acks).toEqual([]);
    expect(device.replies.ack(id, "cid", ackOf("my:ack", "cid"), 10)).toBe(true);

    await expect.poll(() => wait.acks).toEqual([ackOf("my:ack", "cid")]);
    wait.end();
    listener.end();
    release();
  });

  test("is weakly acknowledged for who declared the label, and is not told", async () => {
    const [asker, owner, device] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:two": GRANTS });
    const release = await device.events.declaredAcks.declare(["my:other"]);

    const weak = async (correlationId: string) => {
      const wait = waitAt(asker, id, correlationId);
      const headers = { "correlation-id": correlationId, "requested-acks": ["my:other"] };
      await world.ask(asker, "modify", id, "/attributes", { a: 1 }, { headers, session: {} });
      await expect.poll(() => wait.acks.length).toBe(1);
      wait.end();
      return wait.acks[0]?.headers["ditto-weak-ack"];
    };

    // Nobody there listens, so that nothing is sent there.
    expect(await weak("nobody")).toBe(true);
    // Somebody listens there, who has not declared it.
    const listener = await device.listen(["t:two"]);
    expect(await weak("somebody")).toBe(true);
    expect(listener.got.length).toBe(1);
    listener.end();
    release();
  });

  test("is left to the member that is to send, where a subscriber is on several", async () => {
    const [asker, owner, device] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:three": GRANTS });
    const by = { group: "bridge" };
    const releases = await Promise.all(
      [owner, device].map(async ({ events }) => events.declaredAcks.declare(["bridge:mine"], by)),
    );
    const declaredAcks = new Set(["bridge:mine"]);
    const here = await owner.listen(["t:three"], { declaredAcks, share: () => false });
    const there = await device.listen(["t:three"], { declaredAcks, share: () => true });
    const wait = waitAt(asker, id, "shared");

    const headers = { "correlation-id": "shared", "requested-acks": ["bridge:mine"] };
    await world.ask(asker, "modify", id, "/attributes", { a: 1 }, { headers, session: {} });
    await expect.poll(() => there.got.length).toBe(1);
    device.replies.ack(id, "shared", ackOf("bridge:mine", "shared"));
    await expect.poll(() => wait.acks.length).toBe(1);

    expect([here.got.length, wait.acks[0]?.headers["ditto-weak-ack"]]).toEqual([0, undefined]);
    for (const end of [wait.end, here.end, there.end, ...releases]) end();
  });
});

describe("a device that is asked", () => {
  test("answers who asked at another member", async () => {
    const [asker, owner, device] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:device": GRANTS });
    const listener = await device.listen(["t:device"], { stream: "MESSAGES" });
    const wait = waitAt(asker, id, "question");

    const question = messageTo(id, "question");
    await world.say(asker, question, {});
    await expect.poll(() => listener.got.length).toBe(1);
    expect(device.replies.answer(answerTo(question, "question", "yes"))).toBe(true);

    await expect.poll(() => wait.answers.length).toBe(1);
    expect(wait.answers[0]).toEqual(answerTo(question, "question", "yes"));
    wait.end();
    listener.end();
  });

  test("does not confuse who use one correlation ID at different members", async () => {
    const [first, owner, second] = nodes;
    const id = ownedBy(owner);
    await world.thing(id, { "t:device-2": GRANTS });
    const listeners = await Promise.all(
      nodes.map((node) => node.listen(["t:device-2"], { stream: "MESSAGES" })),
    );
    const waits = [waitAt(first, id, "same"), waitAt(second, id, "same"), waitAt(owner, id, "same")];
    const askers = [first, second, owner];
    for (const [at, asker] of askers.entries())
      await world.say(asker, messageTo(id, waits[at]?.told as string), {});

    for (const { got } of listeners) await expect.poll(() => got.length).toBe(3);
    const asked = correlationIdsOf(listeners[0]?.got ?? []);
    expect(new Set(asked).size).toBe(3);
    // Each question is answered at another member than it came from.
    const [a, b, c] = asked as [string, string, string];
    second.replies.answer(answerTo(messageTo(id, a), a, "a"));
    first.replies.answer(answerTo(messageTo(id, b), b, "b"));
    second.replies.answer(answerTo(messageTo(id, c), c, "c"));

    for (const { answers } of waits) await expect.poll(() => answers.length).toBe(1);
    expect(
      waits.map(({ answers }) => answers.map((answer) => "payload" in answer && answer.payload)),
    ).toEqual([[{ is: "text", text: "a" }], [{ is: "text", text: "b" }], [{ is: "text", text: "c" }]]);
    for (const { end } of [...waits, ...listeners]) end();
  });
});

describe("a label of acknowledgements", () => {
  test("is free again where another one could not be declared with it, however late its owner answers", async () => {
    const [one, owner, two] = nodes;
    const label = (name: string) => {
      for (let n = 0; ; n++)
        if (one.cluster.ownerOf(`ack:${name}:${n}`) === owner.cluster.self.id) return `${name}:${n}`;
    };
    const [failing, late] = [label("failing"), label("late")];
    const { wire } = one.cluster;
    const request = wire.request.bind(wire);
    const asking = vi.spyOn(wire, "request").mockImplementation(async (to, topic, payload, ms) => {
      if (payload.includes(failing)) throw new Error("broken");
      if (payload.includes(late)) await later(200);
      return request(to, topic, payload, ms);
    });

    await expect(one.events.declaredAcks.declare([failing, late])).rejects.toThrow("broken");
    await later(300);
    asking.mockRestore();
    const release = await two.events.declaredAcks.declare([late]);
    release();
  });

  test("is declared once in the cluster, but by who belongs together", async () => {
    const [one, two, three] = nodes;
    const release = await one.events.declaredAcks.declare(["a:1", "a:2"]);

    await expect(two.events.declaredAcks.declare(["a:2"])).rejects.toThrow(ackLabelNotUnique());
    await expect(one.events.declaredAcks.declare(["b:1", "a:1"])).rejects.toThrow(ackLabelNotUnique());
    const other = await three.events.declaredAcks.declare(["b:1"]); // all or none
    const bridge = await Promise.all(
      nodes.map(async ({ events }) => events.declaredAcks.declare(["bridge:ack"], { group: "bridge" })),
    );
    await expect(two.events.declaredAcks.declare(["bridge:ack"])).rejects.toThrow(ackLabelNotUnique());
    for (const end of [...bridge, release, other]) end();
  });

  test("is free again at once when its session has ended", async () => {
    const [one, two] = nodes;
    const release = await one.events.declaredAcks.declare(["c:1"]);
    release();
    const again = await two.events.declaredAcks.declare(["c:1"]);
    again();
  });

  test("is given to one of many who want it at the same moment", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, async (_, n) => (nodes[n % 3] as Node).events.declaredAcks.declare(["d:1"])),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === "fulfilled") outcome.value();
  });
});

test("an announcement is told to the subscribers of all members, and the owner of its policy hears of its acknowledgement", async () => {
  const [one, two, three] = nodes;
  const policyId = ownedBy(one);
  const texts: string[] = [];
  const ends = nodes.map(({ events }) =>
    events.announcements.subscribe(["t:who"], (text) => texts.push(text)),
  );
  const acks: IncomingAck[] = [];
  const senders = nodes.map(({ cluster }) =>
    clusteredAnnouncementAcks(cluster, (ack) => acks.push({ ...ack, label: cluster.self.id })),
  );

  one.events.announcements.publish({
    ...{ policyId, name: "subjectDeletion", value: {}, subjects: ["t:who"] },
    headers: { "correlation-id": "announced" },
  });
  await expect.poll(() => texts.length).toBe(3);

  for (const send of senders)
    send({
      ...{ kind: "policy", id: policyId, label: "my:ack", status: 200, correlationId: "announced" },
      ...{ headers: {}, characters: 1, subjects: ["t:who"] },
    });
  await expect
    .poll(() => acks.map(({ label }) => label))
    .toEqual([one, one, one].map(({ cluster }) => cluster.self.id));
  expect([two, three].every(({ cluster }) => !cluster.owns(policyId))).toBe(true);
  for (const end of ends) end();
});
