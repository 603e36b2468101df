import { expect, test } from "vitest";
import { delivered } from "../../../src/pubsub/remote/delivered.ts";

const ID = "org.acme:lamp";

test("what was delivered is not delivered again, and what was left out can be", () => {
  const seen = delivered();
  for (const revision of [5, 6, 9]) seen.add(ID, revision);
  expect([4, 5, 6, 7, 8, 9, 10].map((revision) => seen.has(ID, revision))).toEqual([
    ...[false, true, true, false, false, true, false],
  ]);
  seen.add(ID, 8);
  expect([seen.has(ID, 7), seen.has(ID, 8)]).toEqual([false, true]);
});

test("only what a newer event followed since the loss can have been lost", () => {
  let now = 0;
  const seen = delivered(() => now);
  seen.add(ID, 5);
  seen.add(ID, 7); // 6 was not to be told
  now = 1_000;
  seen.add(ID, 10);

  const missing = (since: number | undefined) =>
    [4, 5, 6, 7, 8, 9, 10, 11].filter((revision) => seen.isMissing(ID, revision, since));
  expect(missing(500)).toEqual([8, 9, 11]);
  expect(missing(-1)).toEqual([6, 8, 9, 11]);
  expect(missing(2_000)).toEqual([11]);
  expect(missing(undefined)).toEqual([11]);
  expect(seen.isMissing("org.acme:other", 1, 2_000)).toBe(true);
});

test("things are forgotten after a while in which something comes, but not while nothing does", () => {
  let now = 0;
  const seen = delivered(() => now);
  seen.add(ID, 1);
  now += 600_000;
  seen.add("org.acme:other", 1);
  expect(seen.has(ID, 1)).toBe(true);
  for (let i = 0; i < 200; i++) {
    now += 1_000;
    seen.add("org.acme:other", i + 2);
  }
  expect(seen.has(ID, 1)).toBe(false);
});

test("things of a namespace may begin anew", () => {
  const seen = delivered();
  seen.add(ID, 1);
  seen.add("org.other:lamp", 1);
  seen.forgetNamespace("org.acme");
  expect([seen.has(ID, 1), seen.has("org.other:lamp", 1)]).toEqual([false, true]);
});
