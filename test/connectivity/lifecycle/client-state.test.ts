import fc from "fast-check";
import { expect, test } from "vitest";
import {
  beginClient,
  type ClientEvent,
  type ClientRules,
  type ClientState,
  type ClientStep,
  stepClient,
} from "../../../src/connectivity/lifecycle/client-state.ts";

const rules: ClientRules = {
  ...{ connectingMinTimeoutMs: 50, connectingMaxTimeoutMs: 300, connectingMaxTries: 3 },
  ...{ minBackoffMs: 5, maxBackoffMs: 12, failoverEnabled: true },
};
const failed = (isMisconfigured = false): ClientEvent => ({
  is: "failed",
  reason: "refused",
  isMisconfigured,
});

/** What comes of some events, each a millisecond after the one before. */
function after(events: readonly ClientEvent[], own: ClientRules = rules): readonly ClientStep[] {
  const steps: ClientStep[] = [beginClient(0, own)];
  for (const [i, event] of events.entries())
    steps.push(stepClient((steps.at(-1) as ClientStep)[0], event, i + 1, own));
  return steps;
}
const last = (events: readonly ClientEvent[], own?: ClientRules): ClientState =>
  (after(events, own).at(-1) as ClientStep)[0];
const effects = (events: readonly ClientEvent[], own?: ClientRules) =>
  after(events, own).map(([, effect]) => effect);

test("a client connects, and is open since then", () => {
  expect(last([])).toMatchObject({
    status: "unknown",
    recovery: "unknown",
    details: "initialized",
    since: 0,
  });
  expect(last([{ is: "connected" }])).toMatchObject({
    status: "open",
    recovery: "succeeded",
    details: "CONNECTED",
    since: 1,
  });
});

test("attempts are made with longer and longer timeouts and waits, until there were too many", () => {
  const waited: ClientEvent = { is: "waited" };
  const steps = [failed(), waited, failed(), waited, failed(), waited, failed()];
  expect(effects(steps)).toEqual([
    { to: "connect", timeoutMs: 50 },
    { to: "wait", ms: 5 },
    { to: "connect", timeoutMs: 100 },
    { to: "wait", ms: 10 },
    { to: "connect", timeoutMs: 200 },
    { to: "wait", ms: 12 },
    { to: "connect", timeoutMs: 300 },
    { to: "nothing" },
  ]);
  expect(last(steps.slice(0, 1))).toMatchObject({ status: "failed", recovery: "ongoing", since: 0 });
  expect(last(steps)).toMatchObject({ phase: "resting", status: "failed", recovery: "backOffLimitReached" });
});

test("one that was open begins with the shortest wait again", () => {
  const steps: ClientEvent[] = [failed(), { is: "waited" }, { is: "connected" }, failed()];
  expect(effects(steps).at(-1)).toEqual({ to: "wait", ms: 5 });
});

test("what takes too long is tried again at once", () => {
  expect(effects([{ is: "timedOut" }]).at(-1)).toEqual({ to: "connect", timeoutMs: 100 });
});

test("a mistake of the operator is told from a failure", () => {
  expect(last([failed(true)]).status).toBe("misconfigured");
  expect(last([failed(true), { is: "waited" }, { is: "timedOut" }]).status).toBe("misconfigured");
});

test("without failover nothing is tried again", () => {
  const own = { ...rules, failoverEnabled: false };
  expect(last([failed()], own)).toMatchObject({ phase: "resting", status: "failed", recovery: "unknown" });
  expect(last([{ is: "connected" }, failed()], own)).toMatchObject({ phase: "resting", status: "failed" });
  expect(effects([{ is: "timedOut" }], own).at(-1)).toEqual({ to: "nothing" });
});

test("once it is closed nothing opens it, whatever happens", () => {
  const any = fc.constantFrom<ClientEvent>(
    ...[{ is: "connected" } as const, failed(), failed(true), { is: "timedOut" } as const],
    ...[{ is: "waited" } as const, { is: "close" } as const, { is: "closed" } as const],
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 12 }), fc.array(any, { maxLength: 12 }), (before, later) => {
      const steps = after([...before, { is: "close" }, ...later]).slice(before.length + 1);
      expect(steps.slice(1).every(([, { to }]) => to === "nothing")).toBe(true);
      expect(steps.every(([{ phase }]) => phase === "closing" || phase === "closed")).toBe(true);
    }),
  );
});

test("no state is without a way on: it is open, at rest, closed, or something is due", () => {
  const any = fc.constantFrom<ClientEvent>(
    { is: "connected" },
    failed(),
    { is: "timedOut" },
    { is: "waited" },
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), (events) => {
      let due: string | undefined;
      for (const [state, { to }] of after(events)) {
        if (to !== "nothing") due = to;
        if (state.phase === "connecting") expect(due).toBe("connect");
        if (state.phase === "waiting") expect(due).toBe("wait");
      }
    }),
  );
});
