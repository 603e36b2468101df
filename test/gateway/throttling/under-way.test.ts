import assert from "node:assert/strict";
import { test } from "vitest";
import { UnderWay } from "../../../src/gateway/throttling/under-way.ts";

/** Some that are received, by name; tells who was given up. */
function receiving(max: number) {
  const shed: string[] = [];
  let told = 0;
  const underWay = new UnderWay(max, () => told++);
  const begin = (name: string) => underWay.begin(() => shed.push(name));
  return { underWay, begin, shed, told: () => told };
}

test("what began first is given up where too much is under way, and only as much as needed", () => {
  const { underWay, begin, shed, told } = receiving(10_000);
  const [first, second, third] = [begin("first"), begin("second"), begin("third")];
  first.grow(4_000);
  second.grow(4_000);
  third.grow(4_000);

  assert.deepEqual(shed, ["first"]);
  assert.equal(told(), 1);
  assert.ok(underWay.bytes < 10_000);
  first.grow(9_000);
  assert.deepEqual(shed, ["first"], "what was given up is not counted any more");
});

test("what is complete counts no more", () => {
  const { underWay, begin, shed } = receiving(10_000);
  for (let i = 0; i < 100; i++) {
    const one = begin(String(i));
    one.grow(9_000);
    one.end();
    one.end();
  }
  assert.deepEqual(shed, []);
  assert.equal(underWay.bytes, 0);
});

test("pieces of a byte count as what they take in memory", () => {
  const { begin, shed } = receiving(100_000);
  const crumbs = begin("crumbs");
  for (let i = 0; i < 1_000; i++) crumbs.grow(1);
  assert.deepEqual(shed, ["crumbs"]);
});
