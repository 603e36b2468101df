// What became of the partitions of a request to produce that has failed in part or as a whole.

import type { ProduceResult } from "@platformatic/kafka";
import { type Fault, faultsOf } from "./failures.ts";

export interface Outcome {
  /** Of the first message of each partition that has taken its messages. */
  readonly offsets: Map<number, bigint>;
  /** Whether it is certain that a partition has taken nothing, for a reason that may pass. */
  isRefused(partition: number | undefined): boolean;
}

interface ProduceAnswer {
  readonly responses?: readonly {
    readonly partitionResponses: readonly {
      readonly index: number;
      readonly errorCode: number;
      readonly baseOffset: bigint;
    }[];
  }[];
}

/**
 * The numbers of UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS, FENCED_LEADER_EPOCH and
 * UNKNOWN_TOPIC_ID.
 */
const passing = new Set([3, 5, 6, 19, 74, 100]);

/** Of messages of one topic, by the error that came of sending them. */
export function outcomeOf(error: unknown): Outcome {
  const faults = faultsOf(error);
  const { produced } = error as { readonly produced?: ProduceResult };
  const offsets = new Map((produced?.offsets ?? []).map(({ partition, offset }) => [partition, offset]));
  const refused = new Set<number>();
  const answered = new Set<number>();
  for (const { index, errorCode, baseOffset } of faults.flatMap(partitionsIn)) {
    answered.add(index);
    if (errorCode === 0) offsets.set(index, baseOffset);
    else if (passing.has(errorCode)) refused.add(index);
  }
  const isUnsent = unanswered(faults).every(({ hasStaleMetadata }) => hasStaleMetadata === true);
  const isRefused = (partition = -1) => refused.has(partition) || (isUnsent && !answered.has(partition));
  return { offsets, isRefused };
}

const partitionsIn = ({ response }: Fault) =>
  ((response as ProduceAnswer | undefined)?.responses ?? []).flatMap(
    ({ partitionResponses }) => partitionResponses,
  );

/** Errors that no broker has told, at their root. */
const unanswered = (faults: readonly Fault[]): readonly Fault[] =>
  faults.filter(
    ({ errors = [], cause, apiId }) => errors.length === 0 && cause == null && apiId === undefined,
  );
