import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { test } from "vitest";
import { UnderWay } from "../../../src/gateway/throttling/under-way.ts";
import { watchFrames } from "../../../src/gateway/ws/frames.ts";
import { frame } from "../../campaigns/attacks/frames.ts";

function watched(max = Number.POSITIVE_INFINITY) {
  const shed: unknown[] = [];
  const flooded: unknown[] = [];
  const underWay = new UnderWay(max, () => undefined);
  const connection = new PassThrough();
  let longs = 0;
  watchFrames(underWay, {
    shed: (given) => shed.push(given),
    flooded: (given) => flooded.push(given),
    isLong: () => longs++,
  }).call(connection);
  const come = (bytes: Buffer) => connection.emit("data", bytes);
  return { underWay, connection, shed, flooded, longs: () => longs, come };
}

const part = (opcode: number, isLast: boolean, length: number) =>
  frame({ opcode, isLast, payload: Buffer.alloc(length) });

test("whole messages are never under way, however they are cut into frames and pieces", () => {
  const messages = fc.array(fc.array(fc.nat({ max: 70_000 }), { minLength: 1, maxLength: 4 }), {
    maxLength: 5,
  });
  const property = fc.property(messages, fc.array(fc.nat({ max: 40_000 })), (sent, cuts) => {
    const { underWay, come } = watched();
    const bytes = Buffer.concat(
      sent.flatMap((lengths) =>
        lengths.flatMap((length, i) => [
          part(i === 0 ? 1 : 0, i === lengths.length - 1, length),
          part(9, true, length % 100),
        ]),
      ),
    );
    let at = 0;
    for (const cut of [...cuts, bytes.length]) {
      come(bytes.subarray(at, at + cut));
      at += cut;
    }
    assert.equal(underWay.bytes, 0);
  });
  fc.assert(property, { numRuns: 50 });
});

test("a message counts from its first byte to its last, with what else comes meanwhile", () => {
  const { underWay, come } = watched();
  come(part(1, false, 1));
  const begun = underWay.bytes;
  assert.ok(begun > 0);
  come(part(10, true, 100));
  assert.ok(underWay.bytes > begun + 100);
  come(part(0, true, 1));
  assert.equal(underWay.bytes, 0);
});

test("what comes of the next message beside the end of one counts for the next", () => {
  const { underWay, come } = watched();
  come(part(1, false, 50_000));
  come(Buffer.concat([part(0, true, 10), part(1, false, 10)]));
  assert.ok(underWay.bytes > 0 && underWay.bytes < 1_000);
});

test("the connection of a message that is given up is told, and one that is gone counts no more", () => {
  const { underWay, connection, come, shed } = watched(10_000);
  come(part(1, false, 20_000));
  assert.deepEqual(shed, [connection]);
  come(part(0, false, 5_000));
  connection.emit("close");
  assert.equal(underWay.bytes, 0);
});

test("a flood of pings and pongs is told of, a few of them are not", () => {
  const { come, flooded, connection } = watched();
  const pongs = (count: number) => Buffer.concat(Array.from({ length: count }, () => part(10, true, 0)));
  come(pongs(128));
  come(Buffer.concat([part(1, false, 1), pongs(100)]));
  assert.deepEqual(flooded, []);
  come(pongs(129));
  assert.deepEqual(flooded, [connection]);
});

test("the connection of a long message is told with each piece that leaves it unfinished, those of short ones never", () => {
  const { come, longs } = watched();
  for (let i = 0; i < 10; i++) come(part(1, true, 15_000));
  come(Buffer.concat([part(1, true, 60_000), part(1, false, 10)]));
  come(part(0, true, 10));
  assert.equal(longs(), 0, "what was whole in the piece does not count");
  come(Buffer.concat([part(1, true, 60_000), part(1, false, 10_000)]));
  assert.equal(longs(), 0);
  come(part(0, false, 10_000));
  come(part(0, false, 10));
  assert.equal(longs(), 2);
  come(part(0, true, 10_000));
  assert.equal(longs(), 2);
  come(Buffer.concat([part(1, true, 10), part(1, false, 20_000)]));
  assert.equal(longs(), 3);
});
