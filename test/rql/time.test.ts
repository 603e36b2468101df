import { describe, expect, test } from "vitest";
import { compileTime } from "../../src/rql/time.ts";

const now = Date.parse("2024-01-06T14:23:42.123Z");

describe("times that basic-placeholders names", () => {
  const cases: readonly (readonly [name: string, text: string])[] = [
    ["now", "2024-01-06T14:23:42.123Z"],
    ["now_epoch_millis", String(now)],
    ["now+1h", "2024-01-06T15:23:42.123Z"],
    ["now-7d", "2023-12-30T14:23:42.123Z"],
    ["now-123ms", "2024-01-06T14:23:42Z"],
    ["now+5", "2024-01-06T14:23:47.123Z"],
    ["now+2m", "2024-01-06T14:25:42.123Z"],
    ["now-1w", "2023-12-30T14:23:42.123Z"],
    ["now+1mo", "2024-02-06T00:52:48.123Z"],
    ["now+1y", "2025-01-05T20:12:54.123Z"],
    ["now_epoch_millis-1s", String(now - 1000)],
    ["now[ms]", "2024-01-06T14:23:42.123Z"],
    ["now[s]", "2024-01-06T14:23:42Z"],
    ["now[]", "2024-01-06T14:23:42Z"],
    ["now[m]", "2024-01-06T14:23:00Z"],
    ["now[h]", "2024-01-06T14:00:00Z"],
    ["now[d]", "2024-01-06T00:00:00Z"],
    ["now[w]", "2024-01-01T00:00:00Z"],
    ["now[mo]", "2024-01-01T00:00:00Z"],
    ["now[y]", "2024-01-01T00:00:00Z"],
    ["now-25m[m]", "2024-01-06T13:58:00Z"],
    ["now_epoch_millis+3d[s]", String(Date.parse("2024-01-09T14:23:42Z"))],
  ];
  for (const [name, text] of cases) {
    test(`${name} is ${text}`, () => {
      expect(compileTime(name)?.(now)).toBe(text);
    });
  }

  test("the week begins on Monday, on a Sunday too", () => {
    expect(compileTime("now[w]")?.(Date.parse("2024-01-07T23:00:00Z"))).toBe("2024-01-01T00:00:00Z");
  });
});

test("other names stand for no time", () => {
  for (const name of [
    "",
    "then",
    "nowx",
    "now ",
    "now-",
    "now--1s",
    "now-1x",
    "now+[h]",
    "now[x]",
    "now[h",
    "now-1h[h]x",
  ])
    expect(compileTime(name)).toBeUndefined();
});

test("a time beyond the calendar is none", () => {
  expect(compileTime("now+9999999y")?.(now)).toBeUndefined();
  expect(compileTime(`now-${"9".repeat(400)}s`)?.(now)).toBeUndefined();
});
