// What becomes of a message that comes in: its mappers, the conversation, its settlement.

import { describe, expect, test, vi } from "vitest";
import { receiverOf } from "../../../src/connectivity/inbound/receiver.ts";
import { usedSources } from "../../../src/connectivity/inbound/source.ts";
import { mappingFailed } from "../../../src/connectivity/mapping/errors.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import {
  answerOf,
  connectionOf,
  countingMonitor,
  mappingsWith,
  modifyOf,
  receivedOf,
  settle,
  sourceOf,
} from "../world.ts";
import { worldOf } from "./receiver-world.ts";

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
