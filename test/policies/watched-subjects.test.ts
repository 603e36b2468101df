import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { entriesWith, watchedSubjects } from "../../src/policies/watched-subjects.ts";

const policyWith = (...subjects: readonly JsonObject[]): JsonObject => ({
  imports: {},
  entries: Object.fromEntries(
    subjects.map((some, i) => [`e${i}`, { subjects: some, resources: {}, importable: "implicit" }]),
  ),
});
const expiry = "2030-01-01T00:00:00Z";
const only = (subject: JsonObject) => [...watchedSubjects(policyWith({ "a:b": subject })).values()][0];

test("subjects that neither expire nor are announced are not watched", () => {
  expect(watchedSubjects(policyWith({ "a:b": { type: "t" }, "a:c": { type: "t", expiry } })).size).toBe(1);
  expect(watchedSubjects(undefined).size).toBe(0);
});

test("equal subjects of several entries are one; another type, expiry or announcement makes another", () => {
  const same = { type: "t", expiry };
  const policy = policyWith({ "a:b": same }, { "a:b": same }, { "a:b": { type: "u", expiry } });

  const watched = [...watchedSubjects(policy).values()];

  expect(watched.map(({ id }) => id)).toEqual(["a:b", "a:b"]);
  expect(entriesWith(policy, watched[0]!)).toEqual(["e0", "e1"]);
  expect(entriesWith(policy, watched[1]!)).toEqual(["e2"]);
});

test("what is to be announced is read with its times in milliseconds", () => {
  const announcement = {
    beforeExpiry: "10m",
    whenDeleted: true,
    requestedAcks: { labels: ["my:ack"], timeout: "500ms" },
    randomizationInterval: "2d",
  };

  expect(only({ type: "t", expiry, announcement })).toMatchObject({
    id: "a:b",
    expiry: Date.parse(expiry),
    expiryText: expiry,
    announcement: {
      beforeExpiry: 600_000,
      whenDeleted: true,
      randomization: 172_800_000,
      labels: ["my:ack"],
      timeout: 500,
      timeoutText: "500ms",
    },
  });
});

test.each([
  ["10", 10_000],
  ["7s", 7_000],
  ["2h", 7_200_000],
  ["1w", 604_800_000],
  ["1mo", 2_592_000_000],
  ["1y", 31_536_000_000],
])("a duration of %s is %d ms", (beforeExpiry, millis) => {
  expect(only({ type: "t", announcement: { beforeExpiry } })?.announcement?.beforeExpiry).toBe(millis);
});
