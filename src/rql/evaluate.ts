// Evaluates criteria on a thing in memory: for conditions, filters of events and live-channel conditions.

import { getKey, isArray, isObject, type JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { type Criterion, isTimeValue } from "./criterion.ts";
import { type Field, fieldOf, type Vocabulary } from "./field.ts";
import { compileComparison, compileIn, compileLike, type LeafTest, type TimedTest } from "./leaf-test.ts";

/** What a criterion is evaluated on. */
export interface Evaluated {
  /** The value of a top-level field, special ones such as `_revision` included; only asked for those addressed. */
  field(name: string): JsonValue | undefined;
  /** The value of a placeholder of the vocabulary, such as `topic:action`. */
  placeholder?(name: string): string | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
  /** Told about how much work it is to test a value, in characters, before it is done; may refuse by throwing. */
  spend?(characters: number): void;
}

export type Matcher = (on: Evaluated) => boolean;

/** `exists` and `empty` see of the fields addressed as a whole only these: for Ditto the special ones do not exist. */
const ASKABLE_FIELDS = new Set(["thingId", "policyId", "definition"]);

/**
 * Makes a criterion a function. A property outside the vocabulary, and a pattern that is no text or too long, are
 * refused with `rql.expression.invalid`. A comparison holds for an array if it holds for a value in it, and for an
 * object never; `ne` is the opposite of `eq` and so holds for what is absent.
 */
export function compileCriterion(criterion: Criterion, vocabulary: Vocabulary): Matcher {
  const { op } = criterion;
  switch (op) {
    case "and": {
      const parts = criterion.criteria.map((part) => compileCriterion(part, vocabulary));
      return (on) => parts.every((matches) => matches(on));
    }
    case "or": {
      const parts = criterion.criteria.map((part) => compileCriterion(part, vocabulary));
      return (on) => parts.some((matches) => matches(on));
    }
    case "not":
      return negate(compileCriterion(criterion.criterion, vocabulary));
    case "exists":
    case "empty":
      return compileQuestion(op, fieldOf(criterion.property, "ask", vocabulary));
    default: {
      const field = fieldOf(criterion.property, "compare", vocabulary);
      const matches = anyLeaf(field, compileTest(criterion), workOf(criterion));
      return op === "ne" ? negate(matches) : matches;
    }
  }
}

type Comparison = Extract<Criterion, { value: unknown } | { values: unknown }>;

function compileTest(criterion: Comparison): TimedTest {
  switch (criterion.op) {
    case "in":
      return compileIn(criterion.values);
    case "like":
    case "ilike":
      return compileLike(criterion.value, criterion.op === "ilike");
    case "ne":
      return compileComparison("eq", criterion.value);
    default:
      return compileComparison(criterion.op, criterion.value);
  }
}

const negate =
  (matches: Matcher): Matcher =>
  (on) =>
    !matches(on);

function compileQuestion(op: "exists" | "empty", field: Field): Matcher {
  const answer = op === "empty" ? isEmpty : isPresent;
  if (field.kind === "simple" && !ASKABLE_FIELDS.has(field.name)) return () => answer(undefined);
  return (on) => answer(readField(field, on, field.kind === "nested"));
}

const isPresent = (value: JsonValue | undefined): boolean => value !== undefined;

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** How many characters of a pattern weigh as much as a comparison. */
const LIGHT = 128;
/** What any value weighs, in characters. */
const VALUE = 10;
/** What it weighs to look for a member in an element of an array. */
const ELEMENT = 10;

/** What each value of a list weighs that holds times. */
const TIME = 100;

/** How much work a test is. */
interface Work {
  /** To make it for the time that it is. */
  readonly making: number;
  /** For each character of a value: long patterns take longer. */
  readonly weight: number;
}

function workOf(criterion: Comparison): Work {
  if ("values" in criterion)
    return { making: criterion.values.some(isTimeValue) ? TIME * criterion.values.length : 0, weight: 1 };
  const { value } = criterion;
  return { making: 0, weight: typeof value === "string" ? 1 + value.length / LIGHT : 1 };
}

const anyLeaf =
  (field: Field, test: TimedTest, { making, weight }: Work): Matcher =>
  (on) => {
    const value = readField(field, on, true);
    if (value === undefined) return false; // of most things, to which nothing else needs to be done
    if (making > 0) on.spend?.(making);
    return passes(value, test(on.now), (length) => on.spend?.(weight * length));
  };

/** Whether a value, or one in it if it is an array, passes the test. */
function passes(value: JsonValue | undefined, test: LeafTest, spend: (length: number) => void): boolean {
  if (isArray(value)) return value.some((element) => passes(element, test, spend));
  if (value === undefined || isObject(value)) return false;
  spend(VALUE + (typeof value === "string" ? value.length : 0));
  return test(value);
}

function readField(field: Field, on: Evaluated, intoArrays: boolean): JsonValue | undefined {
  switch (field.kind) {
    case "simple":
      return on.field(field.name);
    case "placeholder":
      return on.placeholder?.(field.name);
    case "nested":
    case "metadata":
      return valueAt(on.field(field.path[0] as string), field.path, 1, intoArrays ? on : undefined);
  }
}

/**
 * The value at a path. An array on the way gives the array of what its objects have there, if any has; only who pays for
 * looking into arrays has it done.
 */
function valueAt(
  value: JsonValue | undefined,
  path: Path,
  from: number,
  payer: Evaluated | undefined,
): JsonValue | undefined {
  if (from === path.length) return value;
  if (isObject(value)) return valueAt(getKey(value, path[from] as string), path, from + 1, payer);
  if (!payer || !isArray(value)) return undefined;
  payer.spend?.(ELEMENT * value.length);
  const found = value
    .filter(isObject)
    .map((element) => valueAt(element, path, from, payer))
    .filter((inner) => inner !== undefined);
  return found.length > 0 ? found : undefined;
}
