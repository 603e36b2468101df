import { describe, expect, test, vi } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Converse, Said } from "../../../src/connectivity/inbound/converse.ts";
import { receiverOf } from "../../../src/connectivity/inbound/receiver.ts";
import type { Request } from "../../../src/connectivity/inbound/request.ts";
import { usedSources } from "../../../src/connectivity/inbound/source.ts";
import { mappingFailed } from "../../../src/connectivity/mapping/errors.ts";
import type { Mapper } from "../../../src/connectivity/mapping/mapper.ts";
import type { Source } from "../../../src/connectivity/model.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import {
  acksOf,
  answerOf,
  connectionOf,
  countingMonitor,
  mappingsWith,
  modifyOf,
  receivedOf,
  settle,
  sourceOf,
} from "../world.ts";

interface Options {
  readonly converse?: Converse;
  readonly mappers?: Readonly<Record<string, Partial<Mapper>>>;
  readonly most?: number;
  readonly lifetimeMs?: number;
}

function worldOf(
  source: Partial<Source> = {},
  { converse, mappers = {}, most = 100, lifetimeMs = 1000 }: Options = {},
) {
  const said: Said[] = [];
  const answers: { request: Request; answer: Answer }[] = [];
  const onRoom = vi.fn();
  const { monitor, counts, abouts } = countingMonitor();
  const acks = acksOf();
  const receiver = receiverOf(
    {
      ...{
        connectionId: "bridge",
        monitor,
        limits: { most, lifetimeMs, payloadBytes: 1_000_000 },
        onFault: vi.fn(),
      },
      mappings: mappingsWith(mappers),
      sources: usedSources(connectionOf({ sources: [sourceOf(source)] })),
      peerOf: ({ declaredAcks }) => ({
        ...{ connectionId: "bridge", origin: acks, acks, declaredAcks, settlesByAcks: true },
        ...{ tell: () => undefined, onGone: () => () => undefined },
      }),
      converse(one) {
        said.push(one);
        return (converse ?? (async () => answerOf(204)))(one);
      },
      onAnswer: (request, answer) => answers.push({ request, answer }),
    },
    onRoom,
  );
  return { receiver, said, answers, counts, abouts, onRoom };
}

describe("messages that take long", () => {
  const burn = (ms: number) => (): readonly JsonObject[] => {
    for (const until = performance.now() + ms; performance.now() < until; );
    return [];
  };

  test("let others have a turn, and go on then", async () => {
    const { receiver, onRoom } = worldOf(
      { payloadMapping: ["slow"] },
      { mappers: { slow: { incoming: burn(8) } } },
    );
    const taken = Array.from({ length: 3 }, () => receiver.received(0, receivedOf("x")));
    expect(taken).toEqual([true, true, false]);
    expect(onRoom).not.toHaveBeenCalled();

    await settle();

    expect(onRoom).toHaveBeenCalledOnce();
    expect(receiver.received(0, receivedOf("x"))).toBe(true);
  });

  test("are followed by a rest as long as they took, where that is very long", async () => {
    const { receiver, onRoom } = worldOf(
      { payloadMapping: ["slow"] },
      { mappers: { slow: { incoming: burn(120) } } },
    );
    const begun = performance.now();
    expect(receiver.received(0, receivedOf("x"))).toBe(false);
    const took = performance.now() - begun;

    await vi.waitFor(() => expect(onRoom).toHaveBeenCalledOnce());

    expect(performance.now() - begun).toBeGreaterThanOrEqual(2 * took - 5);
  });
});

describe("an answer", () => {
  const answers = [
    { topic: "org.acme/lamp/things/twin/errors", path: "/", value: { status: 400, error: "x" }, status: 400 },
    { topic: "org.acme/lamp/policies/errors", path: "/", value: {}, status: 404 },
    { topic: "org.acme/lamp/things/twin/commands/retrieve", path: "/", value: {}, status: 200 },
  ];

  test.each(answers)("of a twin ($topic) is dropped, and not answered in its turn", async (answer) => {
    const { receiver, said, answers: told, counts } = worldOf();
    const message = receivedOf(answer);
    receiver.received(0, message);
    await settle();
    expect(message.settled).toEqual(["accept"]);
    expect([said, told]).toEqual([[], []]);
    expect(counts["source in/# dropped success"]).toBe(1);
  });

  test("of a device goes on", () => {
    const { receiver, said } = worldOf();
    receiver.received(
      0,
      receivedOf({ topic: "org.acme/lamp/things/live/errors", path: "/", value: {}, status: 404 }),
    );
    expect(said).toHaveLength(1);
  });
});

describe("a message", () => {
  test("goes to the conversation in the name of its source, and is settled when the outcome is there", async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const { receiver, said, counts, abouts } = worldOf({}, { converse: () => promise });
    const message = receivedOf(modifyOf("/attributes/a", { "correlation-id": "c" }));
    receiver.received(0, message);
    expect(said[0]).toMatchObject({
      auth: { subjects: ["device"] },
      message: { value: 1, headers: { "correlation-id": "c" } },
    });
    await settle();
    expect(message.settled).toEqual([]);
    resolve(answerOf(204));
    await settle();
    expect(message.settled).toEqual(["accept"]);
    expect(counts).toEqual({
      "source in/# consumed success": 1,
      "source in/# mapped success": 1,
      "source in/# enforced success": 1,
      "source in/# acknowledged success": 1,
    });
    expect(abouts["source in/# enforced success"]).toEqual({
      ...{ correlationId: "c", entityType: "thing", entityId: "org.acme:lamp" },
    });
  });

  test("that only reads is settled when it is handed on, whatever comes of it", async () => {
    const { receiver } = worldOf({}, { converse: () => new Promise(() => undefined) });
    const message = receivedOf({ topic: "org.acme/lamp/things/twin/commands/retrieve", path: "/" });
    receiver.received(0, message);
    expect(message.settled).toEqual(["accept"]);
  });

  test("that is refused for good is rejected, and one that may succeed later comes again", async () => {
    const { receiver, counts } = worldOf(
      {},
      { converse: async ({ message }) => answerOf(message.value as number) },
    );
    const messages = [400, 503].map((value) => receivedOf({ ...modifyOf(), value }));
    for (const message of messages) receiver.received(0, message);
    await settle();
    expect(messages.map(({ settled }) => settled)).toEqual([["reject"], ["redeliver"]]);
    expect(counts["source in/# acknowledged failure"]).toBe(2);
  });

  test("comes again where the conversation itself fails", async () => {
    const { receiver } = worldOf({}, { converse: () => Promise.reject(new Error("broken")) });
    const message = receivedOf(modifyOf());
    receiver.received(0, message);
    await settle();
    expect(message.settled).toEqual(["redeliver"]);
  });

  test("of which nothing is heard comes again after its lifetime, once", async () => {
    const { receiver } = worldOf({}, { converse: () => new Promise(() => undefined), lifetimeMs: 30 });
    const message = receivedOf(modifyOf());
    receiver.received(0, message);
    await vi.waitFor(() => expect(message.settled).toEqual(["redeliver"]));
    receiver.close();
  });

  test("is answered where somebody wants that", async () => {
    const { receiver, answers } = worldOf(
      {},
      { converse: async ({ message }) => answerOf(204, { isWanted: message.value === 1 }) },
    );
    receiver.received(0, receivedOf(modifyOf()));
    receiver.received(0, receivedOf({ ...modifyOf(), value: 2 }));
    await settle();
    expect(answers).toHaveLength(1);
    expect(answers[0]?.request).toMatchObject({ source: 0, spoken: { kind: "thing", id: "org.acme:lamp" } });
  });
});

describe("mappers", () => {
  const several = { incoming: () => [modifyOf("/attributes/a"), modifyOf("/attributes/b")] };

  test("make several messages of one, which is accepted when all of them are done", async () => {
    const ends: ((answer: Answer) => void)[] = [];
    const { receiver, said } = worldOf(
      { payloadMapping: ["several"] },
      { mappers: { several }, converse: () => new Promise((resolve) => ends.push(resolve)) },
    );
    const message = receivedOf("");
    receiver.received(0, message);
    expect(said.map((one) => one.message.path)).toEqual(["/attributes/a", "/attributes/b"]);
    ends[1]?.(answerOf(204));
    await settle();
    expect(message.settled).toEqual([]);
    ends[0]?.(answerOf(404));
    await settle();
    expect(message.settled).toEqual(["reject"]);
  });

  test("that fail are told the sender, while the others go on; the message is settled by what these make", async () => {
    const failing = {
      incoming: () => {
        throw mappingFailed(undefined, "no such field");
      },
    };
    const { receiver, said, answers, counts } = worldOf(
      { payloadMapping: ["failing", "several"], headerMapping: { "reply-to": "{{ header:back }}" } },
      { mappers: { failing, several } },
    );
    const message = receivedOf("", { back: "there" });
    receiver.received(0, message);
    await settle();
    expect(said).toHaveLength(2);
    expect(answers[0]).toMatchObject({
      answer: { type: "error", status: 400 },
      request: { headers: { "reply-to": "there" } },
    });
    expect(JSON.parse(answers[0]?.answer.text() as string).value.error).toBe(
      "connectivity:message.mapping.failed",
    );
    expect(counts["source in/# mapped failure"]).toBe(1);
    expect(message.settled).toEqual(["accept"]);
  });

  test("drop a message whose content type they do not take, or by their conditions", () => {
    const connection = {
      incomingConditions: { a: "fn:filter(header:kind,'eq','x')" },
      outgoingConditions: {},
    };
    const { monitor, counts } = countingMonitor();
    const mappingDefinitions = { picky: { mappingEngine: "Picky", options: {}, ...connection } };
    const mappings = mappingsWith({ Picky: { blocked: new Set(["text/plain"]) } }, { mappingDefinitions });
    const sources = usedSources(connectionOf({ sources: [sourceOf({ payloadMapping: ["picky"] })] }));
    const converse = vi.fn(async () => undefined);
    const parts = {
      connectionId: "bridge",
      sources,
      mappings,
      monitor,
      converse,
      peerOf: vi.fn(),
      onAnswer: vi.fn(),
      onFault: vi.fn(),
    };
    const receiver = receiverOf(
      { ...parts, limits: { most: 9, lifetimeMs: 1000, payloadBytes: 100 } },
      vi.fn(),
    );
    const messages = [{ kind: "y" }, { kind: "x", "content-type": "Text/Plain" }, { kind: "x" }].map(
      (headers) => receivedOf(modifyOf(), headers as never),
    );
    for (const message of messages) receiver.received(0, message);
    expect(counts["source in/# dropped success"]).toBe(2);
    expect(messages[0]?.settled).toEqual(["accept"]);
    expect(converse).toHaveBeenCalledTimes(1);
  });

  test("that make something without a topic are told so", () => {
    const { receiver, answers } = worldOf({}, {});
    const message = receivedOf({ path: "/" });
    receiver.received(0, message);
    expect(answers[0]?.answer).toMatchObject({ type: "error", status: 400 });
    expect(message.settled).toEqual(["accept"]);
  });
});

describe("headers", () => {
  test("are mapped below those of the message; what has no value is left out", () => {
    const { receiver, said } = worldOf({
      headerMapping: {
        "correlation-id": "{{ header:message-id }}",
        device: "{{ header:device_id }}@{{ thing:name }}",
        topic: "{{ topic:action }}",
        gone: "{{ header:none }}",
      },
    });
    receiver.received(0, receivedOf(modifyOf("/attributes/a", { Device: "own" }), { "message-id": "m1" }));
    expect(said[0]?.message.headers).toEqual({ device: "own", "correlation-id": "m1", topic: "modify" });
  });

  test("without a correlation ID get one", () => {
    const { receiver, said } = worldOf();
    receiver.received(0, receivedOf(modifyOf()));
    expect(said[0]?.message.headers).toMatchObject({
      "correlation-id": expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test("about diversion stay with the connection", async () => {
    const mapping = { "divert-response-to-connection": "other", "divert-expected-response-types": "error" };
    const { receiver, said, answers } = worldOf({ headerMapping: mapping });
    receiver.received(0, receivedOf(modifyOf()));
    await settle();
    expect(said[0]?.message.headers).not.toHaveProperty("divert-response-to-connection");
    expect(answers[0]?.request).toMatchObject({ divertTo: "other", divertTypes: "error" });
  });
});

describe("the authorization context", () => {
  test("may name headers of the message", () => {
    const { receiver, said } = worldOf({ authorizationContext: ["fixed", "device:{{ header:device_id }}"] });
    receiver.received(0, receivedOf(modifyOf(), { device_id: "d1" }));
    expect(said[0]?.auth.subjects).toEqual(["fixed", "device:d1"]);
  });

  test("refuses a message that lacks such a header, whatever else it could speak for", () => {
    const { receiver, said, answers } = worldOf({
      authorizationContext: ["fixed", "device:{{ header:device_id }}"],
    });
    const message = receivedOf(modifyOf());
    receiver.received(0, message);
    expect(said).toEqual([]);
    expect(JSON.parse(answers[0]?.answer.text() as string).value.error).toBe("placeholder:unresolved");
    expect(message.settled).toEqual(["accept"]);
  });
});

describe("enforcement", () => {
  const enforcement = { input: "{{ header:device_id }}", filters: ["{{ entity:id }}", "x:{{ thing:name }}"] };

  for (const device_id of ["org.acme:lamp", "x:lamp"]) {
    test(`lets ${device_id} speak of org.acme:lamp`, () => {
      const { receiver, said } = worldOf({ enforcement });
      receiver.received(0, receivedOf(modifyOf(), { device_id }));
      expect(said).toHaveLength(1);
    });
  }

  test("refuses others, tells them so and settles the message", () => {
    const { receiver, said, answers, counts } = worldOf({ enforcement });
    const message = receivedOf(modifyOf("/", { "correlation-id": "c" }), { device_id: "org.acme:other" });
    receiver.received(0, message);
    expect(said).toEqual([]);
    const refusal = JSON.parse(answers[0]?.answer.text() as string);
    expect(refusal).toMatchObject({
      topic: "org.acme/lamp/things/twin/errors",
      headers: { "correlation-id": "c" },
      value: { error: "connectivity:connection.id.enforcement.failed", status: 400 },
    });
    expect(counts).toMatchObject({
      "source in/# enforced failure": 1,
      "source in/# acknowledged success": 1,
    });
    expect(message.settled).toEqual(["accept"]);
  });

  test("can go by the address", () => {
    const byAddress = {
      input: "{{ source:address }}",
      filters: ["in/{{ thing:namespace }}/{{ thing:name }}"],
    };
    const { receiver, said } = worldOf({ enforcement: byAddress });
    receiver.received(0, receivedOf(modifyOf(), {}, "in/org.acme/lamp"));
    receiver.received(0, receivedOf(modifyOf(), {}, "in/org.acme/other"));
    expect(said).toHaveLength(1);
  });
});

describe("acknowledgements", () => {
  const acksSaid = (
    source: Partial<Source>,
    headers: Record<string, never | unknown> = {},
    external = {},
  ) => {
    const { receiver, said } = worldOf(source);
    receiver.received(0, receivedOf(modifyOf("/", headers as never), external));
    const { headers: told } = (said[0] as Said).message;
    return (told as Record<string, unknown>)["requested-acks"];
  };
  const includes = ["twin-persisted", "{{connection:id}}:mine"];

  test("are requested beside those of the message, unless it wants none", () => {
    expect(acksSaid({ acknowledgementRequests: { includes } })).toEqual(["twin-persisted", "bridge:mine"]);
    expect(acksSaid({ acknowledgementRequests: { includes } }, { "requested-acks": ["a:own"] })).toEqual([
      "a:own",
      "twin-persisted",
      "bridge:mine",
    ]);
    expect(acksSaid({ acknowledgementRequests: { includes } }, { "requested-acks": [] })).toEqual([]);
  });

  test("are requested only where the filter leaves something", () => {
    const acknowledgementRequests = { includes, filter: "fn:filter(header:qos,'ne','0')" };
    expect(acksSaid({ acknowledgementRequests }, {}, { qos: "0" })).toEqual([]);
    expect(acksSaid({ acknowledgementRequests }, {}, { qos: "1" })).toEqual([
      "twin-persisted",
      "bridge:mine",
    ]);
  });

  test("can be chosen by the filter alone", () => {
    const acknowledgementRequests = { includes: [], filter: `fn:default('["a:chosen"]')` };
    expect(acksSaid({ acknowledgementRequests })).toEqual(["a:chosen"]);
  });

  test("are not requested of a read", () => {
    const { receiver, said } = worldOf({ acknowledgementRequests: { includes } });
    receiver.received(0, receivedOf({ topic: "org.acme/lamp/things/twin/commands/retrieve", path: "/" }));
    expect(said[0]?.message.headers).not.toHaveProperty("requested-acks");
  });
});

describe("backpressure", () => {
  test("begins when so many are in work, and ends when half of them are done", async () => {
    const ends: ((answer: Answer) => void)[] = [];
    const { receiver, onRoom } = worldOf(
      {},
      { most: 4, converse: () => new Promise((resolve) => ends.push(resolve)) },
    );
    const taken = [1, 2, 3, 4, 5].map(() => receiver.received(0, receivedOf(modifyOf())));
    expect(taken).toEqual([true, true, true, false, false]);
    for (const end of ends.slice(0, 2)) end(answerOf(204));
    await settle();
    expect(onRoom).not.toHaveBeenCalled();
    ends[2]?.(answerOf(204));
    await settle();
    expect(onRoom).toHaveBeenCalledTimes(1);
    expect(receiver.received(0, receivedOf(modifyOf()))).toBe(true);
  });

  test("counts what is settled but not answered, since that is work as well", () => {
    const { receiver } = worldOf({}, { most: 1, converse: () => new Promise(() => undefined) });
    const read = { topic: "org.acme/lamp/things/twin/commands/retrieve", path: "/" };
    expect(receiver.received(0, receivedOf(read))).toBe(false);
  });

  test("a client is idle when all is done, or its time is over", async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const { receiver } = worldOf({}, { converse: () => promise });
    receiver.received(0, receivedOf(modifyOf()));
    const begin = performance.now();
    await receiver.idle(20);
    expect(performance.now() - begin).toBeGreaterThan(15);
    resolve(answerOf(204));
    await receiver.idle(60_000);
  });
});
