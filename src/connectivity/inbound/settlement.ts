// What becomes of a message at the broker, by what came of it (basic-acknowledgements page, status code semantics).

import type { Answer } from "../../conversation/answer.ts";
import type { Settlement } from "../connectors/connector.ts";

/** What counts of an answer; absent where there was nothing to tell, which is a success. */
export type Outcome = Pick<Answer, "status" | "type" | "statuses" | "isLive"> | undefined;

const TIMEOUT = 408;
const PRECONDITION_FAILED = 412;
const FAILED_DEPENDENCY = 424;

/**
 * The settlement by all outcomes that were waited for: accepted where none failed, to come again where one of them may succeed
 * then, rejected where all that failed would fail again.
 */
export function settlementOf(outcomes: readonly Outcome[]): Settlement {
  const failed = outcomes.filter(isFailure).flatMap(statusesOf);
  if (failed.length === 0) return "accept";
  return failed.some(isTransient) ? "redeliver" : "reject";
}

/** What a device answers is its own business, but that it did not; a condition that does not hold is an answer as well. */
function isFailure(outcome: Outcome): outcome is Exclude<Outcome, undefined> {
  if (!outcome) return false;
  const { status, type, isLive } = outcome;
  if (isLive && type !== "acknowledgement") return status === TIMEOUT;
  if (type === "error" && status === PRECONDITION_FAILED) return false;
  return status >= 400;
}

const statusesOf = ({ status, statuses }: Exclude<Outcome, undefined>): readonly number[] =>
  statuses && statuses.length > 0 ? statuses : [status];

const isTransient = (status: number): boolean =>
  status === TIMEOUT || status === FAILED_DEPENDENCY || status >= 500;
