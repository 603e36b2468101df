import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Publication, Published } from "../../../src/connectivity/connectors/connector.ts";
import { textPayload } from "../../../src/connectivity/external-message.ts";
import { mappingFailed } from "../../../src/connectivity/mapping/errors.ts";
import type { Mapper } from "../../../src/connectivity/mapping/mapper.ts";
import type { FilteredTopic, Target } from "../../../src/connectivity/model.ts";
import { type Pace, paceOf } from "../../../src/connectivity/outbound/pace.ts";
import { usedTargets } from "../../../src/connectivity/outbound/target.ts";
import { subscribeTargets } from "../../../src/connectivity/outbound/target-subscriptions.ts";
import { localAnnouncements } from "../../../src/pubsub/announcements.ts";
import type { IncomingAck } from "../../../src/signals/incoming-ack.ts";
import { enforcerOf, eventOf, id, liveCommandOf, messageOf, stateOf, worldWith } from "../../pubsub/world.ts";
import { acksOf, bodyOf, connectionOf, countingMonitor, mappingsWith, settle, targetOf } from "../world.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

interface Options {
  readonly mappers?: Readonly<Record<string, Partial<Mapper>>>;
  readonly publish?: (publication: Publication) => Promise<Published>;
  readonly declared?: readonly string[];
  readonly issuedMaxBytes?: number;
  readonly publishesFailedEnrichments?: boolean;
  readonly pace?: Pace;
}

function worldOf(
  targets: readonly Partial<Target>[],
  { mappers = {}, publish, declared = [], issuedMaxBytes = 1000, ...more }: Options = {},
) {
  const published: Publication[] = [];
  const acks: IncomingAck[] = [];
  const liveAnswers: JsonObject[] = [];
  const weak: string[] = [];
  const weakAck = (_id: string, _correlationId: string, label: string) => void weak.push(label);
  const labels = new Set(["bridge:mine", "bridge:device", ...declared]);
  const world = worldWith(
    { app: ["thing:/", "message:/"] },
    { isDeclared: (label) => labels.has(label), weakAck },
  );
  const announcements = localAnnouncements();
  const { monitor, counts, abouts } = countingMonitor();
  const connection = connectionOf({ targets: targets.map(targetOf) });
  const origin = {};
  const parts = {
    ...{
      connectionId: "bridge",
      pubsub: world.pubsub,
      announcements,
      origin,
      acks: acksOf(declared),
      issuedMaxBytes,
      ...more,
    },
    async publish(_key: string, publication: Publication) {
      published.push(publication);
      return publish ? publish(publication) : { status: 200 };
    },
    ...{ onAck: (ack: IncomingAck) => acks.push(ack), weakAck },
    mappings: mappingsWith(mappers),
    onFault: (error: unknown) => {
      throw error;
    },
    onLiveAnswer: (_target: unknown, text: string) => liveAnswers.push(JSON.parse(text)),
  };
  ends.push(subscribeTargets(usedTargets(connection, monitor), parts));
  return { ...world, announcements, published, acks, weak, counts, abouts, origin, liveAnswers };
}

/** Maps in so many milliseconds, during which nothing else is done. */
const slowly =
  (ms: number): Mapper["outgoing"] =>
  (message) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
    return [{ headers: {}, payload: textPayload(message.text()) }];
  };

const topic = (more: Partial<FilteredTopic> = {}): FilteredTopic => ({
  ...{ topic: "_/_/things/twin/events", namespaces: [] },
  ...more,
});
const event = eventOf("modified", "/attributes/a", 5, { "correlation-id": "c" });
const asking = (...labels: readonly string[]) =>
  eventOf("modified", "/attributes/a", 5, { "correlation-id": "c", "requested-acks": labels });

describe("an event", () => {
  test("is published at a target that may read it, and counted", async () => {
    const { publish, published, counts } = worldOf([{ qos: 1 }]);
    publish(event);
    await settle();
    expect(published).toMatchObject([{ address: "out/org.acme:lamp", qos: 1 }]);
    expect(bodyOf((published[0] as Publication).message)).toMatchObject({ path: "/attributes/a", value: 5 });
    const of = "target out/{{ thing:id }}";
    expect(counts).toEqual({
      [`${of} dispatched success`]: 1,
      [`${of} filtered success`]: 1,
      [`${of} mapped success`]: 1,
      [`${of} published success`]: 1,
    });
  });

  test("that the connection has caused itself is not told", async () => {
    const { pubsub, published, counts, origin } = worldOf([{}]);
    pubsub.publish(event, enforcerOf({ app: ["thing:/"] }), origin, stateOf({}));
    await settle();
    expect(published).toEqual([]);
    expect(counts).toEqual({});
  });

  test.each([
    ["fails at a target whose extra fields are too much", false, 1],
    [
      "is told without extra fields that are too much, if the operator wants that, and noted as failed",
      true,
      2,
    ],
  ])("%s", async (_, publishesFailedEnrichments, count) => {
    const targets = ["attributes", "attributes/b"].map((extraFields) => ({
      ...{ address: `out/${extraFields}`, topics: [topic({ extraFields })] },
    }));
    const { publish, published, counts } = worldOf(targets, { publishesFailedEnrichments });

    publish(event, stateOf({ attributes: { b: "x".repeat(3_000_000) } }));
    await settle();

    const bodies = published.map(({ message }) => bodyOf(message));
    expect(bodies).toHaveLength(count);
    expect(bodies.every(({ path, value }) => path === "/attributes/a" && value === 5)).toBe(true);
    expect(bodies.filter(({ extra }) => extra !== undefined)).toHaveLength(1);
    expect(Object.entries(counts).filter(([step]) => step.endsWith("mapped failure"))).toHaveLength(1);
  });

  test("is published once, however many topics of a target want it, by the one that adds something", async () => {
    const topics = [topic(), topic({ filter: "eq(attributes/a,5)" }), topic({ extraFields: "attributes/b" })];
    const { publish, published, counts } = worldOf([{ topics }]);
    publish(event, stateOf({ attributes: { b: 7 } }));
    publish(eventOf("modified", "/attributes/a", 6), stateOf({}));
    await settle();
    expect(published.map(({ message }) => bodyOf(message).value)).toEqual([5, 6]);
    expect(bodyOf((published[0] as Publication).message).extra).toEqual({ attributes: { b: 7 } });
    expect(counts["target out/{{ thing:id }} dispatched success"]).toBe(2);
  });

  test("that a filter keeps back is dispatched, but not filtered", async () => {
    const { publish, published, counts } = worldOf([{ topics: [topic({ filter: "gt(attributes/a,10)" })] }]);
    publish(event);
    await settle();
    expect(published).toEqual([]);
    expect(counts).toEqual({ "target out/{{ thing:id }} dispatched success": 1 });
  });

  test("of another namespace is not told", async () => {
    const { publish, published } = worldOf([{ topics: [topic({ namespaces: ["org.other"] })] }]);
    publish(event);
    await settle();
    expect(published).toEqual([]);
  });

  test("goes to each target, with its headers", async () => {
    const headerMapping = { "Message-ID": "{{ header:correlation-id }}", gone: "{{ header:none }}" };
    const { publish, published } = worldOf([{ address: "one", headerMapping }, { address: "two" }]);
    publish(event);
    await settle();
    expect(published.map(({ address, message }) => [address, message.headers])).toEqual([
      ["one", { "message-id": "c" }],
      ["two", {}],
    ]);
  });

  test("is dropped where the address has a placeholder without a value", async () => {
    const address = "out/{{ header:none }}";
    const { publish, published, counts } = worldOf([{ address }]);
    publish(event);
    await settle();
    expect(published).toEqual([]);
    expect(counts[`target ${address} dropped success`]).toBe(1);
  });

  test("that could not be published is counted as a failure", async () => {
    const { publish, counts } = worldOf([{}], { publish: () => Promise.reject(new Error("broker is gone")) });
    publish(event);
    await settle();
    expect(counts["target out/{{ thing:id }} published failure"]).toBe(1);
  });

  test("of which a mapper fails is other, and the other mappers go on", async () => {
    const failing = {
      outgoing: () => {
        throw mappingFailed(undefined, "script");
      },
    };
    const { publish, published, counts } = worldOf([{ payloadMapping: ["failing", "Ditto"] }], {
      mappers: { failing },
    });
    publish(event);
    await settle();
    expect(published).toHaveLength(1);
    expect(counts["target out/{{ thing:id }} other failure"]).toBe(1);
  });
});

describe("an issued acknowledgement", () => {
  const issuedAcknowledgementLabel = "{{connection:id}}:mine";

  test("tells that the message has arrived, where it is requested", async () => {
    const { publish, acks, counts } = worldOf([{ issuedAcknowledgementLabel }]);
    publish(event);
    publish(asking("bridge:mine"));
    await settle();
    expect(acks).toMatchObject([
      { kind: "thing", id, label: "bridge:mine", status: 200, correlationId: "c", subjects: ["app"] },
    ]);
    expect(counts["target out/{{ thing:id }} acknowledged success"]).toBe(1);
  });

  test("tells what an endpoint answered", async () => {
    const answer = { headers: { "content-type": "application/json" }, payload: textPayload('{"id":1}') };
    const { publish, acks, counts } = worldOf([{ issuedAcknowledgementLabel }], {
      publish: async () => ({ status: 409, answer }),
    });
    publish(asking("bridge:mine"));
    await settle();
    expect(acks).toMatchObject([{ status: 409, value: { id: 1 } }]);
    expect(counts).toMatchObject({
      "target out/{{ thing:id }} published failure": 1,
      "target out/{{ thing:id }} acknowledged failure": 1,
    });
  });

  test("has no payload beyond what is allowed", async () => {
    const answer = { headers: {}, payload: textPayload("x".repeat(11)) };
    const { publish, acks } = worldOf([{ issuedAcknowledgementLabel }], {
      ...{ publish: async () => ({ status: 200, answer }), issuedMaxBytes: 10 },
    });
    publish(asking("bridge:mine"));
    await settle();
    expect(acks[0]).toMatchObject({ status: 500 });
  });

  test("tells why the message did not arrive", async () => {
    const { publish, acks } = worldOf([{ issuedAcknowledgementLabel }], {
      publish: () => Promise.reject(new Error("broker is gone")),
    });
    publish(asking("bridge:mine"));
    await settle();
    expect(acks).toMatchObject([{ status: 500, value: { description: "broker is gone" } }]);
  });

  test("is the first failure of several messages", async () => {
    const twice = { outgoing: () => [1, 2].map(() => ({ headers: {}, payload: undefined })) };
    const statuses = [200, 507];
    const { publish, acks } = worldOf([{ issuedAcknowledgementLabel, payloadMapping: ["twice"] }], {
      ...{ mappers: { twice }, publish: async () => ({ status: statuses.shift() as number }) },
    });
    publish(asking("bridge:mine"));
    await settle();
    expect(acks.map(({ status }) => status)).toEqual([507]);
  });

  test("tells that too many messages wait for slow mappers, and those that wait go out", async () => {
    const mappers = { slow: { outgoing: slowly(30) } };
    const world = worldOf([{ issuedAcknowledgementLabel, payloadMapping: ["slow"] }], {
      ...{ mappers, pace: paceOf(1) },
    });

    for (let i = 0; i < 3; i++) world.publish(asking("bridge:mine"));
    const atOnce = world.published.length;
    await sleep(100);

    expect([atOnce, world.published.length]).toEqual([1, 2]);
    expect(world.acks.map(({ status }) => status)).toEqual([503, 200, 200]);
    expect(world.counts).toMatchObject({
      "target out/{{ thing:id }} mapped failure": 1,
      "target out/{{ thing:id }} published success": 2,
    });
  });

  test("is weak where a mapper drops the message, or a filter or policy keeps it back", async () => {
    const dropping = { outgoing: () => [] };
    const topics = [topic({ filter: "gt(attributes/a,10)" })];
    const dropped = worldOf([{ issuedAcknowledgementLabel, payloadMapping: ["dropping"] }], {
      mappers: { dropping },
    });
    const filtered = worldOf([{ issuedAcknowledgementLabel, topics }]);
    const hidden = worldOf([{ issuedAcknowledgementLabel, authorizationContext: ["stranger"] }]);
    for (const { publish } of [dropped, filtered, hidden]) publish(asking("bridge:mine"));
    await settle();
    expect([dropped.weak, filtered.weak, hidden.weak]).toEqual([
      ["bridge:mine"],
      ["bridge:mine"],
      ["bridge:mine"],
    ]);
    expect(dropped.acks).toEqual([]);
  });

  test("is not asked for in the message, but those are that devices give by a source", async () => {
    const { publish, published, weak } = worldOf([{ issuedAcknowledgementLabel }], {
      declared: ["bridge:device"],
    });
    publish(asking("bridge:mine", "bridge:device", "others:one"));
    await settle();
    const { headers } = bodyOf((published[0] as Publication).message) as { headers: JsonObject };
    expect(headers["requested-acks"]).toEqual(["bridge:device"]);
    expect(weak).toEqual([]);
  });
});

describe("a live signal", () => {
  const liveTopics = ["_/_/things/live/commands", "_/_/things/live/messages"] as const;
  const target = { address: "out", topics: liveTopics.map((name) => topic({ topic: name })) };
  const issuing = { ...target, issuedAcknowledgementLabel: "live-response" };
  const question = messageOf("ask", { headers: { "correlation-id": "c", "response-required": true } });

  test("is answered by the response of an endpoint where the target says so", async () => {
    const answer = { headers: { "content-type": "text/plain" }, payload: textPayload("fine") };
    const { say, liveAnswers, acks, counts } = worldOf([issuing], {
      publish: async () => ({ status: 418, answer }),
    });
    say(question);
    await settle();
    expect(liveAnswers).toMatchObject([
      {
        topic: "org.acme/lamp/things/live/messages/ask",
        path: "/inbox/messages/ask",
        headers: { "correlation-id": "c", "content-type": "text/plain" },
        ...{ value: "fine", status: 418 },
      },
    ]);
    expect(acks).toEqual([]);
    expect(counts["target out acknowledged success"]).toBe(1);
  });

  test("is answered by an endpoint that speaks the Ditto Protocol, whatever the target says", async () => {
    const said = { topic: "org.acme/lamp/things/live/commands/retrieve", path: "/", status: 200 };
    const headers = { "content-type": "application/vnd.eclipse.ditto+json" };
    const answer = { headers, payload: textPayload(JSON.stringify(said)) };
    const { say, liveAnswers } = worldOf([target], { publish: async () => ({ status: 200, answer }) });
    say(liveCommandOf("retrieve", "/"));
    await settle();
    expect(liveAnswers).toEqual([said]);
  });

  test("is not waited for any longer where it could not be published", async () => {
    const { say, acks } = worldOf([issuing], { publish: () => Promise.reject(new Error("gone")) });
    say(question);
    await settle();
    expect(acks).toMatchObject([{ label: "live-response", status: 500 }]);
  });

  test("of which no answer is wanted gets none", async () => {
    const { say, liveAnswers, acks } = worldOf([issuing], {
      publish: () => Promise.reject(new Error("gone")),
    });
    say({ ...question, headers: { "response-required": false } });
    await settle();
    expect([liveAnswers, acks]).toEqual([[], []]);
  });
});

describe("an announcement of a policy", () => {
  const announcement = {
    ...{ policyId: "org.acme:rules", name: "subjectDeletion" as const, value: {}, subjects: ["app"] },
    headers: { "correlation-id": "c", "requested-acks": ["bridge:mine"] },
  };
  const wanting = (more: Partial<FilteredTopic> = {}): Partial<Target> => ({
    address: "out/{{ policy:id }}",
    issuedAcknowledgementLabel: "bridge:mine",
    topics: [topic({ topic: "_/_/policies/announcements", ...more })],
  });

  test("is published at the targets that want it, and acknowledged", async () => {
    const { announcements, published, acks } = worldOf([wanting(), {}]);
    announcements.publish(announcement);
    await settle();
    expect(published.map(({ address }) => address)).toEqual(["out/org.acme:rules"]);
    expect(acks).toMatchObject([{ kind: "policy", id: "org.acme:rules", label: "bridge:mine", status: 200 }]);
  });

  test("of another namespace, or for subjects of nobody here, is not", async () => {
    const { announcements, published } = worldOf([wanting({ namespaces: ["org.other"] })]);
    announcements.publish(announcement);
    announcements.publish({ ...announcement, subjects: ["others"] });
    await settle();
    expect(published).toEqual([]);
  });
});

test("what a target subscribed to ends", async () => {
  const { publish, published } = worldOf([{}]);
  ends.pop()?.();
  publish(event);
  await settle();
  expect(published).toEqual([]);
});
