import { createRecordsBatch } from "@platformatic/kafka";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Corrupt } from "../../../src/connectivity/connectors/kafka/corrupt.ts";
import type { RecordBatch } from "../../../src/connectivity/connectors/kafka/record-batch.ts";
import { splitBatches } from "../../../src/connectivity/connectors/kafka/split.ts";

function batch(first: number, texts: readonly string[]): Buffer {
  const messages = texts.map((text, index) => ({
    topic: "t",
    key: Buffer.from("k"),
    value: Buffer.from(text),
    headers: new Map([[Buffer.from("h"), Buffer.from(text)]]),
    timestamp: 1_700_000_000_000n + BigInt(index),
  }));
  const bytes = Buffer.from(
    createRecordsBatch(messages, { compression: "none", producerId: -1n, producerEpoch: -1 }).buffer,
  );
  bytes.writeBigInt64BE(BigInt(first), 0);
  return bytes;
}

const recordsOf = (one: RecordBatch) => {
  const records = one.open();
  return Array.from({ length: 10 }, () => records.next()).filter((record) => record !== undefined);
};
const textsOf = (batches: readonly RecordBatch[]) =>
  batches.flatMap((one) => recordsOf(one).map(({ offset, value }) => `${offset} ${value}`));

test("records come with all that they have, at their offsets", () => {
  const { batches, fault } = splitBatches(Buffer.concat([batch(7, ["a", "b"]), batch(9, ["c"])]), 7, 10);
  expect(fault).toBeUndefined();
  expect(textsOf(batches)).toEqual(["7 a", "8 b", "9 c"]);
  expect(recordsOf(batches[0] as RecordBatch)[1]).toEqual({
    offset: 8,
    timestamp: 1_700_000_000_001,
    key: Buffer.from("k"),
    value: Buffer.from("b"),
    headers: [[Buffer.from("h"), Buffer.from("b")]],
  });
});

test("a batch that is cut off behind others is left for the next fetch, and one that is all there is, is corrupt", () => {
  const [first, second] = [batch(0, ["a"]), batch(1, ["b"])];
  for (let length = 0; length < second.length; length++) {
    const { batches, fault } = splitBatches(Buffer.concat([first, second.subarray(0, length)]), 0, 2);
    expect([textsOf(batches), fault]).toEqual([["0 a"], undefined]);
  }
  expect(splitBatches(first.subarray(0, 40), 0, 1).fault).toMatchObject({ offset: 0, next: 1 });
});

test("a batch with a wrong checksum is named, with those before it taken and the one behind it told", () => {
  const bad = batch(3, ["b", "c"]);
  bad[bad.length - 1] = (bad.at(-1) as number) ^ 1;
  const bytes = Buffer.concat([batch(0, ["a"]), bad, batch(8, ["d"])]);
  const { batches, fault } = splitBatches(bytes, 0, 9);
  expect(textsOf(batches)).toEqual(["0 a"]);
  expect(fault).toEqual({ offset: 1, next: 8, reason: "its checksum is wrong" });
});

test("behind a corrupt batch that is the last one it goes on where that says to end, if that can be", () => {
  const bad = batch(3, ["b", "c"]);
  bad[20] = (bad[20] as number) ^ 1;
  expect(splitBatches(bad, 3, 5).fault).toMatchObject({ offset: 3, next: 5 });
  expect(splitBatches(bad, 3, 4).fault).toMatchObject({ offset: 3, next: 4 });
});

test("a former format is corrupt, and told as such", () => {
  const old = batch(0, ["a"]);
  old[16] = 1;
  expect(splitBatches(old, 0, 1).fault).toMatchObject({ reason: "its format (1) is unknown" });
});

test("what was before the offset that was asked for does not count", () => {
  const bytes = Buffer.concat([batch(0, ["a"]), batch(1, ["b"])]);
  expect(textsOf(splitBatches(bytes, 1, 2).batches)).toEqual(["1 b"]);
});

test("whatever bytes a broker sends, it ends soon, with records or with what is wrong", () => {
  const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
  const bytes = batch(0, ["one", "two", "three"]);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.boolean(), (changes, isChecked) => {
      const changed = Buffer.from(bytes);
      for (const [place, value] of changes) changed[place % changed.length] = value;
      if (isChecked) correctChecksum(changed);
      const { batches, fault } = splitBatches(changed, 0, 3);
      if (fault) expect(fault.next).toBeGreaterThan(fault.offset);
      expect(outcomeOf(batches)).toMatch(/records|corrupt/);
    }),
    { numRuns: 2_000 },
  );
});

test("very many records that are claimed cost nothing until they are there", () => {
  const bytes = batch(0, ["a"]);
  bytes.writeInt32BE(2 ** 31 - 1, 57);
  bytes.writeInt32BE(2 ** 31 - 2, 23);
  correctChecksum(bytes);
  const { batches } = splitBatches(bytes, 0, 1);
  const records = batches[0]?.open();
  expect(records?.next()?.value?.toString()).toBe("a");
  expect(() => records?.next()).toThrow(Corrupt);
});

function outcomeOf(batches: readonly RecordBatch[]): string {
  try {
    for (const one of batches) {
      const records = one.open();
      while (records.next() !== undefined);
    }
    return "records";
  } catch (error) {
    if (error instanceof Corrupt) return "corrupt";
    throw error;
  }
}

function correctChecksum(bytes: Buffer): void {
  bytes.writeUInt32BE(checksum(bytes.subarray(21)), 17);
}

/** CRC-32C, bit by bit. */
function checksum(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
