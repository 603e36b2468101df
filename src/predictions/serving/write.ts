// A prediction becomes what its predictor says, through the same door as what any client writes.

import { setTimeout as sleep } from "node:timers/promises";
import { TwinError } from "../../base/errors.ts";
import type { Waiter } from "../../dispatch/acks/ack-wait.ts";
import type { AwaitedAcks } from "../../dispatch/acks/awaited.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { Live } from "../../dispatch/live/live.ts";
import { JournalUnavailable } from "../../journal/journal.ts";
import type { LiveSignal } from "../../signals/live.ts";
import type { PredictionOrigin } from "../../signals/origins.ts";
import type { Command } from "../../signals/signal.ts";

export interface Writing {
  /**
   * Executes a command, as often as it takes while the server is not able to. Gives the thing's revision after it, the refusal, or
   * `undefined` where it was given up since it is not wanted any more.
   */
  write(
    command: Command,
    origin: PredictionOrigin,
    isWanted: () => boolean,
  ): Promise<number | TwinError | undefined>;
  /** Says something on the live channel and waits for no answer; gives the refusal. */
  say(signal: LiveSignal, origin: PredictionOrigin, isWanted: () => boolean): Promise<TwinError | undefined>;
}

const backoff = { least: 100, most: 10_000 };
const UNAVAILABLE = 503;

/** Waits no more between attempts once `stop` is aborted. */
export function writing(dispatch: Dispatch, live: Pick<Live, "send">, stop: AbortSignal): Writing {
  return {
    write: (command, origin, isWanted) =>
      insisting(async () => (await dispatch(command, origin)).revision ?? 0, isWanted, stop),
    async say(signal, origin, isWanted) {
      const said = await insisting(() => live.send(signal, nothing, nobody(signal), origin), isWanted, stop);
      return said instanceof TwinError ? said : undefined;
    },
  };
}

async function insisting<T>(
  task: () => Promise<T>,
  isWanted: () => boolean,
  stop: AbortSignal,
): Promise<T | TwinError | undefined> {
  for (let waitMs = backoff.least; isWanted(); waitMs = Math.min(2 * waitMs, backoff.most)) {
    try {
      return await task();
    } catch (error) {
      const isPassing =
        error instanceof JournalUnavailable || (error instanceof TwinError && error.status === UNAVAILABLE);
      if (!isPassing) {
        if (error instanceof TwinError) return error;
        throw error;
      }
    }
    await sleep(waitMs, undefined, { ref: false, signal: stop }).catch(() => undefined);
  }
  return undefined;
}

const nothing: AwaitedAcks = {
  labels: [],
  timeoutMs: 0,
  isTimed: false,
  responseRequired: false,
  shown: undefined,
};

/** Who does not wait. */
const nobody = ({ id, auth }: LiveSignal): Waiter => ({
  id,
  subject: auth.subjects[0] ?? "",
  correlationId: "",
  characters: 0,
  onGone: () => () => undefined,
  onCommitted: () => undefined,
  onFault: () => undefined,
});
