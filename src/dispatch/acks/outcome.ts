// Runs a command and waits for what its caller awaits: the response, acknowledgements, or only that nothing is wrong.

import { TwinError } from "../../base/errors.ts";
import type { Reply } from "../../signals/reply.ts";
import { type Ack, isSuccess } from "./ack.ts";
import type { AwaitedAcks } from "./awaited.ts";
import { Collection } from "./collection.ts";
import type { Deadlines } from "./deadlines.ts";
import { commandTimeout } from "./errors.ts";
import { TWIN_PERSISTED } from "./labels.ts";

/** `accepted` answers whoever does not want to be told more. */
export type Outcome = "accepted" | { readonly reply: Reply } | { readonly acks: readonly Ack[] };

/** Takes in what others acknowledge while the command runs. */
export type Feed = (ack: Ack) => void;

/** A command that is ready to be run. `feed` is there where others may acknowledge it. */
export interface Runnable {
  readonly correlationId: string;
  run(feed?: Feed): Promise<Reply>;
  /** The acknowledgement `twin-persisted` of its reply. */
  ackOf(reply: Reply): Ack;
}

export interface Waiting {
  readonly deadlines: Deadlines;
  /** How long a command is watched for a refusal when nobody awaits anything, in milliseconds. */
  readonly refusalMs: number;
  /** Told of what should not have happened after the answer was given. */
  onFault(error: unknown): void;
}

/**
 * Runs a command; resolves with what its caller is to be told. Rejects with the refusal of the command, with
 * `command.timeout` when the response comes too late, and with `too.many.requests`, before it runs, when too many wait.
 */
export function outcomeOf(awaited: AwaitedAcks, command: Runnable, waiting: Waiting): Promise<Outcome> {
  const [first, second] = awaited.labels;
  if (second === undefined && (first === undefined || first === TWIN_PERSISTED))
    return responseOf(awaited, command, waiting);
  return acksOf(awaited, command, waiting);
}

async function responseOf(awaited: AwaitedAcks, command: Runnable, waiting: Waiting): Promise<Outcome> {
  if (awaited.responseRequired) {
    // The usual command needs no timer: what keeps it from being answered is reported sooner than that.
    const reply = awaited.isTimed ? await within(command, awaited.timeoutMs, waiting) : await command.run();
    if (!reply) throw commandTimeout(awaited.timeoutMs);
    return { reply };
  }
  const isAwaited = awaited.labels.length > 0;
  const reply = await within(command, isAwaited ? awaited.timeoutMs : waiting.refusalMs, waiting);
  if (!reply && isAwaited) throw commandTimeout(awaited.timeoutMs);
  return "accepted";
}

/** The reply, or nothing when the time is over; the command goes on. */
function within(command: Runnable, ms: number, { deadlines, onFault }: Waiting): Promise<Reply | undefined> {
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
  command.run().then(resolve, fail).finally(cancel);
  return promise;
}

async function acksOf(awaited: AwaitedAcks, command: Runnable, waiting: Waiting): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const collection = new Collection(awaited.labels);
  let isOver = false;
  let isCommitted = false;
  let isClosing = false;
  const finish = (): void => {
    isOver = true;
    cancel();
    resolve(collected(collection.result(awaited.timeoutMs, command.correlationId), awaited));
  };
  // A server that stops finishes what it has accepted, but waits for nobody else.
  const cancel = waiting.deadlines.start(awaited.timeoutMs, finish, () => {
    isClosing = true;
    if (isCommitted) finish();
  });
  const feed = (ack: Ack): void => {
    if (isOver) return;
    collection.ack(ack);
    if (collection.isComplete) finish();
  };
  const fail = (error: unknown): void => {
    cancel();
    if (!isOver) reject(error);
    else if (!(error instanceof TwinError)) waiting.onFault(error);
    isOver = true;
  };
  const commit = (reply: Reply): void => {
    isCommitted = true;
    feed(command.ackOf(reply));
    if (isClosing && !isOver) finish();
  };
  command.run(feed).then(commit).catch(fail);
  return promise;
}

function collected(acks: readonly Ack[], { responseRequired }: AwaitedAcks): Outcome {
  if (responseRequired) return { acks };
  if (acks.every(isSuccess)) return "accepted";
  return {
    acks: acks.map(({ label, status }) => ({ label, status, headers: { "response-required": false } })),
  };
}
