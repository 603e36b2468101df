// The steps that messages take, in Ditto's order, and what is counted of each.

import { type Counter, type Counts, EventCounter, MinuteCounter } from "./counters.ts";
import type { SourceStep, TargetStep } from "./monitor.ts";

export type Direction = "inbound" | "outbound";
export type Outcome = "success" | "failure";
export type StepName = SourceStep | TargetStep;

export const stepsOf: Readonly<Record<Direction, readonly StepName[]>> = {
  inbound: ["consumed", "mapped", "other", "dropped", "enforced", "acknowledged", "throttled"],
  outbound: ["dispatched", "filtered", "mapped", "other", "dropped", "published", "acknowledged"],
};

export const OUTCOMES: readonly Outcome[] = ["success", "failure"];

/** What is counted of one step: a counter is made when there is something to count. */
export type StepCounters = Partial<Record<Outcome, Counter>>;

/** Of one address, by step. */
export type AddressCounters = Readonly<Record<string, StepCounters>>;

export const newAddressCounters = (direction: Direction): AddressCounters =>
  Object.fromEntries(stepsOf[direction].map((step) => [step, {}]));

export const counterOf = (step: StepName): Counter =>
  step === "throttled" ? new MinuteCounter() : new EventCounter();

/** How often something happened, and when last. */
export interface Measurement extends Counts {
  readonly lastAt: number | undefined;
}

const none: Measurement = { PT1M: 0, PT1H: 0, PT24H: 0, lastAt: undefined };

export const measured = (counter: Counter | undefined, now: number): Measurement =>
  counter ? { ...counter.counts(now), lastAt: counter.lastAt } : none;

/** Several measurements as one. */
export const together = (all: readonly Measurement[]): Measurement =>
  all.reduce(
    (sum, one) => ({
      PT1M: sum.PT1M + one.PT1M,
      PT1H: sum.PT1H + one.PT1H,
      PT24H: sum.PT24H + one.PT24H,
      lastAt: latest(sum.lastAt, one.lastAt),
    }),
    none,
  );

const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
