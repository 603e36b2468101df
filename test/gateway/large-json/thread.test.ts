import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import type { LargeBody } from "../../../src/gateway/large-json/messages.ts";
import { LargeJsonThread } from "../../../src/gateway/large-json/thread.ts";
import { KEYS, ofKeys } from "./large.ts";

const bounds = { questions: 20, bytes: 20_000_000, bytesEach: 20_000_000 };
const body = (json: string): LargeBody => ({
  is: "body",
  bytes: new TextEncoder().encode(json),
  most: 10_000_000,
});

/** What becomes of each: the length of its text, or the code of its refusal. */
const outcomes = async (all: readonly Promise<{ readonly text: string }>[]) =>
  (await Promise.allSettled(all)).map((outcome) => {
    if (outcome.status === "fulfilled") return outcome.value.text.length;
    const { reason } = outcome;
    return reason instanceof TwinError ? `${reason.status} ${reason.code}` : (reason as Error).message;
  });

test("the event loop goes on while ten bodies of 70,000 keys are judged, in their order", async () => {
  const thread = new LargeJsonThread(bounds);
  const large = ofKeys(KEYS);
  let isOver = false;
  let turns = 0;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  const order: number[] = [];
  const judged = Array.from({ length: 10 }, (_, i) =>
    thread.judge(body(large), "somebody").then((answer) => {
      order.push(i);
      return answer;
    }),
  );
  setImmediate(turn);
  const lengths = await outcomes(judged);
  isOver = true;

  assert.deepEqual(lengths, Array(10).fill(large.length));
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.ok(turns > 100, `${turns} turns: one of each body if it were judged here`);
});

test("a refusal comes back as it was made", async () => {
  const refusal = await new LargeJsonThread(bounds)
    .judge(body('{"":1}'), "somebody")
    .catch((error: unknown) => error);

  assert.ok(refusal instanceof TwinError);
  assert.deepEqual(refusal.toJSON(), {
    status: 400,
    error: "json.invalid",
    message: "The JSON could not be read.",
    description: "A JSON key must not be empty.",
  });
});

test("bytes that share their memory with others are left to them", async () => {
  const shared = Buffer.from(new ArrayBuffer(20));
  shared.write("{ } [1, 2]");

  const { text } = await new LargeJsonThread(bounds).judge(
    { ...body(""), bytes: shared.subarray(4, 10) },
    "somebody",
  );

  assert.equal(text, "[1,2]");
  assert.equal(shared.toString("latin1", 0, 10), "{ } [1, 2]");
});

test("what is too much to wait is refused with 503, and what waits goes on", async () => {
  const few = new LargeJsonThread({ questions: 2, bytes: 1_000, bytesEach: 1_000 });
  const three = [
    few.judge(body("[1]"), "somebody"),
    few.judge(body("[12]"), "somebody"),
    few.judge(body("[123]"), "somebody"),
  ];
  assert.deepEqual(await outcomes(three), [3, 4, "503 gateway:service.unavailable"]);

  const small = new LargeJsonThread({ questions: 9, bytes: 1_000, bytesEach: 1_000 });
  const text = `"${"x".repeat(698)}"`;
  assert.deepEqual(
    await outcomes([
      small.judge(body(text), "somebody"),
      small.judge(body(text), "somebody"),
      small.judge(body("1"), "somebody"),
    ]),
    [700, "503 gateway:service.unavailable", 1],
  );
  assert.deepEqual(await outcomes([small.judge(body(text), "somebody")]), [700], "there is room again");
});

test("who has much waiting is refused more, and others are not", async () => {
  const thread = new LargeJsonThread({ questions: 9, bytes: 10_000, bytesEach: 1_000 });
  const asked = [
    thread.judge(body(`"${"x".repeat(2_998)}"`), "one"),
    thread.judge(body("1"), "one"),
    thread.judge(body(`"${"x".repeat(698)}"`), "another"),
    thread.judge(body("[1, 2]"), "another"),
  ];
  assert.deepEqual(await outcomes(asked), [3_000, "503 gateway:service.unavailable", 700, 5]);
  assert.deepEqual(await outcomes([thread.judge(body("1"), "one")]), [1], "there is room again");
});

test("the death of the thread refuses what waits, and the next body begins anew", async () => {
  const threads: Worker[] = [];
  const thread = new LargeJsonThread(bounds, () => {
    const worker = new Worker(new URL("../../../src/gateway/large-json/worker.ts", import.meta.url));
    threads.push(worker);
    return worker;
  });
  const large = ofKeys(KEYS);
  const lost = outcomes([1, 2, 3].map(() => thread.judge(body(large), "somebody")));
  await threads[0]?.terminate();
  const [atWork, ...behind] = await lost;
  assert.match(String(atWork), /^the thread ended/);
  assert.deepEqual(behind, ["503 gateway:service.unavailable", "503 gateway:service.unavailable"]);

  const more = Array.from({ length: bounds.questions }, () => thread.judge(body("[1]"), "somebody"));
  assert.deepEqual(await outcomes(more), Array(bounds.questions).fill(3), "what was lost takes no room");
  assert.equal(threads.length, 2);
});

test("the thread does not keep its process alive", async () => {
  const url = new URL("../../../src/gateway/large-json/thread.ts", import.meta.url);
  const script = `import("${url}").then(async ({ largeJson }) => {
    const held = setInterval(() => undefined, 1_000);
    await largeJson.judge({ is: "body", bytes: Buffer.from("1"), most: 9 }, "somebody");
    clearInterval(held);
  })`;
  const child = spawn(process.execPath, ["-e", script], { timeout: 20_000 });

  assert.deepEqual(await once(child, "exit"), [0, null]);
});
