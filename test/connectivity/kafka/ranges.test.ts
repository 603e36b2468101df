import type { ClusterMetadata } from "@platformatic/kafka";
import { expect, test } from "vitest";
import { assignInRanges } from "../../../src/connectivity/connectors/kafka/ranges.ts";

function shares(counts: Record<string, number>, subscriptions: Record<string, readonly string[]>) {
  const members = new Map(
    Object.entries(subscriptions).map(([memberId, topics]) => [
      memberId,
      { memberId, version: 1, topics: [...topics] },
    ]),
  );
  const topics = new Map(
    Object.entries(counts).map(([topic, partitionsCount]) => [topic, { partitionsCount }]),
  );
  const given = assignInRanges("a", members, new Set(), { topics } as unknown as ClusterMetadata);
  return Object.fromEntries(
    given.map(({ memberId, assignments }) => [
      memberId,
      [...assignments.values()].map(({ topic, partitions }) => `${topic}:${partitions.join("")}`),
    ]),
  );
}

test("partitions are shared out evenly, the first members getting one more", () => {
  expect(shares({ t: 5 }, { b: ["t"], a: ["t"] })).toEqual({ a: ["t:012"], b: ["t:34"] });
});

test("members get partitions of the topics that they subscribe to and no others", () => {
  const given = shares({ t: 2, u: 2 }, { a: ["t"], b: ["u"], c: ["t", "u"] });
  expect(given).toEqual({ a: ["t:0"], b: ["u:0"], c: ["t:1", "u:1"] });
});

test("members beyond the number of partitions get none", () => {
  expect(shares({ t: 1 }, { a: ["t"], b: ["t"] })).toEqual({ a: ["t:0"], b: [] });
});
