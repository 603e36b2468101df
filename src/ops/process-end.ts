// How the process ends: by a signal in order, at a second one at once, and at a fault that nobody expected with what is known of it.

import type { Logger } from "pino";
import type { Trouble } from "./shutdown.ts";

/** Exit codes; that of bad settings is 2. */
export const EXIT = { inOrder: 0, troubled: 1, crashed: 70 } as const;

/** What a process is asked for here. */
export type EndingProcess = Pick<NodeJS.Process, "on" | "exit">;

const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Stops at the first signal, and ends the process with what came of it; ends it at once at the second. */
export function endAtSignals(
  process: EndingProcess,
  stop: () => Promise<readonly Trouble[]>,
  log: Logger,
): void {
  let stopping = false;
  const end = async () => {
    if (stopping) {
      log.warn("asked again to stop: ending at once");
      process.exit(EXIT.troubled);
      return;
    }
    stopping = true;
    try {
      const troubles = await stop();
      for (const { step, error } of troubles)
        log.error({ step, ...(error === undefined ? {} : { err: error }) }, whatHappened(error));
      process.exit(troubles.length === 0 ? EXIT.inOrder : EXIT.troubled);
    } catch (error) {
      log.fatal({ err: error }, "could not stop in order");
      process.exit(EXIT.troubled);
    }
  };
  for (const signal of signals) process.on(signal, () => void end());
}

const whatHappened = (error: unknown): string =>
  error === undefined ? "did not stop in time and was left alone" : "failed to stop";

/**
 * Ends the process where something threw that nobody caught: its state is not known any more, and what was acknowledged is in the
 * journal. The log is written at once, so the reason is there. What is known to be harmless is only told to the log.
 */
export function endAtCrashes(
  process: EndingProcess,
  log: Logger,
  isHarmless: (error: unknown) => boolean = () => false,
): void {
  const crash = (what: string) => (error: unknown) => {
    if (isHarmless(error)) {
      log.warn({ err: error }, "a library failed in a way that is known and does no harm");
      return;
    }
    log.fatal({ err: error }, what);
    process.exit(EXIT.crashed);
  };
  process.on("uncaughtException", crash("an error that nobody caught; the process ends"));
  process.on("unhandledRejection", crash("a rejection that nobody handled; the process ends"));
}
