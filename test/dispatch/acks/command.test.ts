import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { invalidJson } from "../../../src/base/json/errors.ts";
import type { Ack } from "../../../src/dispatch/acks/ack.ts";
import { awaitedOverHttp, awaitsOthers } from "../../../src/dispatch/acks/awaited.ts";
import { Deadlines } from "../../../src/dispatch/acks/deadlines.ts";
import { acksOf, responseOf, type WhenIndexed } from "../../../src/dispatch/acks/outcome.ts";
import { repliesRegistry } from "../../../src/dispatch/acks/replies-registry.ts";
import { WaitingRoom } from "../../../src/dispatch/acks/waiting-room.ts";
import type { Reply } from "../../../src/signals/reply.ts";
import type { DittoHeaders } from "../../../src/signals/signal.ts";
import { neverIndexed } from "../../support/waiting.ts";
import { command } from "./asked.ts";

describe("a command", () => {
  let deadlines: Deadlines;
  let room: WaitingRoom;
  let replies: ReturnType<typeof repliesRegistry>;
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  beforeEach(() => {
    vi.useFakeTimers();
    faults.length = 0;
    deadlines = new Deadlines();
    replies = repliesRegistry();
    room = new WaitingRoom({ commands: 3, characters: 1_000 }, { commands: 2, characters: 700 });
  });
  afterEach(() => {
    expect(deadlines.size).toBe(0);
    expect(room.size).toBe(0);
    expect(replies.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  /** What has become of an outcome by now. */
  const soFar = async (outcome: Promise<unknown>): Promise<unknown> => {
    let now: unknown = "waits";
    outcome.then(
      (value) => {
        now = value;
      },
      (error: { code?: string }) => {
        now = error.code ?? error;
      },
    );
    await vi.advanceTimersByTimeAsync(0);
    return now;
  };
  const elapse = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  const start = (
    headers: DittoHeaders,
    { subject = "nginx:ditto", characters = 10, whenIndexed = neverIndexed } = {},
  ) => {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const awaited = awaitedOverHttp(command(headers));
    const waiting = { deadlines, room, replies, refusalMs: 3000, whenIndexed };
    const gone = new Set<() => void>();
    let correlationId = "none";
    const run = vi.fn((given?: string) => {
      correlationId = given ?? "none";
      return promise;
    });
    const onGone = (callback: () => void) => {
      gone.add(callback);
      return () => gone.delete(callback);
    };
    const onCommitted = vi.fn();
    const waiter = {
      id: "org.acme:t",
      subject,
      correlationId: "c",
      characters,
      onGone,
      onCommitted,
      onFault,
    };
    const ackOf = ({ status }: Reply) => ({ label: "twin-persisted", status, headers: {} });
    const outcome: Promise<unknown> = awaitsOthers(awaited)
      ? acksOf(awaited, run, ackOf, waiter, waiting)
      : responseOf(awaited, run, waiting, onFault);
    outcome.catch(() => undefined); // it may be looked at later
    return {
      outcome,
      run,
      onCommitted,
      gone,
      reply: (revision?: number) => resolve({ status: 204, ...(revision !== undefined && { revision }) }),
      refuse: reject,
      acknowledge: (label: string, status = 200, characters = 0) =>
        replies.ack("org.acme:t", correlationId, { label, status, headers: {} }, characters),
      leave: () => {
        for (const callback of gone) callback();
      },
    };
  };
  const refusal = invalidJson("because");
  const labelled = (outcome: unknown): Record<string, number> =>
    Object.fromEntries((outcome as Ack[]).map(({ label, status }) => [label, status]));

  test("with nothing said is answered with its reply, and needs no timer", async () => {
    const { outcome, reply } = start({});
    expect(deadlines.size).toBe(0);
    await elapse(120_000);
    expect(await soFar(outcome)).toBe("waits");

    reply();

    expect(await soFar(outcome)).toEqual({ status: 204 });
  });

  test("is refused as it is, whatever was requested", async () => {
    for (const headers of [{}, { timeout: "5" }, { "requested-acks": ["my-ack"] }, { timeout: "0" }]) {
      const { outcome, refuse } = start(headers);
      refuse(refusal);
      expect(await soFar(outcome)).toBe("json.invalid");
    }
  });

  test("that is answered too late is told so, and its end is nobody's business any more", async () => {
    const first = start({ timeout: "2s" });
    const second = start({ timeout: "2s", "requested-acks": ["twin-persisted"], "response-required": false });
    await elapse(1999);
    expect(await soFar(first.outcome)).toBe("waits");
    await elapse(1);

    expect(await soFar(first.outcome)).toBe("command.timeout");
    expect(await soFar(second.outcome)).toBe("command.timeout");
    first.refuse(refusal);
    second.refuse(new Error("a fault"));
    await elapse(0);
    expect(faults).toEqual([new Error("a fault")]);
  });

  test("that nobody waits for is accepted as soon as it is committed, or not refused for a while", async () => {
    const quick = start({ timeout: "0" });
    expect(await soFar(quick.outcome)).toBe("waits");
    quick.reply();
    expect(await soFar(quick.outcome)).toBe("accepted");

    const slow = start({ "response-required": false });
    await elapse(3000);
    expect(await soFar(slow.outcome)).toBe("accepted");
    slow.reply();
  });

  test("is answered with all acknowledgements as soon as they are there", async () => {
    const { outcome, reply, acknowledge } = start({
      "requested-acks": ["my-ack", "twin-persisted", "other"],
    });
    acknowledge("other", 400);
    acknowledge("other", 200);
    acknowledge("stranger");
    reply();
    expect(await soFar(outcome)).toBe("waits");

    acknowledge("my-ack", 202);

    expect(labelled(await soFar(outcome))).toEqual({ "my-ack": 202, "twin-persisted": 204, other: 400 });
  });

  test("is answered with those that came in time, and nothing changes that later", async () => {
    const { outcome, reply, acknowledge } = start({
      "requested-acks": ["twin-persisted", "my-ack"],
      timeout: "100ms",
    });
    acknowledge("my-ack");
    await elapse(100);
    reply();

    expect(labelled(await soFar(outcome))).toEqual({ "twin-persisted": 408, "my-ack": 200 });
    const late = start({ "requested-acks": ["my-ack"], timeout: "100ms" });
    await elapse(100);
    late.refuse(new Error("a fault"));
    expect(labelled(await soFar(late.outcome))).toEqual({ "my-ack": 408 });
    expect(faults).toEqual([new Error("a fault")]);
  });

  test("without a response is accepted when all succeed, and told only the status when not", async () => {
    const headers = { "requested-acks": ["my-ack", "other"], "response-required": false };
    const good = start(headers);
    good.acknowledge("my-ack");
    good.acknowledge("other");
    expect(await soFar(good.outcome)).toBe("accepted");

    const bad = start(headers);
    bad.acknowledge("my-ack");
    bad.acknowledge("other", 503);
    expect(await soFar(bad.outcome)).toEqual([
      { label: "my-ack", status: 200, headers: { "response-required": false } },
      { label: "other", status: 503, headers: { "response-required": false } },
    ]);
  });

  test("is told to others by a correlation ID of its own where another waits for replies to the same", async () => {
    const headers = { "requested-acks": ["my-ack"] };
    const [first, second] = [start(headers), start(headers, { subject: "b" })];
    await elapse(0);
    expect(first.run).toHaveBeenCalledWith("c");
    expect(second.run).toHaveBeenCalledWith("c#0");

    second.acknowledge("my-ack", 202);
    expect(await soFar(first.outcome)).toBe("waits");
    expect(labelled(await soFar(second.outcome))).toEqual({ "my-ack": 202 });

    first.acknowledge("my-ack", 203);
    expect(labelled(await soFar(first.outcome))).toEqual({ "my-ack": 203 });
    const third = start(headers);
    await elapse(0);
    expect(third.run).toHaveBeenCalledWith("c");
    third.acknowledge("my-ack");
  });

  test("keeps no more of what others say than there is room for", async () => {
    const { outcome, acknowledge } = start({ "requested-acks": ["my-ack", "other", "third"] });
    acknowledge("my-ack", 200, 350);
    acknowledge("my-ack", 200, 350); // the same again takes no room
    acknowledge("other", 200, 100);
    acknowledge("third", 200, 20);

    const acks = (await soFar(outcome)) as Ack[];
    expect(labelled(acks)).toEqual({ "my-ack": 200, other: 429, third: 200 });
    expect(acks[1]?.payload).toMatchObject({ error: "too.many.requests" });
  });

  test("may be let go of once it is committed, though others are still waited for", async () => {
    const { outcome, onCommitted, reply, acknowledge } = start({
      "requested-acks": ["twin-persisted", "my-ack"],
    });
    await elapse(0);
    expect(onCommitted).not.toHaveBeenCalled();

    reply();

    expect(await soFar(outcome)).toBe("waits");
    expect(onCommitted).toHaveBeenCalledOnce();
    acknowledge("my-ack");
  });

  test("waits for nobody when its sender is gone, and makes room for others", async () => {
    const headers = { "requested-acks": ["twin-persisted", "my-ack"] };
    const [committed, running, failing] = [start(headers), start(headers), start(headers, { subject: "b" })];
    committed.reply();
    await elapse(0);

    for (const { leave } of [committed, running, failing]) leave();

    expect(room.size).toBe(0);
    running.reply();
    failing.refuse(new Error("a fault"));
    for (const { outcome } of [committed, running, failing]) expect(await soFar(outcome)).toBe("accepted");
    expect(faults).toEqual([new Error("a fault")]);
  });

  test("whose sender is gone already does not wait at all", async () => {
    const awaited = awaitedOverHttp(command({ "requested-acks": ["my-ack"] }));
    const onGone = (callback: () => void) => {
      callback();
      return () => undefined;
    };
    const sender = { id: "org.acme:t", subject: "a", correlationId: "c", characters: 0 };
    const waiter = { ...sender, onGone, onCommitted: vi.fn(), onFault };
    const run = vi.fn(async () => ({ status: 204 }));
    const ackOf = () => ({ label: "twin-persisted", status: 204, headers: {} });
    const waiting = { deadlines, room, replies, refusalMs: 3000, whenIndexed: neverIndexed };

    expect(await acksOf(awaited, run, ackOf, waiter, waiting)).toBe("accepted");
    expect(run).toHaveBeenCalledOnce();
  });

  test("that awaits the index asks about its revision once it is committed, and only then", async () => {
    const whenIndexed = vi.fn();
    const { outcome, reply } = start(
      { "requested-acks": ["twin-persisted", "search-persisted"] },
      { whenIndexed },
    );
    expect(await soFar(outcome)).toBe("waits");
    expect(whenIndexed).not.toHaveBeenCalled();

    reply(7);

    expect(await soFar(outcome)).toBe("waits");
    expect(whenIndexed).toHaveBeenCalledWith("org.acme:t", 7, expect.any(Function));
    whenIndexed.mock.calls[0]?.[2]();
    expect(await outcome).toMatchObject([{ status: 204 }, { label: "search-persisted", status: 204 }]);
  });

  test("is told why it cannot be found", async () => {
    const whenIndexed: WhenIndexed = (_id, _revision, told) => told(new Error("the index is gone"));
    const { outcome, reply } = start({ "requested-acks": ["search-persisted"] }, { whenIndexed });

    reply(1);

    const payload = { status: 503, error: "gateway:service.unavailable" };
    expect(await outcome).toMatchObject([{ label: "search-persisted", status: 503, payload }]);
  });

  test("that does not await the index leaves it alone", async () => {
    const whenIndexed = vi.fn();
    const { outcome, reply, acknowledge } = start(acks, { whenIndexed });

    reply(1);
    acknowledge("my-ack");

    await outcome;
    expect(whenIndexed).not.toHaveBeenCalled();
  });

  test("forgets its sender when it is answered", async () => {
    const { outcome, gone, acknowledge } = start({ "requested-acks": ["my-ack"] });
    expect(gone.size).toBe(1);

    acknowledge("my-ack");

    await outcome;
    expect(gone.size).toBe(0);
  });

  const acks = { "requested-acks": ["my-ack"] };
  const refusedAtOnce = async (headers: DittoHeaders, how?: Parameters<typeof start>[1]) => {
    const { outcome, run } = start(headers, how);
    expect(await soFar(outcome)).toBe("too.many.requests");
    expect(run).not.toHaveBeenCalled();
  };

  test("is not run when too many of its subject wait, or too many of all", async () => {
    const own = [start(acks), start(acks)];
    await refusedAtOnce(acks);
    const other = start(acks, { subject: "b" });

    await refusedAtOnce(acks, { subject: "b" });
    await refusedAtOnce(acks, { subject: "c" });

    for (const { acknowledge } of own) acknowledge("my-ack");
    other.acknowledge("my-ack");
    const again = start(acks);
    expect(await soFar(again.outcome)).toBe("waits");
    again.acknowledge("my-ack");
  });

  test("is not run when what waits is too large, labels included", async () => {
    await refusedAtOnce(acks, { characters: 601 });
    await refusedAtOnce({ "requested-acks": Array.from({ length: 8 }, (_, i) => `label-${i}`) });
    const [large, small] = [start(acks, { characters: 600 }), start(acks, { subject: "b", characters: 200 })];
    await refusedAtOnce(acks, { subject: "b" });

    large.acknowledge("my-ack");
    small.acknowledge("my-ack");
  });

  test("that needs no acknowledgement is never refused for lack of room", async () => {
    const waiting = [start(acks), start(acks), start(acks, { subject: "b" })];
    const plain = [
      start({}),
      start({ timeout: "1s" }),
      start({ timeout: "0" }),
      start({ "response-required": false }),
    ];

    for (const { reply } of plain) reply();

    expect(await Promise.all(plain.map(({ outcome }) => soFar(outcome)))).toEqual([
      { status: 204 },
      { status: 204 },
      "accepted",
      "accepted",
    ]);
    for (const { acknowledge } of waiting) acknowledge("my-ack");
  });

  test("keeps a stopping server waiting for its response only", async () => {
    const headers = { "requested-acks": ["twin-persisted", "my-ack"] };
    const [plain, running, committed] = [start({ timeout: "10s" }), start(headers), start(headers)];
    committed.reply();
    await elapse(0);

    deadlines.close();

    expect(labelled(await soFar(committed.outcome))).toEqual({ "twin-persisted": 204, "my-ack": 408 });
    const later = start(headers);
    for (const { outcome } of [plain, running, later]) expect(await soFar(outcome)).toBe("waits");
    for (const { reply } of [plain, running, later]) reply();
    expect(await soFar(plain.outcome)).toEqual({ status: 204 });
    for (const { outcome } of [running, later])
      expect(labelled(await soFar(outcome))).toEqual({ "twin-persisted": 204, "my-ack": 408 });
  });
});
