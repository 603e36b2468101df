import { expect, test } from "vitest";
import { readConfig } from "../../src/ops/config.ts";
import { factor, granularity } from "../../src/ops/policy-announcements.ts";

test.each([
  ["1ms", 1],
  ["30s", 30_000],
  ["1h", 3_600_000],
  ["15d", 15 * 86_400_000],
])("a granularity of %s is %d ms", (text, millis) => {
  expect(granularity.parse(text)).toBe(millis);
});

test.each(["0", "0s", "-1s", "1w", "", "1h2"])("'%s' is no granularity", (text) => {
  expect(() => granularity.parse(text)).toThrow("must be a time");
});

test("a factor is a number of at least 0", () => {
  expect(["0", "1.0", "0.25"].map(factor.parse)).toEqual([0, 1, 0.25]);
  for (const text of ["-1", "1.", ".5", "1e3", ""])
    expect(() => factor.parse(text)).toThrow("must be a number");
});

test("Ditto's defaults stand where nothing is set", () => {
  expect(readConfig({}, [])).toMatchObject({
    subjectExpiryGranularity: 3_600_000,
    announcementGranularity: 60_000,
    announcementGracePeriod: 4 * 3_600_000,
    announcementMaxTimeout: 60_000,
    announceWhenDeleted: true,
    announcementRandomization: 300_000,
    announcementBackoffMin: 1_000,
    announcementBackoffMax: 3_600_000,
    announcementBackoffRandomFactor: 1,
  });
});
