// A monitor over a database in memory, with a clock that the test moves, and sets back.

import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { getAt, type Path, readPath } from "../../../src/base/json/pointer.ts";
import type { InputFault, Vector } from "../../../src/predictions/inputs/inputs.ts";
import type { Input, ModelSpec, MonitoringSpec, Output, Predictor } from "../../../src/predictions/model.ts";
import type { Monitor, Scored } from "../../../src/predictions/monitoring/monitor.ts";
import {
  type MonitorParts,
  type PredictorAlert,
  predictorMonitor,
} from "../../../src/predictions/monitoring/predictor-monitor.ts";

export const START = Date.parse("2026-01-01T00:00:00Z");

const input = (name: string): Input => ({
  name,
  path: ["attributes", name],
  aggregate: "last",
  missing: "skip",
  expect: {},
});
const model = (version: string): ModelSpec => ({ type: "builtin", name: "anomaly", version, parameters: {} });

export interface Wanted {
  readonly columns?: readonly string[];
  readonly monitoring?: Partial<MonitoringSpec>;
  readonly output?: Partial<Output>;
  readonly policyId?: string;
  readonly shadow?: string;
}

export function predictorOf({ columns = ["x"], monitoring, output, policyId, shadow }: Wanted): Predictor {
  return {
    id: "watch",
    status: "active",
    ...(policyId !== undefined && { policyId }),
    authorizationContext: ["nginx:ditto"],
    bind: {},
    trigger: { paths: [], debounceMs: 0 },
    inputs: columns.map(input),
    model: model("1"),
    shadows: shadow === undefined ? [] : [model(shadow)],
    output: {
      feature: "watch",
      properties: [{ pointer: ["score"], from: ["score"] }],
      desiredProperties: [],
      eventOnly: false,
      ...output,
    },
    monitoring: { baselineSize: 100, windowSize: 50, alerts: [], ...monitoring },
  };
}

/** Baselines by version, and a way to let the database fail. */
export function storedBaselines() {
  const texts = new Map<string, string>();
  const state = { fails: false, puts: 0 };
  const answer = async <T>(value: () => T): Promise<T> => {
    if (state.fails) throw new Error("The database does not answer.");
    return value();
  };
  const store: MonitorParts["store"] = {
    baselines: () => answer(() => new Map(texts)),
    putBaseline: (_, version, text) =>
      answer(() => {
        state.puts++;
        texts.set(version, text);
      }),
    deleteBaseline: (_, version) =>
      answer(() => {
        if (version === undefined) texts.clear();
        else texts.delete(version);
      }),
  };
  return { texts, state, store };
}

export async function watched(wanted: Wanted = {}, stored = storedBaselines(), remembered?: number) {
  const alerts: PredictorAlert[] = [];
  const logged: JsonObject[] = [];
  const clock = { now: START, setBy: 0 };
  const note = (figures: unknown) => logged.push(figures as JsonObject);
  const monitor = predictorMonitor({
    predictor: predictorOf(wanted),
    columns: wanted.columns ?? ["x"],
    store: stored.store,
    log: { info: note, warn: note } as unknown as MonitorParts["log"],
    queueLength: () => 3,
    announce: (alert) => alerts.push(alert),
    now: () => ({ wall: clock.now + clock.setBy, steady: clock.now - START }),
    ...(remembered !== undefined && { remembered }),
  });
  await settled();

  function score(values: readonly number[], more: Partial<Scored> = {}): void {
    clock.now += 10;
    monitor.scored({
      thingId: "org.acme:lamp",
      version: "1",
      role: "active",
      vector: vectorOf(values),
      outputs: { score: values[0] ?? 0 },
      latencyMs: 5,
      timestamp: clock.now,
      ...more,
    });
  }

  return {
    monitor,
    alerts,
    logged,
    clock,
    stored,
    score,
    scoreEach: (values: readonly number[], more?: Partial<Scored>) => {
      for (const value of values) score([value], more);
    },
    version: (name = "1") => toldOf(monitor, [name]) as JsonObject,
    /** What the status tells of a version at a pointer. */
    told: (pointer: string, name = "1") => toldOf(monitor, [name, ...readPath(pointer)]),
  };
}

const toldOf = (monitor: Monitor, path: Path): JsonValue | undefined =>
  getAt(monitor.status(), ["versions", ...path]);

export const vectorOf = (
  values: readonly number[],
  faults: readonly (readonly [string, InputFault])[] = [],
): Vector => ({ values, faults: new Map(faults), isSkipped: false });

/** 1 … count, in an order that mixes small and large. */
export const mixed = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => ((i * 37) % count) + 1);

/** Lets what was begun, and takes no turn of its own, go on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
