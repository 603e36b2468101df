// How partitions are shared out by the leader of a consumer group: in ranges, topic by topic, as Kafka's own clients do by default.

import type {
  ClusterMetadata,
  ExtendedGroupProtocolSubscription,
  GroupPartitionsAssignments,
} from "@platformatic/kafka";

/**
 * Members get partitions only of the topics that they subscribe to; those that come first by their ID get one more where it does not come
 * out even.
 */
export function assignInRanges(
  _self: string,
  members: Map<string, ExtendedGroupProtocolSubscription>,
  _topicsOfSelf: Set<string>,
  metadata: ClusterMetadata,
): GroupPartitionsAssignments[] {
  const shares = new Map<string, GroupPartitionsAssignments>();
  for (const memberId of members.keys()) shares.set(memberId, { memberId, assignments: new Map() });
  for (const [topic, { partitionsCount }] of metadata.topics) {
    const ids = [...members.keys()].filter((id) => members.get(id)?.topics?.includes(topic)).sort();
    ids.forEach((id, index) => {
      const partitions = range(partitionsCount, ids.length, index);
      if (partitions.length > 0) shares.get(id)?.assignments.set(topic, { topic, partitions });
    });
  }
  return [...shares.values()];
}

function range(count: number, members: number, index: number): number[] {
  const [each, rest] = [Math.floor(count / members), count % members];
  const start = each * index + Math.min(index, rest);
  return Array.from({ length: each + (index < rest ? 1 : 0) }, (_, at) => start + at);
}
