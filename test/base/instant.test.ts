import { expect, test } from "vitest";
import { readInstant, readInstantAfter, readInstantBefore } from "../../src/base/instant.ts";

const noon = Date.UTC(2026, 0, 2, 12);

test.each([
  ["2026-01-02T12:00:00Z", noon],
  ["2026-01-02T12:00Z", noon],
  ["2026-01-02t12:00:00z", noon],
  ["2026-01-02T13:30:00+01:30", noon],
  ["2026-01-02T12:00:00.5Z", noon + 500],
  ["2026-01-02T12:00:00.001Z", noon + 1],
])("%s is read as a time", (text, time) => {
  expect(readInstant(text)).toBe(time);
});

test("a part of a millisecond counts as the whole, so that what was recorded in it lies before", () => {
  expect(readInstant("2026-01-02T12:00:00.000000001Z")).toBe(noon + 1);
  expect(readInstant("2026-01-02T12:00:00.999999999Z")).toBe(noon + 1_000);
});

test.each([
  ["2026-01-02T12:00:00Z", noon - 1, noon + 1],
  ["2026-01-02T12:00:00.000000001Z", noon, noon + 1],
  ["2026-01-02T12:00:00.999999999Z", noon + 999, noon + 1_000],
  ["now", undefined, undefined],
])("the whole milliseconds around %s are known", (text, before, after) => {
  expect(readInstantBefore(text)).toBe(before);
  expect(readInstantAfter(text)).toBe(after);
});

test.each([
  "",
  "now",
  "2026-01-02",
  "2026-01-02T12:00:00",
  "2026-13-02T12:00:00Z",
  "2026-01-02T12:00:00.Z",
  "1",
])("'%s' is no time", (text) => {
  expect(readInstant(text)).toBeUndefined();
});
