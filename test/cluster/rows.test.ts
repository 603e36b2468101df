// Frames and their rows: what is printed is read, what is missing is noticed.

import fc from "fast-check";
import { expect, test } from "vitest";
import { answered, asked, type Frame, lost, parseFrame, printFrame, told } from "../../src/cluster/frames.ts";
import { Incoming } from "../../src/cluster/incoming.ts";

const payloads = fc.jsonValue().map((value) => JSON.stringify(value));
const topics = fc.stringMatching(/^[a-z.]{1,12}$/);
const numbers = fc.nat();

test("what is said is read as it was said", () => {
  const item = fc.oneof(
    fc.tuple(topics, payloads).map(([topic, payload]) => ({
      line: told(topic, payload),
      item: { kind: "T", topic, payload },
    })),
    fc.tuple(numbers, topics, payloads).map(([number, topic, payload]) => ({
      line: asked(number, topic, payload),
      item: { kind: "Q", number, topic, payload },
    })),
    fc.tuple(fc.constantFrom("A", "E", "O", "N"), numbers, payloads).map(([kind, number, payload]) => ({
      line: answered(kind, number, payload),
      item: { kind, number, payload },
    })),
    fc.tuple(numbers, numbers, numbers).map(([row, first, last]) => ({
      line: lost(row, first, last),
      item: { kind: "L", row, first, last },
    })),
  );
  fc.assert(
    fc.property(fc.array(item), numbers, numbers, (said, row, place) => {
      const head = { from: "a-1", row, place, at: 12 };
      const text = printFrame(
        head,
        said.map(({ line }) => line),
      );
      expect(parseFrame(text)).toEqual({ ...head, items: said.map((one) => one.item) });
    }),
  );
});

test.each(["", "a", "a b c d", "a 1 1 1\nX 1"])("%j is no frame", (text) => {
  expect(() => parseFrame(text)).toThrow("does it run another version?");
});

const frame = (place: number, at: number): Frame => ({
  ...{ from: "a", row: 1, place, at },
  items: [{ kind: "T", topic: "t", payload: "" }],
});
const beat = (place: number, at: number): Frame => ({ ...frame(place, at), items: [] });

test("frames in order, and beats that say nothing new, are no gap", () => {
  const row = new Incoming(1, 0, 0);

  expect(row.take(beat(0, 0), 10)).toBe("next");
  expect(row.take(frame(1, 5), 15)).toBe("next");
  expect(row.take(beat(1, 255), 265)).toBe("next");
  expect(row.take(frame(2, 260), 270)).toBe("next");
});

test("a gap is noticed by the next frame or beat, once, and what comes late is not taken", () => {
  const row = new Incoming(1, 0, 0);
  row.take(frame(1, 0), 10);

  expect(row.take(frame(3, 100), 110)).toEqual({ first: 2, last: 2, silentMs: 100 });
  expect(row.take(frame(2, 50), 120)).toBe("late");
  expect(row.take(beat(5, 300), 310)).toEqual({ first: 4, last: 5, silentMs: 200 });
  expect(row.take(beat(4, 300), 320)).toBe("late");
  expect(row.take(beat(5, 600), 610)).toBe("next");
});

test("the silence counts from when the last was sent, also where all came late since this member stood still", () => {
  const row = new Incoming(1, 0, 0);
  row.take(beat(0, 1_000), 10); // the clocks differ by 990, and a way of 0
  row.take(frame(1, 1_100), 5_000); // sent at 110, taken at 5,000

  expect(row.take(frame(3, 5_995), 5_005)).toEqual({ first: 2, last: 2, silentMs: 4_895 });
});
