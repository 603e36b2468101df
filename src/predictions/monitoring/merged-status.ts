// How a predictor is doing, put together from what several members of a cluster tell: each predicts the things that it owns.

import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import { rounded, shareOf } from "./statistics/rounded.ts";

/** What one member tells of the predictor. */
export interface MemberStatus {
  /** Of the node. */
  readonly member: string;
  readonly status: JsonObject;
}

/**
 * Counts and rates are added, of latencies the worst counts; what is compared (data, drift, quality, bias) is told by the member with
 * the most predictions of a version. `members` has all of it as each tells it.
 */
export function mergedStatus(all: readonly MemberStatus[]): JsonObject {
  const started = all.filter(({ status }) => status.starting !== true);
  const members = {};
  for (const { member, status } of all) putKey(members, member, status);
  if (started.length === 0) return { starting: true, members };
  const statuses = started.map(({ status }) => status);
  const since = statuses.map(({ since }) => String(since)).sort()[0] as string;
  const unusable = statuses.filter(({ unusableTruths }) => unusableTruths !== undefined);
  return {
    since,
    queue: total(statuses, "queue"),
    versions: mergedVersions(statuses),
    ...(unusable.length > 0 && { unusableTruths: total(unusable, "unusableTruths") }),
    problems: told(started, "problems"),
    alerts: told(started, "alerts"),
    ...(statuses.some(({ catchingUp }) => catchingUp === true) && { catchingUp: true }),
    members,
  };
}

/** The entries of a list, with who tells them. */
const told = (all: readonly MemberStatus[], list: string): readonly JsonObject[] =>
  all.flatMap(({ member, status }) => listAt(status, list).map((one) => ({ ...one, member })));

const listAt = (status: JsonObject, key: string): readonly JsonObject[] => {
  const list = status[key];
  return isArray(list) ? list.filter(isObject) : [];
};

const numberAt = (json: JsonObject, key: string): number => {
  const value = json[key];
  return typeof value === "number" ? value : 0;
};

const total = (all: readonly JsonObject[], key: string): number =>
  all.reduce((sum, json) => sum + numberAt(json, key), 0);

const objectAt = (json: JsonObject, key: string): JsonObject => {
  const value = json[key];
  return isObject(value) ? value : {};
};

function mergedVersions(statuses: readonly JsonObject[]): JsonObject {
  const all = statuses.map((status) => objectAt(status, "versions"));
  const merged = {};
  for (const name of new Set(all.flatMap((versions) => Object.keys(versions))))
    putKey(
      merged,
      name,
      mergedVersion(all.flatMap((versions) => (isObject(versions[name]) ? [versions[name]] : []))),
    );
  return merged;
}

function mergedVersion(all: readonly JsonObject[]): JsonObject {
  const busiest = all.reduce((a, b) => (numberAt(b, "predictions") > numberAt(a, "predictions") ? b : a));
  const trouble = all.find((version) => version.trouble !== undefined)?.trouble;
  const predictions = total(all, "predictions");
  const written = all.map((version) => objectAt(version, "written"));
  const count = total(written, "count");
  return {
    ...busiest,
    ...(trouble !== undefined && { trouble }),
    predictions,
    rate: each(all, "rate", (values) => values.reduce((sum, value) => sum + value, 0)),
    latency: each(all, "latency", (values) => Math.max(...values)),
    skipped: total(all, "skipped"),
    written: busiest.written === null ? null : { count, share: rounded(shareOf(count, predictions)) },
    errors: mergedErrors(all.map((version) => objectAt(version, "errors"))),
  };
}

/** Joins the numbers that are at a key of an object; null where nobody has one. */
function each(
  all: readonly JsonObject[],
  key: string,
  join: (values: readonly number[]) => number,
): JsonObject {
  const objects = all.map((json) => objectAt(json, key));
  return Object.fromEntries(
    Object.keys(objects[0] ?? {}).map((name): [string, JsonValue] => {
      const values = objects.flatMap((one) => (typeof one[name] === "number" ? [one[name]] : []));
      return [name, values.length === 0 ? null : rounded(join(values))];
    }),
  );
}

/** The share is the highest of a member. */
function mergedErrors(all: readonly JsonObject[]): JsonObject {
  const reasons = {};
  for (const one of all)
    for (const [reason, count] of Object.entries(objectAt(one, "reasons")))
      putKey(reasons, reason, numberAt(reasons, reason) + (typeof count === "number" ? count : 0));
  const lasts = all.map((one) => objectAt(one, "last")).filter(({ at }) => typeof at === "string");
  const last = lasts.sort((a, b) => (String(a.at) < String(b.at) ? 1 : -1))[0];
  const shares = all.flatMap(({ share }) => (typeof share === "number" ? [share] : []));
  return {
    count: total(all, "count"),
    share: shares.length === 0 ? null : Math.max(...shares),
    reasons,
    last: last ?? null,
  };
}
