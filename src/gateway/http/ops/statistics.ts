// `/stats`: how many entities are in memory, by Ditto's names for what holds them, and how many things there are.

import { isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import type { MemberAnswer } from "./members.ts";

/** What a process holds in memory at the moment, by namespace; and how many things wait for the search index. */
export interface LiveEntities {
  readonly things: ReadonlyMap<string, number>;
  readonly policies: ReadonlyMap<string, number>;
  readonly waitingForIndex: number;
}

/** Most namespaces of a kind that a process tells of: those with most entities. */
const MAX_NAMESPACES = 2_000;

/** Ditto's shard regions, and what their entities are called in statistics. */
const regions = { thing: "things", policy: "policies", "search-wildcard-updater": "searchWildcardUpdaters" };

type Region = keyof typeof regions;
const allRegions = Object.keys(regions) as Region[];

const hotName = (region: Region): string =>
  `hot${regions[region].slice(0, 1).toUpperCase()}${regions[region].slice(1)}`;
const detailsName = (region: Region): string => `${regions[region]}NamespacesHotness`;

/** What one process tells the others of itself. */
export const ownStatistics = ({ things, policies, waitingForIndex }: LiveEntities): JsonObject => ({
  totals: {
    thing: totalOf(things),
    policy: totalOf(policies),
    "search-wildcard-updater": waitingForIndex,
  },
  namespaces: { thing: largest(things), policy: largest(policies), "search-wildcard-updater": {} },
});

function totalOf(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

const largest = (counts: ReadonlyMap<string, number>): JsonObject =>
  Object.fromEntries([...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_NAMESPACES));

/** `/stats/things`: the totals of all processes. */
export function hotEntities(answers: readonly MemberAnswer[]): JsonObject {
  const totals = summed(answers.map(({ answer }) => memberOf(answer, "totals")));
  return Object.fromEntries(allRegions.map((region) => [hotName(region), totals.get(region) ?? 0]));
}

/**
 * `/stats/things/details`: by namespace, for the named regions and namespaces only where some are named; a named namespace that
 * holds nothing is told with 0.
 */
export function hotNamespaces(
  answers: readonly MemberAnswer[],
  entities: readonly string[],
  namespaces: readonly string[],
): JsonObject {
  const asked = entities.length === 0 ? allRegions : allRegions.filter((region) => entities.includes(region));
  const told = asked.map((region): [string, JsonObject] => {
    const counts = summed(answers.map(({ answer }) => memberOf(memberOf(answer, "namespaces"), region)));
    return [
      detailsName(region),
      namespaces.length === 0
        ? Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
        : Object.fromEntries(namespaces.map((name) => [name, counts.get(name) ?? 0])),
    ];
  });
  return Object.fromEntries(told);
}

const memberOf = (value: JsonValue | undefined, name: string): JsonObject => {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
};

function summed(parts: readonly JsonObject[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const part of parts)
    for (const [name, count] of Object.entries(part)) sums.set(name, (sums.get(name) ?? 0) + Number(count));
  return sums;
}
