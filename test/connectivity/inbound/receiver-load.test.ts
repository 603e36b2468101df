// A receiver under load: messages that take long, and too many of them.

import { describe, expect, test, vi } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import { answerOf, modifyOf, receivedOf, settle } from "../world.ts";
import { worldOf } from "./receiver-world.ts";

describe("messages that take long", () => {
  const burn = (ms: number) => (): readonly JsonObject[] => {
    for (const until = performance.now() + ms; performance.now() < until; );
    return [];
  };

  test("let others have a turn, and go on then", async () => {
    const { receiver, onRoom } = worldOf(
      { payloadMapping: ["slow"] },
      { mappers: { slow: { incoming: burn(6.8) } } },
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
