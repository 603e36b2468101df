// What a consumer group has assigned to a member.

import type { GroupAssignment } from "@platformatic/kafka";

interface Partition {
  readonly topic: string;
  readonly partition: number;
}

/** Whether a partition is among those that were assigned. */
export const isAmong = (assignments: readonly GroupAssignment[], { topic, partition }: Partition): boolean =>
  assignments.some((one) => one.topic === topic && one.partitions.includes(partition));

/** The assignments but for those partitions. */
export function without(
  assignments: readonly GroupAssignment[],
  flows: readonly Partition[],
): GroupAssignment[] {
  const names = new Set(flows.map(nameOf));
  return assignments
    .map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.filter((partition) => !names.has(`${topic}#${partition}`)),
    }))
    .filter(({ partitions }) => partitions.length > 0);
}

export const nameOf = ({ topic, partition }: Partition): string => `${topic}#${partition}`;
