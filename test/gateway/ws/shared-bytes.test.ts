import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { sharedBytes } from "../../../src/gateway/ws/shared-bytes.ts";

const long = (end: string) => "ü".repeat(2_000) + end;

test("the bytes of a long text are the same for all who are sent it in a turn", async () => {
  const bytes = sharedBytes(long("1"));
  expect(sharedBytes(long("1"))).toBe(bytes);
  expect(String(bytes)).toBe(long("1"));
  expect(String(sharedBytes(long("2")))).toBe(long("2"));

  const again = sharedBytes(long("2"));
  await turn();
  expect(sharedBytes(long("2"))).not.toBe(again);
});

test("a short text stays one", () => {
  expect(sharedBytes("short")).toBe("short");
});
