// Waiting for what answers a live command or message.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Ack } from "../../../src/dispatch/acks/ack.ts";
import type { LiveAnswer, LiveError, LiveSignal, MessageResponse } from "../../../src/signals/live.ts";
import { thingId } from "../../support/dispatch.ts";
import {
  answer,
  command,
  event,
  grant,
  type LiveWorld,
  liveWorld,
  message,
  nothing,
  user,
} from "./live-world.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const elapse = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const read = command("retrieve", "/attributes/a");
const answered = (value: unknown) => ({ is: "answer", answer: expect.objectContaining({ value }) });

const reply = (how: Partial<MessageResponse> = {}): MessageResponse => ({
  says: "message-response",
  id: thingId,
  direction: "to",
  subject: "ask",
  status: 200,
  headers: { "correlation-id": "c" },
  auth: { subjects: ["nginx:device"] },
  payload: { is: "text", text: "pong" },
  ...how,
});

const refusal: LiveError = {
  says: "live-error",
  id: thingId,
  status: 418,
  error: { status: 418, error: "device:teapot" },
  headers: { "correlation-id": "c" },
  auth: { subjects: ["nginx:device"] },
};

test("the first valid answer wins", async () => {
  const { send, live } = await liveWorld();
  const outcome = send(read);

  live.answer(answer("retrieve", "/attributes/a", { value: "first" }));
  live.answer(answer("retrieve", "/attributes/a", { value: "second" }));

  expect(await outcome).toEqual(answered("first"));
});

test("an answer may come while the signal is published", async () => {
  const world = await liveWorld();
  const { push } = world.signals;
  world.signals.push = (...published) => {
    world.live.answer(answer("retrieve", "/attributes/a", { value: "at once" }));
    return push.apply(world.signals, published);
  };

  expect(await world.send(read)).toEqual(answered("at once"));
});

describe("an answer", () => {
  const feature = { featureId: "f" };
  test.each<[string, LiveSignal, LiveAnswer, boolean]>([
    ["with another action", read, answer("modify", "/attributes/a"), false],
    ["with another path", read, answer("retrieve", "/attributes/b"), false],
    ["with a longer path", read, answer("retrieve", "/attributes/a/b"), false],
    ["of a message, to a command", read, reply(), false],
    ["of a command, to a message", message(), answer("retrieve", "/attributes/a"), false],
    ["of a feature's message, to one of the thing", message(), reply(feature), false],
    ["of a thing's message, to one of a feature", message(feature), reply(), false],
    ["of a claim, to another message", message(), reply({ subject: "claim" }), false],
    ["of another subject and box", message(), reply({ subject: "other", direction: "from" }), true],
    ["of another feature", message(feature), reply({ featureId: "g" }), true],
    ["to a claim", message({ subject: "claim" }), reply({ subject: "claim" }), true],
    ["that is an error, to a command", read, refusal, true],
    ["that is an error, to a message", message(), refusal, true],
    ["with another correlation ID", message(), reply({ headers: { "correlation-id": "d" } }), false],
    ["of another thing", message(), reply({ id: "org.acme:other" }), false],
    ["without a correlation ID", message(), reply({ headers: {} }), false],
  ])("%s", async (_, signal, given, isValid) => {
    const { send, live } = await liveWorld();
    const outcome = send(signal);

    live.answer(given);
    await elapse(1000);

    expect(await outcome).toEqual(isValid ? { is: "answer", answer: given } : "command.timeout");
  });

  test("that is invalid does not keep a valid one from being taken", async () => {
    const { send, live } = await liveWorld();
    const outcome = send(read);

    live.answer(answer("retrieve", "/attributes/b", { value: "wrong" }));
    live.answer(answer("retrieve", "/attributes/a", { value: "right" }));

    expect(await outcome).toEqual(answered("right"));
  });

  test("of somebody who may not know of the question is not taken, whatever its correlation ID", async () => {
    const { send, live } = await liveWorld();
    for (const [question, answers] of [
      [read, [answer("retrieve", "/attributes/a", { auth: user }), { ...refusal, auth: user }]],
      [message(), [reply({ auth: user }), { ...refusal, auth: user }]],
    ] as const) {
      const outcome = send(question);
      for (const one of answers) live.answer(one);
      await elapse(1000);

      expect(await outcome).toBe("command.timeout");
    }
  });

  test.each(["READ", "WRITE"])("of somebody who has %s on what was asked is taken", async (permission) => {
    const resources = {
      "thing:/attributes/a": grant(permission),
      "message:/inbox/messages/ask": grant(permission),
    };
    const { send, live } = await liveWorld({ resources });
    for (const [question, given] of [
      [read, { ...refusal, auth: user }],
      [message(), reply({ auth: user })],
    ] as const) {
      const outcome = send(question);
      live.answer(given);

      expect(await outcome).toEqual({ is: "answer", answer: given });
    }
  });

  test("that nobody waits for is dropped", async () => {
    const { live } = await liveWorld();

    expect(() => live.answer(answer("retrieve", "/attributes/a"))).not.toThrow();
  });
});

describe("the timeout", () => {
  test("is told to who waits, also where nobody subscribed", async () => {
    const { send, waiting } = await liveWorld();
    const outcome = send(message(), { timeoutMs: 500 });
    await elapse(499);
    expect(waiting.room.size).toBe(1);

    await elapse(1);

    expect(await outcome).toBe("command.timeout");
    expect(waiting.room.size).toBe(0);
    expect(waiting.replies.isExpected(thingId, "c")).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("tells of answers that were not valid", async () => {
    const { live, signals } = await liveWorld();
    const awaited = {
      labels: ["live-response"],
      timeoutMs: 9,
      isTimed: true,
      responseRequired: true,
      shown: undefined,
    };
    const waiter = {
      id: thingId,
      subject: "nginx:ditto",
      correlationId: "c",
      characters: 1,
      onGone: () => () => undefined,
      onCommitted: () => undefined,
      onFault: () => undefined,
    };
    const outcome = live.send(read, awaited, waiter, signals);
    const told = outcome.catch((error: unknown) => JSON.stringify(error));
    live.answer(reply());

    await elapse(9);

    expect(await told).toContain("discarded");
  });
});

test.each([message(), command("modify", "/attributes/a", 2), event("/attributes/a")])(
  "a $says of which nothing is awaited is accepted at once, and nothing is kept of it",
  async (signal) => {
    const { send, signals, waiting } = await liveWorld();

    expect(await send(signal, nothing)).toEqual({ is: "accepted" });
    expect(signals).toEqual([{ signal, origin: signals, state: expect.objectContaining({ revision: 1 }) }]);
    expect(waiting.room.size).toBe(0);
  },
);

test("who asks for no acknowledgements, but for a response, waits for the answer", async () => {
  const { send, live } = await liveWorld();
  const outcome = send(read, { labels: [] });

  live.answer(answer("retrieve", "/attributes/a", { value: 3 }));

  expect(await outcome).toEqual(answered(3));
});

test("a correlation ID that is waited for is replaced for the receivers, and told to the asker as it was", async () => {
  const { send, live, signals } = await liveWorld();
  const first = send(read);
  const second = send(read);
  const published = signals.map(({ signal }) => signal.headers["correlation-id"] as string);
  expect(new Set(published).size).toBe(2);

  published.forEach((id, value) => {
    live.answer(answer("retrieve", "/attributes/a", { value, headers: { "correlation-id": id } }));
  });

  for (const [value, outcome] of [first, second].entries())
    expect(await outcome).toMatchObject({ answer: { value, headers: { "correlation-id": "c" } } });
});

describe("a wait ends, and holds nothing any more,", () => {
  const isFree = ({ waiting }: LiveWorld) =>
    waiting.room.size === 0 && !waiting.replies.isExpected(thingId, "c") && vi.getTimerCount() === 0;

  test("when its caller is gone", async () => {
    const world = await liveWorld();
    const outcome = world.send(message());
    expect(isFree(world)).toBe(false);

    world.leave();

    expect(await outcome).toEqual({ is: "accepted" });
    expect(isFree(world)).toBe(true);
  });

  test("when the signal is refused", async () => {
    const world = await liveWorld();

    expect(await world.send(message({ auth: user }))).toBe("messages:send.notallowed");
    expect(isFree(world)).toBe(true);
  });

  test("when the server stops", async () => {
    const world = await liveWorld();
    const outcome = world.send(message());

    world.waiting.deadlines.close();

    expect(await outcome).toBe("command.timeout");
    expect(isFree(world)).toBe(true);
  });
});

test("no more wait than there is room for, and those that do not wait are sent", async () => {
  const { send, signals, leave } = await liveWorld({ seats: 1 });
  const first = send(message());

  expect(await send(message())).toBe("too.many.requests");
  expect(await send(message(), nothing)).toEqual({ is: "accepted" });
  expect(signals).toHaveLength(2);
  leave();
  expect(await first).toEqual({ is: "accepted" });
});

describe("with acknowledgements that were requested", () => {
  const labels = ["live-response", "my-ack"];
  const statuses = (outcome: unknown) =>
    Object.fromEntries(
      (outcome as { acks: readonly Ack[] }).acks.map(({ label, status }) => [label, status]),
    );
  const mine: Ack = { label: "my-ack", status: 204, headers: {} };

  test("the answer is one of them", async () => {
    const { send, live, waiting } = await liveWorld();
    const outcome = send(message(), { labels });

    live.answer(reply({ status: 201 }));
    waiting.replies.ack(thingId, "c", mine);

    expect(await outcome).toEqual({
      is: "acks",
      acks: [expect.objectContaining({ label: "live-response", status: 201, payload: "pong" }), mine],
    });
  });

  test("those that are missing have timed out, the answer too", async () => {
    const { send, live, waiting } = await liveWorld();
    const withoutAck = send(message(), { labels });
    live.answer(reply());
    await elapse(1000);
    const withoutAnswer = send(message(), { labels });
    waiting.replies.ack(thingId, "c", mine);
    await elapse(1000);

    expect(statuses(await withoutAck)).toEqual({ "live-response": 200, "my-ack": 408 });
    expect(statuses(await withoutAnswer)).toEqual({ "live-response": 408, "my-ack": 204 });
  });

  test("an error counts as the answer, with the status that it says", async () => {
    const { send, live } = await liveWorld();
    const outcome = send(read, { labels });

    live.answer(refusal);
    await elapse(1000);

    expect(statuses(await outcome)).toEqual({ "live-response": 418, "my-ack": 408 });
  });

  test("they may be all that is awaited", async () => {
    const { send, waiting } = await liveWorld();
    const outcome = send(message(), { labels: ["my-ack"], responseRequired: false });

    waiting.replies.ack(thingId, "c", mine);

    expect(await outcome).toEqual({ is: "accepted" });
  });
});
