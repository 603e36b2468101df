// The counters of a connection, as RetrieveConnectionMetrics tells them.

import { type JsonObject, putKey } from "../../base/json/json.ts";
import {
  type AddressCounters,
  type Direction,
  type Measurement,
  measured,
  OUTCOMES,
  type Outcome,
  type StepName,
  stepsOf,
  together,
} from "./steps.ts";

/** The counters of each address. */
export type CountersOf = Readonly<Record<Direction, ReadonlyMap<string, AddressCounters>>>;

type AddressMetrics = Readonly<Record<string, Readonly<Record<Outcome, Measurement>>>>;

const start = (connectionId: string) => ({
  type: "connectivity.responses:retrieveConnectionMetrics",
  status: 200,
  connectionId,
});

/** The metrics at a time, in milliseconds since the epoch. */
export function metricsJson(connectionId: string, counters: CountersOf, now: number): JsonObject {
  const inbound = measuredAll("inbound", counters.inbound, now);
  const outbound = measuredAll("outbound", counters.outbound, now);
  const ofSources = summed("inbound", [...inbound.values()]);
  const ofTargets = summed("outbound", [...outbound.values()]);
  return {
    ...start(connectionId),
    connectionMetrics: { inbound: addressJson(ofSources), outbound: addressJson(ofTargets) },
    containsFailures: [ofSources, ofTargets].some(hasFailures),
    sourceMetrics: { addressMetrics: byAddress(inbound) },
    targetMetrics: { addressMetrics: byAddress(outbound) },
  };
}

/** The metrics of a connection that is not to be open. */
export const closedMetricsJson = (connectionId: string): JsonObject => ({
  ...start(connectionId),
  connectionMetrics: { inbound: {}, outbound: {} },
  containsFailures: false,
  sourceMetrics: { addressMetrics: {} },
  targetMetrics: { addressMetrics: {} },
});

const measuredAll = (
  direction: Direction,
  counters: ReadonlyMap<string, AddressCounters>,
  now: number,
): ReadonlyMap<string, AddressMetrics> =>
  new Map(
    [...counters].map(([address, of]) => [
      address,
      eachStep(direction, (step, outcome) => measured(of[step]?.[outcome], now)),
    ]),
  );

const summed = (direction: Direction, all: readonly AddressMetrics[]): AddressMetrics =>
  eachStep(direction, (step, outcome) => together(all.flatMap((one) => one[step]?.[outcome] ?? [])));

const eachStep = (
  direction: Direction,
  measure: (step: StepName, outcome: Outcome) => Measurement,
): AddressMetrics =>
  Object.fromEntries(
    stepsOf[direction].map((step) => [
      step,
      { success: measure(step, "success"), failure: measure(step, "failure") },
    ]),
  );

const hasFailures = (metrics: AddressMetrics): boolean =>
  Object.values(metrics).some(({ failure: { PT1M, PT1H, PT24H } }) => PT1M + PT1H + PT24H > 0);

function byAddress(metrics: ReadonlyMap<string, AddressMetrics>): JsonObject {
  const json = {};
  for (const [address, of] of metrics) putKey(json, address, addressJson(of));
  return json;
}

const addressJson = (metrics: AddressMetrics): JsonObject =>
  Object.fromEntries(
    Object.entries(metrics).map(([step, of]) => [
      step,
      Object.fromEntries(OUTCOMES.map((outcome) => [outcome, measurementJson(of[outcome])])),
    ]),
  );

const measurementJson = ({ PT1M, PT1H, PT24H, lastAt }: Measurement): JsonObject => ({
  ...{ PT1M, PT1H, PT24H },
  lastMessageAt: lastAt === undefined ? null : new Date(lastAt).toISOString(),
});
