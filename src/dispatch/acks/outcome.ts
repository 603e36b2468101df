// Runs a command and waits for what its caller awaits: the response, acknowledgements, or only that nothing is wrong.

import { TwinError } from "../../base/errors.ts";
import type { Reply } from "../../signals/reply.ts";
import { type Ack, searchPersisted } from "./ack.ts";
import { AckWait, type Waiter, type WaitParts } from "./ack-wait.ts";
import type { AwaitedAcks } from "./awaited.ts";
import { commandTimeout } from "./errors.ts";
import { SEARCH_PERSISTED } from "./labels.ts";

/** How this server keeps callers waiting. */
export interface Waiting extends WaitParts {
  /** How long a command is watched for a refusal when nobody awaits anything, in milliseconds. */
  readonly refusalMs: number;
  /** Tells once when a revision of a thing can be found by searching. */
  readonly whenIndexed: WhenIndexed;
}

/** Calls back with an error where it is not going to be. */
export type WhenIndexed = (id: string, revision: number, told: (error?: unknown) => void) => void;

/** Told of what should not have happened after the answer was given. */
export type OnFault = (error: unknown) => void;

/**
 * Runs a command of which nothing but the response is awaited; resolves with what its caller is to be told, `accepted`
 * standing for nothing more than that. Rejects with the refusal of the command, and with `command.timeout` when the
 * response comes too late.
 */
export function responseOf(
  awaited: AwaitedAcks,
  run: () => Promise<Reply>,
  waiting: Waiting,
  onFault: OnFault,
): Promise<Reply | "accepted"> {
  // The usual command needs no timer: what keeps it from being answered is reported sooner than that.
  return awaited.responseRequired && !awaited.isTimed ? run() : inTime(awaited, run, waiting, onFault);
}

async function inTime(
  { timeoutMs, responseRequired, labels }: AwaitedAcks,
  run: () => Promise<Reply>,
  waiting: Waiting,
  onFault: OnFault,
): Promise<Reply | "accepted"> {
  const isAwaited = responseRequired || labels.length > 0;
  const reply = await within(run, isAwaited ? timeoutMs : waiting.refusalMs, waiting, onFault);
  if (!reply && isAwaited) throw commandTimeout(timeoutMs);
  return reply && responseRequired ? reply : "accepted";
}

/** The reply, or nothing when the time is over; the command goes on. */
function within(
  run: () => Promise<Reply>,
  ms: number,
  { deadlines }: Waiting,
  onFault: OnFault,
): Promise<Reply | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply | undefined>();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    resolve(undefined);
  };
  // A server that stops finishes what it has accepted, so this one is waited for without a timer then.
  const cancel = deadlines.start(ms, end, () => undefined);
  const fail = (error: unknown): void => {
    if (!isOver) reject(error);
    else if (!(error instanceof TwinError)) onFault(error);
  };
  run().then(resolve, fail).finally(cancel);
  return promise;
}

/**
 * Runs a command and waits for the acknowledgements of others, who are told of it by the given correlation ID. Resolves
 * with those to be told, or with `accepted` where all is well and no response is required, or nobody is left to be told.
 * Rejects with the refusal of the command, and with `too.many.requests`, before it runs, when too much waits.
 */
export async function acksOf(
  awaited: AwaitedAcks,
  run: (correlationId: string) => Promise<Reply>,
  ackOf: (reply: Reply) => Ack,
  waiter: Waiter,
  waiting: Waiting,
): Promise<readonly Ack[] | "accepted"> {
  const wait = new AckWait(awaited, waiter, waiting);
  const asksIndex = awaited.labels.includes(SEARCH_PERSISTED);
  run(wait.correlationId)
    .then((reply) => {
      if (asksIndex)
        waiting.whenIndexed(waiter.id, reply.revision ?? 0, (error) => wait.feed(searchPersisted(error)));
      wait.commit(ackOf(reply));
    })
    .catch(wait.fail);
  return wait.outcome;
}
