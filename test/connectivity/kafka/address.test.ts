import { expect, test } from "vitest";
import { publishAddress } from "../../../src/connectivity/connectors/kafka/address.ts";

const addresses: readonly [
  address: string,
  topic: string,
  key: string | undefined,
  partition: number | undefined,
][] = [
  ["events", "events", undefined, undefined],
  ["events/org.acme:lamp", "events", "org.acme:lamp", undefined],
  ["events/a/b#2", "events", "a/b#2", undefined],
  ["events/", "events", undefined, undefined],
  ["events#3", "events", undefined, 3],
  ["events#", "events", undefined, undefined],
];
for (const [address, topic, key, partition] of addresses) {
  test(`'${address}' is an address`, () => {
    expect(publishAddress(address)).toEqual({ topic, key, partition });
  });
}

for (const address of [
  "",
  ".",
  "..",
  "/key",
  "#1",
  "a b",
  "ü",
  "events#x",
  "events#-1",
  "a#1/key",
  "a".repeat(250),
]) {
  test(`'${address.slice(0, 20)}' is no address`, () => {
    expect(() => publishAddress(address)).toThrow();
  });
}
