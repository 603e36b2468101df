import { describe, expect, test } from "vitest";
import { durationMs } from "../../src/protocol/timeout.ts";

describe("a timeout", () => {
  test.each([
    ["10", 10_000],
    ["10s", 10_000],
    ["500ms", 500],
    ["1m", 60_000],
    ["0", 0],
    ["0ms", 0],
    ["+5s", 5000],
    [7, 7000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
    ["1mo", 2_592_000_000],
  ])("of %j is %d ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  test.each(["abc", "", "-1", "1.5s", "1 s", "5S", "s", 1.5, true, null, ["5s"], "9".repeat(40)])(
    "of %j is refused",
    (value) => {
      expect(() => durationMs(value)).toThrow(expect.objectContaining({ code: "timeout.invalid" }));
    },
  );
});
