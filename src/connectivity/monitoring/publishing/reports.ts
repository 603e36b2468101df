// What the operator is told of publishing the logs of connections: when it begins to fail, when it goes on, and now and then of losses.

import type { Logger } from "pino";

const LOSSES_EVERY_MS = 60_000;

export interface Reports {
  failed(error: unknown): void;
  sent(): void;
  /** `total` have made room since the start. */
  dropped(total: number): void;
  /** So many were not published before the stop. */
  left(count: number): void;
}

export function reportsTo(log: Logger): Reports {
  let isFailing = false;
  const told = { dropped: 0, at: 0 };
  return {
    failed(err) {
      if (!isFailing) log.warn({ err }, "the logs of connections cannot be published; they wait");
      isFailing = true;
    },
    sent() {
      if (isFailing) log.info("the logs of connections are published again");
      isFailing = false;
    },
    dropped(total) {
      const now = Date.now();
      if (total === told.dropped || now - told.at < LOSSES_EVERY_MS) return;
      const entries = total - told.dropped;
      log.warn({ entries }, "too many entries of the logs of connections wait: the oldest are not published");
      Object.assign(told, { dropped: total, at: now });
    },
    left: (entries) => log.warn({ entries }, "the last entries of the logs of connections are not published"),
  };
}
