// One input of a predictor.

import { type Aggregate, isAggregate } from "../../base/aggregates.ts";
import { isArray, isObject } from "../../base/json/json.ts";
import { predictorInvalid } from "../errors.ts";
import {
  below,
  checkUnique,
  duration,
  type Given,
  given,
  list,
  members,
  number,
  object,
  oneOf,
  optional,
  type Reads,
  required,
  text,
  whole,
} from "../fields.ts";
import { boundsOf, LEAST_OF_TIME, MAX_READINGS, MAX_TOGETHER } from "../inputs/bounds.ts";
import type { Input } from "../model.ts";
import { thingPath } from "./read-names.ts";

/** What is so many readings old is one of one more. */
const MAX_LAG = MAX_READINGS - 1;
const MAX_VALUES = 1_024;
const keys = [...["name", "path", "window", "aggregate", "lag"], ...["oneHot", "scale", "missing", "expect"]];

/** A name of a column's input; `=` stands between it and a value. */
const inputName = text({
  max: 100,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is not allowed.
  pattern: /^[^=\u0000-\u001f\u007f-\u009f]+$/,
  form: "It must be made of other characters than '=' and control characters.",
});

const extent =
  (most: number): Reads<{ readonly count: number } | { readonly ms: number }> =>
  (given) =>
    typeof given.value === "string"
      ? { ms: duration("1ms", "366d")(given) }
      : { count: whole({ min: 1, max: most })(given) };

const aggregate: Reads<Aggregate> = (given) => {
  const name = text({ max: 20 })(given);
  if (isAggregate(name)) return name;
  const known = "last, mean, min, max, sum, std, slope, count, rate or a percentile such as p95";
  throw predictorInvalid(given.at, `It must be one of ${known}.`);
};

const category: Reads<string | number | boolean> = (given) => {
  const { value } = given;
  if (typeof value === "boolean") return value;
  return typeof value === "string" ? text({ min: 0, max: 200 })(given) : number()(given);
};

const scale: Reads<NonNullable<Input["scale"]>> = (given) => {
  const isRange = isObject(given.value) && ("min" in given.value || "max" in given.value);
  const part = members(given, isRange ? ["min", "max"] : ["mean", "std"]);
  if (!isRange) {
    const std = required(part, "std", number());
    if (std <= 0) throw predictorInvalid(below(given.at, "std"), "It must be above 0.");
    return { by: "standard", mean: required(part, "mean", number()), std };
  }
  const range = { min: required(part, "min", number()), max: required(part, "max", number()) };
  if (range.min < range.max) return { by: "range", ...range };
  throw predictorInvalid(below(given.at, "max"), "It must be above min.");
};

const missing: Reads<Input["missing"]> = (given) => {
  if (isObject(given.value) && !isArray(given.value))
    return { value: required(members(given, ["value"]), "value", number()) };
  return oneOf(["skip", "last", "nan"])(given);
};

const expectation: Reads<Input["expect"]> = (value) => {
  const part = members(value, ["type", "min", "max"]);
  const expected = {
    ...given(part, "type", oneOf(["number", "boolean", "string"])),
    ...given(part, "min", number()),
    ...given(part, "max", number()),
  };
  const { type = "number", min, max } = expected;
  if (type !== "number" && (min !== undefined || max !== undefined))
    throw predictorInvalid(below(value.at, "type"), "Only numbers have a min and a max.");
  if (min !== undefined && max !== undefined && min > max)
    throw predictorInvalid(below(value.at, "max"), "It must not be below min.");
  return expected;
};

/** Reads one input of a model. */
export function readInput(value: Given): Input {
  const part = members(value, keys);
  const input: Input = {
    name: required(part, "name", inputName),
    path: required(part, "path", thingPath),
    ...given(part, "window", extent(MAX_READINGS)),
    aggregate: optional(part, "aggregate", aggregate) ?? "last",
    ...given(part, "lag", extent(MAX_LAG)),
    ...given(part, "oneHot", list(category, { max: MAX_VALUES })),
    ...given(part, "scale", scale),
    missing: optional(part, "missing", missing) ?? "skip",
    expect: optional(part, "expect", expectation) ?? {},
  };
  checkInput(input, object(value).at);
  return input;
}

/** Aggregates that nothing can take the place of from before: they are never missing, or need more than one reading. */
const withoutLast: readonly Aggregate[] = ["std", "slope", "count", "rate", "sum"];

function checkInput({ window, aggregate, lag, oneHot, scale, missing }: Input, at: string): void {
  const refuse = (key: string, reason: string): never => {
    throw predictorInvalid(below(at, key), reason);
  };
  if (aggregate !== "last" && !window) refuse("aggregate", "It needs a window.");
  if (window && lag) refuse("lag", "An input has a window or a lag, not both.");
  if (oneHot && (window || aggregate !== "last"))
    refuse("oneHot", "It goes with no window and no aggregate.");
  if (oneHot && scale) refuse("scale", "Columns of oneHot are 0 or 1, and not scaled.");
  if (oneHot) checkUnique(oneHot.map(String), (i) => below(`${at}/oneHot`, i));
  if (missing === "last" && withoutLast.includes(aggregate))
    refuse("missing", `For ${aggregate} there is no last value to take.`);
}

/** Refuses inputs whose windows and lags hold too much together of a thing. */
export function checkReadings(inputs: readonly Input[]): void {
  const { needed } = boundsOf(inputs);
  if (needed <= MAX_TOGETHER) return;
  const counted = `those by number as many as they say, those of time at least ${LEAST_OF_TIME} each`;
  throw predictorInvalid(
    "/inputs",
    `Their windows and lags hold ${needed} readings of a thing (${counted}), and may hold ${MAX_TOGETHER} together.`,
  );
}
