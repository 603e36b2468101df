import { describe, expect, test } from "vitest";
import { isTimePlaceholder, timePlaceholder } from "../../../src/base/placeholders/time.ts";

const values = timePlaceholder(Date.parse("2024-01-06T14:23:42.123Z"));

describe("the time", () => {
  test.each([
    ["time:now", "2024-01-06T14:23:42.123Z"],
    ["time:now_epoch_millis", "1704551022123"],
    ["time:now+1h", "2024-01-06T15:23:42.123Z"],
    ["time:now-7d", "2023-12-30T14:23:42.123Z"],
    ["time:now-10", "2024-01-06T14:23:32.123Z"],
    ["time:now[h]", "2024-01-06T14:00:00Z"],
    ["time:now[]", "2024-01-06T14:23:42Z"],
    ["time:now[w]", "2024-01-01T00:00:00Z"],
    ["time:now[mo]", "2024-01-01T00:00:00Z"],
    ["time:now+1y[y]", "2025-01-01T00:00:00Z"],
    ["time:now-25m[m]", "2024-01-06T13:58:00Z"],
    ["time:now_epoch_millis+3d[s]", String(Date.parse("2024-01-09T14:23:42Z"))],
  ])("%s is %s", (name, expected) => {
    expect(isTimePlaceholder(name)).toBe(true);
    expect(values(name)).toEqual([expected]);
  });

  test.each(["time:then", "time:now+1x", "time:now+", "time:now[x]", "time:now+9999999999y", "header:now"])(
    "%s is none",
    (name) => {
      expect(isTimePlaceholder(name)).toBe(false);
      expect(values(name)).toEqual([]);
    },
  );
});
