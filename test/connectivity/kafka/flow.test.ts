// Messages of one partition between the broker and their settlement, without either.

import { createRecordsBatch } from "@platformatic/kafka";
import { expect, test, vi } from "vitest";
import { Effort } from "../../../src/connectivity/connectors/kafka/effort.ts";
import { Flow } from "../../../src/connectivity/connectors/kafka/flow.ts";
import { HandingOver } from "../../../src/connectivity/connectors/kafka/handing-over.ts";
import { Lane } from "../../../src/connectivity/connectors/kafka/lane.ts";
import type { ReceivedRecord } from "../../../src/connectivity/connectors/kafka/record.ts";
import { Room } from "../../../src/connectivity/connectors/kafka/room.ts";
import { splitBatches } from "../../../src/connectivity/connectors/kafka/split.ts";
import { quickSettings } from "./world.ts";

const MIB = 1024 ** 2;
const outlived = { "creation-time": "1", ttl: "1" };

interface Given {
  readonly value: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}
const expired = (bytes: number): Given => ({ value: Buffer.alloc(bytes), headers: outlived });

/** A batch at offset 0. */
function batchOf(records: readonly Given[], compression: "none" | "zstd"): Buffer {
  const messages = records.map(({ value, headers = {} }) => ({
    topic: "t",
    value: Buffer.from(value),
    headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  }));
  return Buffer.from(
    createRecordsBatch(messages, { compression, producerId: -1n, producerEpoch: -1 }).buffer,
  );
}

/** The same batch so many times, one behind the other. */
function repeated(batch: Buffer, recordCount: number, times: number): Buffer {
  const batches = Array.from({ length: times }, (_, index) => {
    const copy = Buffer.from(batch);
    copy.writeBigInt64BE(BigInt(index * recordCount), 0);
    return copy;
  });
  return Buffer.concat(batches);
}

function flowing(bytes: Buffer) {
  const freed = vi.fn();
  const nothing = () => undefined;
  const flow = new Flow(
    {
      lane: new Lane(0, "t", true, undefined),
      partition: 0,
      restartBackOff: quickSettings.restartBackOff,
      room: new Room(freed),
      skipsCorrupt: false,
      ...{ settled: nothing, ready: nothing, corrupt: nothing, mended: nothing },
    },
    0,
    0,
  );
  flow.fetched(0, splitBatches(bytes, 0, Number.MAX_SAFE_INTEGER));
  const next = () => flow.next(Date.now(), new Effort());
  return { flow, freed, next };
}

/** What comes until there is nothing for now, however often it has to be asked for. */
function rest(next: () => ReceivedRecord | undefined): ReceivedRecord[] {
  const records: ReceivedRecord[] = [];
  for (let misses = 0; misses < 10; ) {
    const record = next();
    if (record === undefined) misses++;
    else records.push(record);
  }
  return records;
}

const textOf = (record: ReceivedRecord | undefined) => record?.payload?.text();

test("memory of a decompressed batch counts as taken until its messages are settled", () => {
  const batch = batchOf([{ value: "small" }, expired(2 * MIB)], "zstd");
  const { freed, next } = flowing(repeated(batch, 2, 40));
  const first = rest(next);
  expect(first.map(textOf)).toEqual(Array(32).fill("small"));
  expect(freed).not.toHaveBeenCalled();

  for (const record of first) record.settle("accept");
  expect(freed).toHaveBeenCalledOnce();
  expect(rest(next)).toHaveLength(8);
});

test("such memory is free again as well where nothing of the batch was wanted, or its messages are forgotten", () => {
  const unwanted = flowing(repeated(batchOf([expired(8 * MIB)], "zstd"), 1, 9));
  expect(rest(unwanted.next)).toEqual([]);
  expect(unwanted.flow.hasWaiting).toBe(false);

  const { flow, next, freed } = flowing(repeated(batchOf([{ value: Buffer.alloc(16 * MIB) }], "zstd"), 1, 5));
  const held = rest(next);
  expect(held).toHaveLength(4);
  flow.close();
  held[0]?.settle("accept");
  expect(freed).toHaveBeenCalledOnce();
});

test("expired messages are passed over a bounded number at a time", () => {
  const { flow, next } = flowing(batchOf([...Array(20_000).fill(expired(1)), { value: "wanted" }], "none"));
  expect(next()).toBeUndefined();
  expect(flow.hasWaiting).toBe(true);
  const asked = Array.from({ length: 10 }, next).map(textOf);
  expect(asked).toContain("wanted");
});

test("between batches that expand to much, other work gets its turn, until what is wanted comes", async () => {
  const none = repeated(batchOf([expired(4 * MIB)], "zstd"), 1, 20);
  const last = batchOf([{ value: "wanted" }], "none");
  last.writeBigInt64BE(20n, 0);
  const { flow } = flowing(Buffer.concat([none, last]));
  const received: (string | undefined)[] = [];
  let slices = 0;
  const handing = new HandingOver({
    flows: () => [flow],
    isOpen: () => true,
    received: (_, message) => received.push(textOf(message)) > 0,
    throttled: () => undefined,
    after: () => slices++,
  });
  handing.start();
  await vi.waitFor(() => expect(received).toEqual(["wanted"]));
  handing.stop();
  expect(slices).toBeGreaterThan(5);
});

test("where the broker has no more from there on, what was fetched before is handed over first", () => {
  const { flow, next } = flowing(batchOf([{ value: "a" }, { value: "b" }], "none"));
  const first = next();
  flow.moveTo(500);
  expect([flow.isHungry, flow.fetchOffset]).toEqual([false, 2]);
  const second = next();
  expect([first, second].map(textOf)).toEqual(["a", "b"]);
  expect(next()).toBeUndefined();
  expect([flow.isHungry, flow.fetchOffset]).toEqual([true, 500]);

  expect(flow.takeCommittable()).toBeUndefined();
  first?.settle("accept");
  expect(flow.takeCommittable()).toBe(1);
  second?.settle("accept");
  expect(flow.takeCommittable()).toBe(500);
});
