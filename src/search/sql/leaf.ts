import type { Path } from "../../base/json/pointer.ts";
import type { SearchField } from "../field.ts";
import type { Parameters } from "../statement.ts";
import type { Caller, Circumstances } from "../wanted.ts";
import { mayRead, mayReadFeature } from "./access.ts";
import { columnCondition } from "./column.ts";
import { indexedCondition } from "./indexed.ts";
import { predicateOf, walk } from "./jsonpath.ts";
import { isLike } from "./like.ts";
import { fieldOfLeaf, type LeafCriterion, type Test, testOf } from "./test-of.ts";
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
  const test = testOf(criterion, circumstances.now);
  if (field.kind === "features") return featuresCondition(parameters, field.below, test, caller);
  const condition = conditionOf(parameters, field, test, circumstances);
  return needsRight(field, caller) ? `(${condition} and ${mayRead(parameters, field.path)})` : condition;
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
  const condition = isLikeTest(test)
    ? hasLike(parameters, "t.thing", walk("$", field.path), test)
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
  const some = isLikeTest(test)
    ? hasLike(parameters, "t.thing", `$."features".*${walk("", below)}`, test)
    : `${FEATURES} @@ ${parameters.addAs("jsonpath", `exists($[*] ? (${predicateOf(test, walk("@", below))}))`)}`;
  if (caller?.isPartial !== true) return some;
  const one = isLikeTest(test)
    ? hasLike(parameters, "f.value", walk("$", below), test)
    : `f.value @@ ${parameters.addAs("jsonpath", predicateOf(test, walk("$", below)))}`;
  return `(${some} and exists (select from jsonb_each(${OBJECT_OF_FEATURES}) f
    where ${mayReadFeature(parameters, "f.key", below)} and ${one}))`;
}

const OBJECT_OF_FEATURES = `case jsonb_typeof(t.thing -> 'features') when 'object' then t.thing -> 'features' end`;

const hasNoFeature = (parameters: Parameters, caller: Caller | undefined): string =>
  `(${FEATURES} = '[]'${caller?.isPartial ? ` and ${mayRead(parameters, ["features"])}` : ""})`;

type LikeTest = Extract<Test, { pattern: string }>;
const isLikeTest = (test: Test): test is LikeTest => "pattern" in test;

/** Some text at a path of a document matches the pattern. The elements of an array stand for it, once. */
function hasLike(parameters: Parameters, document: string, path: string, test: LikeTest): string {
  const like = isLike(parameters, `(c.value #>> '{}')`, test.pattern, test.op === "ilike");
  return `exists (select from jsonb_path_query(${document}, ${parameters.addAs("jsonpath", `${path}[*]`)}) c (value)
    where jsonb_typeof(c.value) = 'string' and ${like})`;
}
