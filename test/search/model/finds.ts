// Which things a filter finds, as MongoDB understands what Ditto asks it. It shares nothing with the SQL it is compared
// with.

import {
  getKey,
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from "../../../src/base/json/json.ts";
import type { Path } from "../../../src/base/json/pointer.ts";
import { type Criterion, isTimeValue, type Literal } from "../../../src/rql/criterion.ts";
import { compileTime } from "../../../src/rql/time.ts";
import { canRead, isVisible, type Rule } from "./access.ts";
import { isLike } from "./like.ts";
import { readProperty } from "./property.ts";
import { compareAlike, storable, typeOf } from "./values.ts";

type Leaf = Extract<Criterion, { property: string }>;

/**
 * Whether somebody finds a thing. The document is what `documentOf` makes of it; `now` is in milliseconds since the epoch.
 */
export function finds(
  criterion: Criterion | undefined,
  document: JsonObject,
  rules: readonly Rule[],
  subjects: readonly string[],
  now: number,
): boolean {
  const holds = (asked: Criterion): boolean => {
    if ("criteria" in asked)
      return asked.op === "and" ? asked.criteria.every(holds) : asked.criteria.some(holds);
    if ("criterion" in asked) return !holds(asked.criterion);
    return leafHolds(asked, document, (path) => canRead(rules, subjects, path), now);
  };
  return isVisible(rules, subjects, document) && (criterion === undefined || holds(criterion));
}

function leafHolds(leaf: Leaf, thing: JsonObject, mayRead: (path: Path) => boolean, now: number): boolean {
  const { path, isPublic, isOfAnyFeature } = readProperty(leaf.property);
  if (!isOfAnyFeature) return (isPublic || mayRead(path)) && test(leaf, valuesAt(thing, path), now);
  const features = getKey(thing, "features");
  const below = path.slice(2);
  const all = Object.entries(isObject(features) ? features : {});
  if (leaf.op === "empty" && below.length === 0) return all.length === 0 && mayRead(["features"]);
  return all.some(
    ([id, feature]) => mayRead(["features", id, ...below]) && test(leaf, valuesAt(feature, below), now),
  );
}

/** All that is at a path; an array on the way stands for those of its elements that are objects. */
function valuesAt(value: JsonValue, path: Path): JsonArray {
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  const holders = isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];
  return holders
    .map((holder) => getKey(holder, key))
    .filter((member) => member !== undefined)
    .flatMap((member) => valuesAt(member, rest));
}

function test(leaf: Leaf, values: JsonArray, now: number): boolean {
  const candidates = values.flatMap((value) => (isArray(value) ? value : [value]));
  switch (leaf.op) {
    case "exists":
      return values.length > 0;
    case "empty":
      return values.length === 0 || [...values, ...candidates].some(isEmpty);
    case "in":
      return leaf.values
        .flatMap((value) => resolve(value, now))
        .some((value) => isIn(value, candidates, values));
    case "like":
    case "ilike": {
      const pattern = storable(leaf.value as string);
      return candidates.some(
        (candidate) => typeof candidate === "string" && isLike(candidate, pattern, leaf.op === "ilike"),
      );
    }
    case "ne":
      return (
        values.length > 0 && !resolve(leaf.value, now).some((value) => candidates.some(isEqualTo(value)))
      );
    default:
      return compareAny(leaf.op, resolve(leaf.value, now), candidates, values);
  }
}

type Order = "eq" | "gt" | "ge" | "lt" | "le";

const compareAny = (op: Order, wanted: JsonArray, candidates: JsonArray, values: JsonArray): boolean =>
  wanted.some((value) => compares(op, value, candidates, values));

function compares(op: Order, value: JsonValue, candidates: JsonArray, values: JsonArray): boolean {
  if (op === "eq") return candidates.some(isEqualTo(value));
  if (value === null) return (op === "ge" || op === "le") && isIn(null, candidates, values);
  const orders = candidates
    .filter((candidate) => typeOf(candidate) === typeOf(value))
    .map((candidate) => compareAlike(candidate, value));
  if (op === "gt") return orders.some((order) => order > 0);
  if (op === "ge") return orders.some((order) => order >= 0);
  if (op === "lt") return orders.some((order) => order < 0);
  return orders.some((order) => order <= 0);
}

/** Equal to some candidate; what is not there counts as null. */
const isIn = (value: JsonValue, candidates: JsonArray, values: JsonArray): boolean =>
  (value === null && values.length === 0) || candidates.some(isEqualTo(value));

const isEqualTo = (value: JsonValue) => (candidate: JsonValue) =>
  typeOf(candidate) === typeOf(value) && (value === null || compareAlike(candidate, value) === 0);

function isEmpty(value: JsonValue): boolean {
  if (isArray(value)) return value.length === 0;
  return value === null || value === "" || (isObject(value) && Object.keys(value).length === 0);
}

/** What a literal stands for now: milliseconds are a number and a text, and a time that nobody knows is null. */
function resolve(literal: Literal, now: number): JsonArray {
  if (typeof literal === "string") return [storable(literal)];
  if (!isTimeValue(literal)) return [literal];
  const time = compileTime(literal.time)?.(now) ?? null;
  return literal.time.startsWith("now_epoch_millis") && time !== null ? [Number(time)] : [time];
}
