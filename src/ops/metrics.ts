// What is measured, in the text format of Prometheus (operating-monitoring page).

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** The value of a gauge for one combination of labels. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** How values are spread for one combination of labels. */
export interface Spread {
  readonly labels: Readonly<Record<string, string>>;
  /** How many are within each step and beyond the one before, and last how many are beyond all. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
  readonly count: number;
}

/** Names are Prometheus's; each can be taken once, which throws an Error otherwise. */
export interface Metrics {
  /** A gauge that is read when somebody asks for the metrics; where `read` throws it is NaN. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** A gauge with labels, of which at most {@link MAX_SERIES} combinations are shown. Gives what replaces all of them. */
  series(name: string, help: string, labels: readonly string[]): (series: readonly Series[]) => void;
  /** A gauge or counter with labels that is read when somebody asks for the metrics; what reads it bounds the combinations. */
  table(
    kind: "gauge" | "counter",
    name: string,
    help: string,
    labels: readonly string[],
    read: () => readonly Series[],
  ): void;
  /** Something that is counted; gives what adds to it. */
  counter(name: string, help: string): (count?: number) => void;
  /** Something whose spread counts, with the upper ends of its steps; gives what takes a value. */
  histogram(name: string, help: string, steps: readonly number[]): (value: number) => void;
  /** A histogram with labels that is read when somebody asks for the metrics; what reads it bounds the combinations. */
  spreads(
    name: string,
    help: string,
    labels: readonly string[],
    steps: readonly number[],
    read: () => readonly Spread[],
  ): void;
  /** All metrics, those of the process among them. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Most combinations of labels of one gauge. */
export const MAX_SERIES = 1000;

/** Steps for durations of queries, in seconds. */
export const DURATION_STEPS: readonly number[] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60];

/** Metrics of a server, none yet but those of the process. */
export function createMetrics(): Metrics {
  const ofProcess = processMetrics();
  const registry = new Registry();
  const refuseTaken = (name: string): void => {
    if (ofProcess.getSingleMetric(name) || registry.getSingleMetric(name))
      throw new Error(`There is a metric ${name} already; choose another name.`);
  };
  return {
    gauge(name, help, read) {
      refuseTaken(name);
      const collect = async function (this: Gauge) {
        this.set(await readOf(read));
      };
      new Gauge({ name, help, registers: [registry], collect });
    },
    series(name, help, labels) {
      refuseTaken(name);
      const gauge = new Gauge({ name, help, labelNames: labels, registers: [registry] });
      if (labels.length === 0) gauge.remove(); // it would be 0 from the beginning
      return (series) => {
        gauge.reset();
        for (const { labels, value } of series.slice(0, MAX_SERIES)) gauge.set({ ...labels }, value);
      };
    },
    table(kind, name, help, labels, read) {
      refuseTaken(name);
      const common = { name, help, labelNames: labels, registers: [registry] };
      if (kind === "gauge") {
        const collect = function (this: Gauge) {
          this.reset();
          for (const { labels, value } of read()) this.set({ ...labels }, value);
        };
        new Gauge({ ...common, collect });
        return;
      }
      const collect = function (this: Counter) {
        this.reset();
        for (const { labels, value } of read()) this.inc({ ...labels }, value);
      };
      new Counter({ ...common, collect });
    },
    counter(name, help) {
      refuseTaken(name);
      const counter = new Counter({ name, help, registers: [registry] });
      return (count = 1) => counter.inc(count);
    },
    histogram(name, help, steps) {
      refuseTaken(name);
      const histogram = new Histogram({ name, help, buckets: [...steps], registers: [registry] });
      return (value) => histogram.observe(value);
    },
    spreads(name, help, labels, steps, read) {
      refuseTaken(name);
      const histogram = new Histogram({
        ...{ name, help, labelNames: labels, buckets: [...steps] },
        registers: [registry],
      });
      const told = async () => ({
        ...{ name, help, type: "histogram", aggregator: "sum" },
        values: read().flatMap((spread) => linesOf(name, steps, spread)),
      });
      // What the registry prints is made when it is asked for, in place of what the histogram would have collected.
      Object.assign(histogram, { get: told, getForPromString: told });
    },
    text: async () => (await ofProcess.metrics()) + (await registry.metrics()),
    contentType: registry.contentType,
  };
}

/** The lines of one spread: its steps are told added up. */
function linesOf(name: string, steps: readonly number[], { labels, counts, sum, count }: Spread) {
  let within = 0;
  const line = (part: string, value: number, more: Record<string, string> = {}) => ({
    ...{ metricName: `${name}_${part}`, value, labels: { ...more, ...labels } },
  });
  const buckets = steps.map((step, i) => {
    within += counts[i] ?? 0;
    return line("bucket", within, { le: String(step) });
  });
  return [...buckets, line("bucket", count, { le: "+Inf" }), line("sum", sum), line("count", count)];
}

async function readOf(read: () => number | Promise<number>): Promise<number> {
  try {
    return await read();
  } catch {
    return Number.NaN;
  }
}

let shared: Registry | undefined;

/** Those of the process, which its servers share: what watches the garbage collector for them can not be ended. */
function processMetrics(): Registry {
  if (!shared) {
    shared = new Registry();
    collectDefaultMetrics({ register: shared });
  }
  return shared;
}
