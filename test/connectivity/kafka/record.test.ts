import { expect, test } from "vitest";
import { isExpired, ReceivedRecord } from "../../../src/connectivity/connectors/kafka/record.ts";
import type { BatchRecord } from "../../../src/connectivity/connectors/kafka/record-batch.ts";

function record(
  headers: readonly (readonly [string, string])[],
  parts: Partial<BatchRecord> = {},
): BatchRecord {
  const pairs = headers.map(([name, value]): [Buffer, Buffer] => [Buffer.from(name), Buffer.from(value)]);
  const rest = { offset: 0, timestamp: 1_700_000_000_123 };
  return { ...rest, key: null, value: Buffer.from("hi"), headers: pairs, ...parts };
}

const received = (from: BatchRecord) =>
  new ReceivedRecord({ topic: "telemetry", settled: () => undefined }, 0, from);

test("what Kafka knows of a record is among its headers", () => {
  const { headers } = received(record([["Content-Type", "text/plain"]], { key: Buffer.from("lamp") }));
  expect(headers).toMatchObject({
    "content-type": "text/plain",
    "kafka.topic": "telemetry",
    "kafka.key": "lamp",
    "kafka.timestamp": "1700000000123",
  });
  expect(headers["correlation-id"]).toMatch(/^[\da-f-]{36}$/);
});

test("a record without key has no such header, and one with a correlation ID keeps it", () => {
  const { headers } = received(record([["correlation-id", "mine"]]));
  expect("kafka.key" in headers).toBe(false);
  expect(headers["correlation-id"]).toBe("mine");
});

test("of headers with one name the last counts", () => {
  expect(
    received(
      record([
        ["a", "1"],
        ["A", "2"],
      ]),
    ).headers.a,
  ).toBe("2");
});

test("names that objects know of themselves are plain headers", () => {
  const { headers } = received(record([["__proto__", "x"]]));
  expect(Object.keys(headers)).toContain("__proto__");
  expect(headers.constructor).toBeUndefined();
});

test("a record without value has no payload, and an empty one an empty payload", () => {
  expect(received(record([], { value: null })).payload).toBeUndefined();
  expect(received(record([], { value: Buffer.alloc(0) })).payload?.length).toBe(0);
});

const lives: readonly [what: string, headers: [string, string][], expired: boolean][] = [
  [
    "whose time is over",
    [
      ["creation-time", "1000"],
      ["ttl", "500"],
    ],
    true,
  ],
  [
    "whose time ends now",
    [
      ["creation-time", "1000"],
      ["ttl", "1000"],
    ],
    true,
  ],
  [
    "whose time is not over",
    [
      ["creation-time", "1000"],
      ["ttl", "1001"],
    ],
    false,
  ],
  [
    "that tells no time to live",
    [
      ["creation-time", "1000"],
      ["a", "b"],
    ],
    false,
  ],
  [
    "that tells no creation",
    [
      ["ttl", "1"],
      ["a", "b"],
    ],
    false,
  ],
  [
    "whose times are no numbers",
    [
      ["creation-time", "then"],
      ["ttl", "500"],
    ],
    false,
  ],
];
for (const [what, headers, expired] of lives) {
  test(`a record ${what} is ${expired ? "expired" : "not expired"}`, () => {
    expect(isExpired(record(headers), 2000)).toBe(expired);
  });
}
