// How fast what one writes reaches many: a write is under way until all of them have it, and then makes place for the next.

import { setTimeout as pause } from "node:timers/promises";
import { Latencies } from "./latencies.ts";
import type { Measured } from "./measured.ts";

export interface FanOut {
  /** One of the listeners has so many messages by now. */
  received(count: number): void;
  /** Keeps so many writes under way for so many seconds; the rate is that of deliveries. */
  run(underWay: number, seconds: number): Promise<Pick<Measured, "rate" | "p50" | "p99">>;
}

/** `write` makes one of the writes, which are counted from 1. */
export function fanOut(listeners: number, write: (nth: number) => void): FanOut {
  const latencies = new Latencies();
  const writtenAt: number[] = [];
  const reached: number[] = [];
  let stopping = false;

  function writeNext(): void {
    reached.push(0);
    writtenAt.push(performance.now());
    write(writtenAt.length);
  }

  return {
    received(count) {
      const turn = count - 1;
      const reachedNow = (reached[turn] ?? 0) + 1;
      reached[turn] = reachedNow;
      if (reachedNow < listeners) return;
      latencies.add(performance.now() - (writtenAt[turn] as number));
      if (!stopping) writeNext();
    },
    async run(underWay, seconds) {
      const startedAt = performance.now();
      for (let i = 0; i < underWay; i++) writeNext();
      await pause(seconds * 1_000);
      stopping = true;
      const rate = (latencies.count * listeners) / ((performance.now() - startedAt) / 1_000);
      const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
      await pause(500); // the writes still under way arrive before the next round counts from one
      return { rate, p50, p99 };
    },
  };
}
