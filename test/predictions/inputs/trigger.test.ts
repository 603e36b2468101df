// Which changes lead to a prediction.

import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { readPath } from "../../../src/base/json/pointer.ts";
import { DebounceGroup, triggerOf } from "../../../src/predictions/inputs/trigger.ts";
import type { Change } from "../../../src/signals/signal.ts";

const isTrigger = triggerOf({
  id: "watch",
  trigger: { paths: [readPath("/features/f/properties/p"), readPath("/features/out")], debounceMs: 0 },
  output: { feature: "out", properties: [], desiredProperties: [], eventOnly: false },
});
const change = (path: string, value?: JsonValue, metadata?: JsonObject): Change => ({
  action: value === undefined ? "deleted" : "merged",
  path: readPath(path),
  ...(value !== undefined && { value }),
  ...(metadata && { metadata }),
});

test("a change at, above or below a path of the trigger", () => {
  expect(isTrigger(change("/features/f/properties/p", 1))).toBe(true);
  expect(isTrigger(change("/features/f/properties/p/deep", 1))).toBe(true);
  expect(isTrigger(change("/features/f"))).toBe(true);
  expect(isTrigger(change("/", { features: { f: { properties: { p: 1 } } } }))).toBe(true);
  expect(isTrigger(change("/features/f/properties/q", 1))).toBe(false);
  expect(isTrigger(change("/", { features: { f: { properties: { q: 1 } } } }))).toBe(false);
});

test("none in the feature that predictions are written to, but what else reaches it", () => {
  expect(isTrigger(change("/features/out", { properties: { score: 1 } }))).toBe(false);
  expect(isTrigger(change("/features/out/properties/score", 1))).toBe(false);
  expect(isTrigger(change("/features", { out: { properties: { score: 1 } } }))).toBe(true);
});

test("no prediction that one of its own has led to", () => {
  const noted = (chain: readonly string[]) =>
    change("/features/f", { properties: { p: 1 } }, { properties: { p: { prediction: { chain } } } });
  expect(isTrigger(noted(["other", "watch"]))).toBe(false);
  expect(isTrigger(noted(["other"]))).toBe(true);
  expect(isTrigger(change("/features/f", { properties: { p: 1 } }, { properties: { p: { note: 1 } } }))).toBe(
    true,
  );
});

test("nothing, without paths", () => {
  const never = triggerOf({
    id: "watch",
    trigger: { paths: [], debounceMs: 0 },
    output: { feature: "out", properties: [], desiredProperties: [], eventOnly: false },
  });
  expect(never(change("/", {}))).toBe(false);
});

describe("a group", () => {
  const at = (timestamp: number, isTrigger = false, isEnd = false) => ({ timestamp, isTrigger, isEnd });

  test("opens at a trigger, and takes in what comes until its time is over", () => {
    const group = new DebounceGroup(500);
    expect([group.take(at(1_000)), group.end]).toEqual([false, undefined]);
    expect([group.take(at(1_400, true)), group.end]).toEqual([true, 1_900]);
    expect([group.take(at(1_600, true)), group.end]).toEqual([true, 1_900]);
    expect(group.take(at(1_900))).toBe(true);
    expect([group.isOverBefore(1_900), group.isOverBefore(1_901)]).toEqual([false, true]);
    group.close();
    expect([group.isOverBefore(9_000), group.take(at(2_000))]).toEqual([false, false]);
  });

  test("is dropped with the end of the thing", () => {
    const group = new DebounceGroup(500);
    group.take(at(1_000, true));
    expect([group.take(at(1_100, false, true)), group.end]).toEqual([false, undefined]);
    expect([group.take(at(1_200)), group.take(at(1_300, true)), group.end]).toEqual([false, true, 1_800]);
  });
});
