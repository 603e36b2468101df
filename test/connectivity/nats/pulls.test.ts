import { headers, type Msg } from "@nats-io/transport-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pulls } from "../../../src/connectivity/connectors/nats/pulls.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start(maxPayload = 1024) {
  const asked: { batch: number; max_bytes: number }[] = [];
  const failures: Error[] = [];
  const pulls = new Pulls({
    ask: (request) => void asked.push(JSON.parse(request)),
    maxPayload,
    failed: (reason) => void failures.push(reason),
  });
  pulls.start(() => pulls.fill(100, 100));
  pulls.fill(100, 100);
  return { pulls, asked, failures };
}

function status(code: number, text: string, pending?: number): Msg {
  const of = headers(code, text);
  if (pending !== undefined) of.set("Nats-Pending-Messages", `${pending}`);
  return { headers: of } as unknown as Msg;
}

test("more is asked for once half of it has come", () => {
  const { pulls, asked } = start();

  for (let i = 0; i < 50; i++) {
    pulls.fill(100, 100);
    pulls.came();
  }
  pulls.fill(100, 100);

  expect(asked.map(({ batch }) => batch)).toEqual([100, 50]);
});

test("what does not come of a request that is over is asked for again at once", () => {
  const { pulls, asked } = start();

  for (let i = 0; i < 20; i++) pulls.came();
  expect(pulls.status(status(408, "Request Timeout", 80))).toBe(true);
  pulls.fill(100, 100);

  expect(asked.map(({ batch }) => batch)).toEqual([100, 100]);
});

test("a request or its end that is lost is made up for", () => {
  const { asked } = start();

  vi.advanceTimersByTime(10_500);

  expect(asked.map(({ batch }) => batch)).toEqual([100, 100]);
});

test("signs of life of an idle stream keep a request alive", () => {
  const { pulls, asked } = start();

  for (let i = 0; i < 3; i++) {
    vi.advanceTimersByTime(3_000);
    pulls.status(status(100, "Idle Heartbeat"));
  }

  expect(asked).toHaveLength(1);
});

test("a conflict of one request is no reason to ask again before a moment has passed", () => {
  const { pulls, asked } = start();

  expect(pulls.status(status(409, "Leadership Change"))).toBe(false);
  vi.advanceTimersByTime(1_000);

  expect(asked).toHaveLength(2);
});

test.each([
  [409, "Consumer Deleted"],
  [409, "Exceeded MaxRequestBatch of 10"],
  [503, "No Responders"],
])("the end of the consumer is told once: %i %s", (code, text) => {
  const { pulls, asked, failures } = start();

  pulls.status(status(code, text));
  pulls.status(status(code, text));
  vi.advanceTimersByTime(60_000);

  expect(failures).toHaveLength(1);
  expect(asked).toHaveLength(1);
});

test("requests are large enough for the largest message", () => {
  const { asked } = start(64 * 1024 ** 2);

  expect(asked[0]?.max_bytes).toBe(128 * 1024 ** 2);
});
