import type { Path } from "../../base/json/pointer.ts";
import type { SearchField } from "../field.ts";
import type { Parameters } from "../statement.ts";
import type { Caller, Circumstances } from "../wanted.ts";
import { mayRead, mayReadFeature } from "./access.ts";
import { columnCondition } from "./column.ts";
import { indexedCondition } from "./indexed.ts";
import { predicateOf, walk } from "./jsonpath.ts";
import { isLike } from "./like.ts";
import { storableText } from "./literal.ts";
import type { Value } from "./resolve.ts";
import { fieldOfLeaf, type LeafCriterion, type Test, testsOf } from "./test-of.ts";
import { needsRight } from "./value.ts";

/** What the index of all features looks at, in the spelling that it serves. */
const FEATURES = `jsonb_path_query_array(t.thing, '$."features".*')`;

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
    : `t.thing @@ ${parameters.addAs("jsonpath", predicateOf(test, walk("$", field.path)))}`;
  return indexed ? `(${indexed.condition} and ${condition})` : condition;
}

/**
 * Some feature passes the test. Who may not read everything needs a look at each; the cheaper condition, which is the
 * one that an index may serve, then comes before it.
 */
function featuresCondition(
  parameters: Parameters,
  below: Path,
  test: Test,
  caller: Caller | undefined,
): string {
  if (below.length === 0 && test.op === "empty") return hasNoFeature(parameters, caller);
  const some = isOfElements(test)
    ? hasElement(parameters, "t.thing", `$."features".*${walk("", below)}`, test)
    : `${FEATURES} @@ ${parameters.addAs("jsonpath", `exists($[*] ? (${predicateOf(test, walk("@", below))}))`)}`;
  if (caller?.isPartial !== true) return some;
  const one = isOfElements(test)
    ? hasElement(parameters, "f.value", walk("$", below), test)
    : `f.value @@ ${parameters.addAs("jsonpath", predicateOf(test, walk("$", below)))}`;
  return `(${some} and exists (select from jsonb_each(${OBJECT_OF_FEATURES}) f
    where ${mayReadFeature(parameters, "f.key", below)} and ${one}))`;
}

const OBJECT_OF_FEATURES = `case jsonb_typeof(t.thing -> 'features') when 'object' then t.thing -> 'features' end`;

const hasNoFeature = (parameters: Parameters, caller: Caller | undefined): string =>
  `(${FEATURES} = '[]'${caller?.isPartial ? ` and ${mayRead(parameters, ["features"])}` : ""})`;

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
