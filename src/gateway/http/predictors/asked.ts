// A request about predictors: who sends it, its headers, and how long he waits.

import type { IncomingMessage } from "node:http";
import { timeoutTooLong } from "../../../dispatch/acks/errors.ts";
import type { Asked } from "../../../predictions/predictors-api.ts";
import { durationMs } from "../../../protocol/timeout.ts";
import { inTime } from "../connections/asked.ts";
import type { Target } from "../uri.ts";
import type { LetIn } from "./caller.ts";

export interface Request extends LetIn {
  readonly incoming: IncomingMessage;
  readonly target: Target;
}

const MAX_WAIT_MS = 60_000;

/** What is asked of the predictors by a request about one of them. */
export const askedOf = ({ caller, headers }: Request, id: string): Asked => ({ id, caller, headers });

/** The outcome of some work, if it comes as soon as the sender wants it; else it is refused, and the work goes on. */
export async function awaited<T>({ headers: { timeout } }: Request, work: () => Promise<T>): Promise<T> {
  const ms = timeout === undefined ? MAX_WAIT_MS : durationMs(timeout);
  if (ms > MAX_WAIT_MS) throw timeoutTooLong(String(timeout));
  return inTime(work(), ms);
}
