import { murmur2 } from "@platformatic/kafka";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOfKey } from "../../../src/connectivity/connectors/kafka/murmur2.ts";

test("a key has the hash that Kafka's own clients give it", () => {
  // As in the tests of Kafka's own client, with its sign taken away.
  expect(hashOfKey(Buffer.from("21"))).toBe(-973932308 & 0x7fffffff);
  expect(hashOfKey(Buffer.from("foobar"))).toBe(-790332482 & 0x7fffffff);
  expect(hashOfKey(Buffer.from("a-little-bit-long-string"))).toBe(-985981536 & 0x7fffffff);
});

test("the library's slower hash agrees for any key", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const key = Buffer.from(bytes);
      expect(hashOfKey(key)).toBe(murmur2(key) & 0x7fffffff);
    }),
  );
});
