import { Histogram } from "./histogram.ts";

/** One kind of thing that is counted and timed: since the last look, and in all. */
export class Figure {
  readonly #recent = new Histogram();
  readonly total = new Histogram();

  add(milliseconds: number): void {
    this.#recent.add(milliseconds);
    this.total.add(milliseconds);
  }

  /** Rate and latencies since the last look. */
  look(seconds: number): string {
    const text = `${rate(this.#recent.count / seconds)} (${latencies(this.#recent)})`;
    this.#recent.clear();
    return text;
  }
}

/** What the demo counts. */
export class Figures {
  /** From sending a reading to its acknowledgement. */
  readonly readings = new Figure();
  /** From taking a reading to the watcher being told. */
  readonly events = new Figure();
  /** From taking a reading of a bearing to the watcher being told what is predicted of it. */
  readonly predictions = new Figure();
  /** Machines that were said to need service soon, and how often. */
  readonly serviceSoon = new Map<string, number>();
  /** From asking over HTTP to the answer. */
  readonly queries = new Figure();
  twins = 0;
  errors = 0;
  firstError: string | undefined;

  fail(reason: unknown): void {
    this.errors++;
    this.firstError ??= reason instanceof Error ? reason.message : JSON.stringify(reason);
  }
}

export const rate = (perSecond: number): string => `${count(perSecond)}/s`;
export const count = (value: number): string => Math.round(value).toLocaleString("en-US");
export const latencies = (histogram: Histogram): string =>
  `p50 ${ms(histogram.at(0.5))}, p99 ${ms(histogram.at(0.99))}`;
const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
