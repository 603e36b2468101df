import { expect, test } from "vitest";
import { BoundedBuffer } from "../../../src/connectivity/monitoring/publishing/buffer.ts";

/** As big as the texts are long. */
function bufferOf(most: number, ...items: string[]): BoundedBuffer<string> {
  const buffer = new BoundedBuffer<string>(most, ({ length }) => length);
  for (const item of items) buffer.add(item);
  return buffer;
}

test("what came first leaves first", () => {
  const buffer = bufferOf(100, "a", "b", "c");

  expect(buffer.take(2)).toEqual(["a", "b"]);
  expect(buffer.take(2)).toEqual(["c"]);
  expect(buffer.take(2)).toEqual([]);
});

test("the oldest make room, as many as have to", () => {
  const buffer = bufferOf(5, "a", "b", "ccc", "dd");

  expect(buffer.take(9)).toEqual(["ccc", "dd"]);
  expect(buffer.dropped).toBe(2);
});

test("what alone is too much is dropped", () => {
  const buffer = bufferOf(5, "a", "bbbbbb");

  expect(buffer.length).toBe(0);
  expect(buffer.dropped).toBe(2);
});

test("what is given back is the oldest again, within the bound", () => {
  const buffer = bufferOf(5, "a", "b", "c");
  const taken = buffer.take(2);
  buffer.add("ddd");

  buffer.putBack(taken);

  expect(buffer.take(9)).toEqual(["b", "c", "ddd"]);
  expect(buffer.dropped).toBe(1);
});

test("a long life leaves nothing behind", () => {
  const buffer = bufferOf(10);
  const seen: string[] = [];
  for (let i = 0; i < 1_000; i++) {
    buffer.add(`${i % 10}`);
    buffer.add(`${i % 10}`);
    seen.push(...buffer.take(2));
  }

  expect(seen).toHaveLength(2_000);
  expect(buffer.length).toBe(0);
  expect(buffer.dropped).toBe(0);
});
