import type { Path } from "../../base/json/pointer.ts";
import type { SearchField } from "../field.ts";
import { inAnyFeature } from "../keys.ts";
import type { Parameters } from "../statement.ts";
import type { Caller, Circumstances } from "../wanted.ts";
import { mayRead, mayReadFeature } from "./access.ts";
import { columnCondition } from "./column.ts";
import { indexedCondition } from "./indexed.ts";
import { predicateOf, walk } from "./jsonpath.ts";
import { keyCondition } from "./key-condition.ts";
import { isLike } from "./like.ts";
import { storableText } from "./literal.ts";
import type { Value } from "./resolve.ts";
import { fieldOfLeaf, type LeafCriterion, type Test, testsOf } from "./test-of.ts";
import { needsRight } from "./value.ts";

/** The condition that a field passes a test and that the caller may read it; where it does not hold it is false or null. */
export function leafCondition(
  parameters: Parameters,
  criterion: LeafCriterion,
  caller: Caller | undefined,
  circumstances: Circumstances,
): string {
  const field = fieldOfLeaf(criterion);
  const conditions = testsOf(criterion, circumstances.now).map((test) =>
    field.kind === "features"
      ? featuresCondition(parameters, field.below, test, caller)
      : conditionOf(parameters, field, test, circumstances),
  );
  const condition = conditions.length === 1 ? (conditions[0] as string) : `(${conditions.join(" or ")})`;
  return field.kind !== "features" && needsRight(field, caller)
    ? `(${condition} and ${mayRead(parameters, field.path)})`
    : condition;
}

function conditionOf(
  parameters: Parameters,
  field: Exclude<SearchField, { kind: "features" }>,
  test: Test,
  { isIndexed }: Circumstances,
): string {
  if (field.kind === "column") return columnCondition(parameters, field.column, test);
  const indexed = isIndexed(field.path) ? indexedCondition(parameters, field.path, test) : undefined;
  if (indexed?.isExact) return indexed.condition;
  const condition = isOfElements(test)
    ? hasElement(parameters, "t.thing", walk("$", field.path), test)
    : holds(parameters, "t.thing", predicateOf(test, walk("$", field.path)));
  const first = indexed?.condition ?? keyCondition(parameters, field.path, test);
  return first === undefined ? condition : `(${first} and ${condition})`;
}

/**
 * A predicate holds for a document. The planner takes it for true of one in a hundred, whatever it is; in a `coalesce` it
 * takes it for true of half.
 */
const holds = (parameters: Parameters, document: string, predicate: string): string =>
  `coalesce(${document} @@ ${parameters.addAs("jsonpath", predicate)}, false)`;

/**
 * Some feature passes the test. Who may not read everything needs a look at each; the cheaper condition then comes
 * before it.
 */
function featuresCondition(
  parameters: Parameters,
  below: Path,
  test: Test,
  caller: Caller | undefined,
): string {
  if (below.length === 0 && test.op === "empty") return hasNoFeature(parameters, caller);
  const condition = isOfElements(test)
    ? hasElement(parameters, "t.thing", `${FEATURES}${walk("", below)}`, test)
    : holds(parameters, "t.thing", `exists(${FEATURES} ? (${predicateOf(test, walk("@", below))}))`);
  const first = keyCondition(parameters, inAnyFeature(below), test);
  const some = first === undefined ? condition : `(${first} and ${condition})`;
  if (!needsRight({ kind: "features", below }, caller)) return some;
  const one = isOfElements(test)
    ? hasElement(parameters, "f.value", walk("$", below), test)
    : holds(parameters, "f.value", predicateOf(test, walk("$", below)));
  return `(${some} and exists (select from jsonb_each(${OBJECT_OF_FEATURES}) f
    where ${mayReadFeature(parameters, "f.key", below)} and ${one}))`;
}

/** All features, as a path. */
const FEATURES = '$."features".*';
const OBJECT_OF_FEATURES = `case jsonb_typeof(t.thing -> 'features') when 'object' then t.thing -> 'features' end`;

function hasNoFeature(parameters: Parameters, caller: Caller | undefined): string {
  const condition = holds(parameters, "t.thing", `!exists(${FEATURES})`);
  const path = ["features"];
  if (!needsRight({ kind: "nested", path }, caller)) return condition;
  return `(${condition} and ${mayRead(parameters, path)})`;
}

/** A test that SQL knows of and paths do not, or not as well. */
type ElementTest = Extract<Test, { op: "among" | "like" | "ilike" }>;
const isOfElements = (test: Test): test is ElementTest =>
  test.op === "among" || test.op === "like" || test.op === "ilike";

/** Something at a path of a document passes the test. The elements of an array stand for it, once. */
function hasElement(parameters: Parameters, document: string, path: string, test: ElementTest): string {
  const passes = "values" in test ? isAmong(parameters, test.values) : isTextLike(parameters, test);
  return `exists (select from jsonb_path_query(${document}, ${parameters.addAs("jsonpath", `${path}[*]`)}) c (value)
    where ${passes})`;
}

const isTextLike = (
  parameters: Parameters,
  { op, pattern }: Extract<ElementTest, { pattern: string }>,
): string =>
  `jsonb_typeof(c.value) = 'string' and ${isLike(parameters, `(c.value #>> '{}')`, pattern, op === "ilike")}`;

/** `is true` keeps it an expression, for which the database hashes the values, and not a join. */
const isAmong = (parameters: Parameters, values: readonly Value[]): string =>
  `(c.value in (select v.value::jsonb from unnest(${parameters.addTexts(values.map(printJson))}) v (value))) is true`;

const printJson = (value: Value): string =>
  JSON.stringify(typeof value === "string" ? storableText(value) : value);
