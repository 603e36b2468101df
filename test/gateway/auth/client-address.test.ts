import { expect, test } from "vitest";
import { clientAddress } from "../../../src/gateway/auth/client-address.ts";
import { requestWith } from "./requests.ts";

const told = (forwarded: string, proxies: number, peer = "192.0.2.1") =>
  clientAddress(requestWith({ "x-forwarded-for": forwarded }, peer), proxies);

test("the connection tells the address, whatever the client writes", () => {
  expect(told("203.0.113.9", 0)).toBe("192.0.2.1");
});

test("behind a trusted proxy its own entry counts, which is the last", () => {
  expect(told("6.6.6.6, 203.0.113.9", 1)).toBe("203.0.113.9");
  expect(told("6.6.6.6, 203.0.113.9, 10.0.0.1", 2)).toBe("203.0.113.9");
});

test.each([
  ["203.0.113.9:50123", "203.0.113.9"],
  ["[2001:db8:1:2::9]:50123", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2::9]", "2001:db8:1:2::/64"],
])("a proxy may tell the port, which does not count: %s", (entry, expected) => {
  expect(told(`6.6.6.6, ${entry}`, 1)).toBe(expected);
});

test("where a proxy tells nothing, the connection counts", () => {
  expect(clientAddress(requestWith({}), 1)).toBe("192.0.2.1");
  expect(told("203.0.113.9", 2)).toBe("192.0.2.1");
});

test.each([
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:2:ffff::", "2001:db8:1:2::/64"],
  ["1::4:5:6:7:8", "1:0:0:4::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
])("%s counts as %s", (address, expected) => {
  expect(clientAddress(requestWith({}, address), 0)).toBe(expected);
});

test("what is no address takes no more room than one", () => {
  expect(told("x".repeat(5_000), 1)).toHaveLength(64);
});
