// Transports whose clients connect again by themselves in Ditto: sooner than others, and without an end.

import { expect, test } from "vitest";
import {
  beginClient,
  type ClientEvent,
  type ClientRules,
  type ClientStep,
  stepClient,
} from "../../../src/connectivity/lifecycle/client-state.ts";
import { mayRetry, nextTry } from "../../../src/connectivity/lifecycle/retries.ts";

const rules: ClientRules = {
  ...{ connectingMinTimeoutMs: 50, connectingMaxTimeoutMs: 300, connectingMaxTries: 2 },
  ...{ minBackoffMs: 5_000, maxBackoffMs: 9_000, failoverEnabled: true },
  afterLoss: { minBackoffMs: 0, maxBackoffMs: 300 },
};
const failed: ClientEvent = { is: "failed", reason: "lost", isMisconfigured: false };
const waited: ClientEvent = { is: "waited" };

/** How long it is waited after each of the events; absent where it is not. */
function waits(events: readonly ClientEvent[], own: ClientRules = rules): readonly (number | undefined)[] {
  const steps: ClientStep[] = [beginClient(0, own)];
  let now = 0;
  for (const event of events) {
    const [state, effect] = steps.at(-1) as ClientStep;
    if (effect.to === "wait") now += effect.ms;
    steps.push(stepClient(state, event, now, own));
  }
  return steps.flatMap(([, effect]) => (effect.to === "wait" ? effect.ms : []));
}

test("what was never open is tried as any connection", () => {
  expect(waits([failed, waited, failed, waited, failed])).toEqual([5_000, 9_000]);
});

test("what was open is tried at its own pace, and not given up", () => {
  const again = Array.from({ length: 5 }, () => [failed, waited]).flat();

  expect(waits([{ is: "connected" }, ...again])).toEqual([0, 100, 200, 300, 300]);
});

test("what was open is not given up where the waits are longer than those of any connection", () => {
  const own = {
    ...{ ...rules, minBackoffMs: 10, maxBackoffMs: 100 },
    afterLoss: { minBackoffMs: 400, maxBackoffMs: 2_000 },
  };
  const again = Array.from({ length: 6 }, () => [failed, waited]).flat();

  expect(waits([{ is: "connected" }, ...again], own)).toEqual([400, 800, 1_600, 2_000, 2_000, 2_000]);
});

test("what was open and is tried again after a long time begins anew, still without an end", () => {
  const [open] = stepClient(beginClient(0, rules)[0], { is: "connected" }, 0, rules);
  const before = { ...open.retries, backoffMs: 300, tries: 7, lastAt: 0 };

  const retries = nextTry(before, 100_000, rules);

  expect(retries).toMatchObject({ backoffMs: 0, maxBackoffMs: 300, tries: 1 });
  expect(mayRetry({ ...retries, tries: 1_000 })).toBe(true);
});

test("once it is open again it begins anew", () => {
  const connected: ClientEvent = { is: "connected" };

  expect(waits([connected, failed, waited, failed, waited, connected, failed])).toEqual([0, 100, 0]);
});

test("where nothing else is said what was open is tried as any connection", () => {
  const { afterLoss: _, ...common } = rules;

  expect(waits([{ is: "connected" }, failed, waited, failed, waited, failed], common)).toEqual([
    5_000, 9_000,
  ]);
});
