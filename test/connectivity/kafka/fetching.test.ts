import { type ConnectionPool, kGetApi } from "@platformatic/kafka";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { KafkaConsumer } from "../../../src/connectivity/connectors/kafka/clients.ts";
import { Fetching } from "../../../src/connectivity/connectors/kafka/fetching.ts";
import type { Flow } from "../../../src/connectivity/connectors/kafka/flow.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const NOT_LEADER = 6;
const UNAUTHORIZED = 29;
const NOTHING = Buffer.alloc(0);

/** Two partitions of one topic, of which the second has an error as long as it is said. */
function fetching() {
  const state = { errorCode: 0, asked: 0, refreshed: 0 };
  const failed: unknown[] = [];
  const fetched: number[] = [];
  const consumer = {
    async metadata({ forceUpdate }: { forceUpdate: boolean }) {
      if (forceUpdate) state.refreshed++;
      const partitions = [{ leader: 1 }, { leader: 1 }];
      const brokers = new Map([[1, { host: "broker", port: 9092 }]]);
      return { topics: new Map([["t", { id: "id", partitions }]]), brokers };
    },
    [kGetApi]: (_name: string, callback: (error: null, api: object) => void) =>
      callback(null, { version: 11 }),
  };
  const connection = {
    send(...args: unknown[]) {
      state.asked++;
      const answer = [0, 1].map((partition) => ({
        topic: "t",
        partition,
        errorCode: partition === 1 ? state.errorCode : 0,
        highest: 0,
        records: NOTHING,
      }));
      const callback = args.at(-1) as (error: null, answer: object) => void;
      setTimeout(() => callback(null, { errorCode: 0, partitions: answer }), 50);
    },
  };
  const flows = [0, 1].map((partition) => ({
    topic: "t",
    partition,
    fetchOffset: 0,
    isHungry: true,
    fetched: () => fetched.push(partition),
  }));
  const made = new Fetching({
    consumer: consumer as unknown as KafkaConsumer,
    pool: { get: async () => connection } as unknown as ConnectionPool,
    topics: ["t"],
    limits: { maxWaitMs: 1, maxBytes: 1, maxPartitionBytes: 1 },
    flows: () => flows as unknown as Flow[],
    isOpen: () => failed.length === 0,
    fetched: () => undefined,
    outOfRange: async () => undefined,
    failed: (error) => failed.push(error),
  });
  return { state, failed, fetched, start: () => made.start() };
}

test("a partition whose leader has moved is asked for again, with fresh knowledge, while others go on", async () => {
  const { state, failed, fetched, start } = fetching();
  state.errorCode = NOT_LEADER;
  start();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(failed).toEqual([]);
  expect(fetched.length).toBeGreaterThan(10);
  expect(fetched).not.toContain(1);
  expect(state.refreshed).toBeGreaterThan(5);

  state.errorCode = 0;
  await vi.advanceTimersByTimeAsync(500);
  expect(fetched).toContain(1);
});

test("such trouble is borne for some seconds, not for ever", async () => {
  const { state, failed, start } = fetching();
  state.errorCode = NOT_LEADER;
  start();
  await vi.advanceTimersByTimeAsync(14_000);
  expect(failed).toEqual([]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(failed).toMatchObject([{ apiId: "NOT_LEADER_OR_FOLLOWER" }]);
});

test("trouble that does not pass by itself is told at once", async () => {
  const { state, failed, start } = fetching();
  state.errorCode = UNAUTHORIZED;
  start();
  await vi.advanceTimersByTimeAsync(200);
  expect(failed).toMatchObject([{ apiId: "TOPIC_AUTHORIZATION_FAILED" }]);
});
