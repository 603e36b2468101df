// What several members of a cluster tell of one connection, as one answer.

import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";

/** The sum of the metrics of several members, each as RetrieveConnectionMetrics tells them; of one, that as it is. */
export const mergedMetrics = (all: readonly JsonObject[]): JsonObject => all.reduce(sum);

/** Numbers are added, the later of two times counts, and so does a failure anywhere; texts are those of the first. */
function sum(a: JsonObject, b: JsonObject): JsonObject {
  const merged = {};
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a[key], b[key]];
    putKey(merged, key, key === "status" ? (one as JsonValue) : both(one, other));
  }
  return merged;
}

function both(one: JsonValue | undefined, other: JsonValue | undefined): JsonValue {
  if (one === undefined || one === null) return other ?? null;
  if (other === undefined || other === null) return one;
  if (isObject(one) && isObject(other)) return sum(one, other);
  if (typeof one === "number" && typeof other === "number") return one + other;
  if (typeof one === "boolean" && typeof other === "boolean") return one || other;
  // Times of this form sort as texts do.
  return typeof one === "string" && typeof other === "string" && one < other ? other : one;
}

/**
 * The logs of several members, each as RetrieveConnectionLogs tells them, in the order of their times: as many of the newest
 * entries as have `most` characters. They count as on while they are on at one of them.
 */
export function mergedLogs(all: readonly JsonObject[], most: number): JsonObject {
  const [first, ...others] = all as readonly [JsonObject, ...JsonObject[]];
  if (others.length === 0) return first;
  const entries = all
    .flatMap(({ connectionLogs }) => (isArray(connectionLogs) ? connectionLogs : []))
    .filter(isObject)
    .sort((a, b) => compare(timeOf(a), timeOf(b)));
  const limits = (key: string): readonly string[] =>
    all.flatMap((one) => (typeof one[key] === "string" ? [one[key]] : [])).sort(compare);
  return {
    connectionId: first.connectionId ?? null,
    connectionLogs: newest(entries, most),
    enabledSince: limits("enabledSince")[0] ?? null,
    enabledUntil: limits("enabledUntil").at(-1) ?? null,
  };
}

const timeOf = ({ timestamp }: JsonObject): string => String(timestamp);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function newest(entries: readonly JsonObject[], most: number): readonly JsonObject[] {
  let size = 0;
  let from = entries.length;
  for (; from > 0; from--) {
    size += JSON.stringify(entries[from - 1]).length;
    if (size > most) break;
  }
  return entries.slice(from);
}
