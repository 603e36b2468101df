// RQL: what is read can be said again, and means the same; compiling and evaluating it refuse, and never fail.

import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import { getKey } from "../../../../src/base/json/json.ts";
import { parseStored } from "../../../../src/base/json/parse.ts";
import { addressedPaths, type Criterion, countOperators } from "../../../../src/rql/criterion.ts";
import { compileCriterion } from "../../../../src/rql/evaluate.ts";
import { thingVocabulary } from "../../../../src/rql/field.ts";
import { MAX_RQL_LENGTH, MAX_RQL_OPERATORS, parseRql } from "../../../../src/rql/parse.ts";
import { anyCriterion, printRql } from "../../../rql/print.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const things = [
  '{"thingId":"a:b","_revision":3,"attributes":{"a":1,"list":[{"x":1},{"x":[2,"3"]},null],"b":"text","n":9007199254740993},"features":{"f":{"properties":{"p":true,"q":null}}}}',
  '{"attributes":{"a":{},"":1,"__proto__":{"a":"x"},"b":["",[],{}]},"_metadata":{"attributes":{"a":{"x":1}}}}',
  "{}",
].map((text) => parseStored(text) as JsonObject);
const now = Date.parse("2026-05-04T03:02:01.007Z");

export const rql: FuzzedParser = {
  name: "rql",
  shapes: anyCriterion().map(printRql),
  words: [
    ...[
      "and(",
      "or(",
      "not(",
      "eq(",
      "ne(",
      "gt(",
      "ge(",
      "lt(",
      "le(",
      "like(",
      "ilike(",
      "in(",
      "exists(",
      "empty(",
    ],
    ...[
      "attributes/a",
      "features/f/properties/p",
      "_metadata/attributes/a/x",
      "thingId",
      "/",
      "//",
      ",",
      ")",
      "\\u0041",
    ],
    ...[
      "time:now",
      "time:now-1h[d]",
      "null",
      "true",
      "1.5",
      "-0",
      "9223372036854775808",
      '"*a?*"',
      "'",
      '"',
      "1e5",
      "\\",
    ],
  ],
  maxLength: MAX_RQL_LENGTH + 100,
  enoughMs: (length) => 50 + length / 200,
  attempt(text) {
    const { value: criterion, refused } = outcomeOf(() => parseRql(text));
    if (!criterion) return kindOf(refused as Error);
    promised(countOperators(criterion) <= MAX_RQL_OPERATORS, () => "There are too many operators.");
    const said = printRql(criterion);
    if (said.length <= MAX_RQL_LENGTH)
      promised(isDeepStrictEqual(parseRql(said), criterion), () => `It is something else as ${said}.`);
    addressedPaths(criterion);
    const { value: matches, refused: unknown } = outcomeOf(() =>
      compileCriterion(criterion, thingVocabulary),
    );
    if (!matches) return `${shapeOf(criterion)} ${kindOf(unknown as Error)}`;
    const held = things.map((thing) => matches({ field: (name) => getKey(thing, name), now }));
    return `${shapeOf(criterion)} ${held}`;
  },
};

/** The operators, to some depth. */
function shapeOf(criterion: Criterion, depth = 3): string {
  if (depth === 0) return "";
  if ("criteria" in criterion)
    return `${criterion.op}(${criterion.criteria.slice(0, 3).map((part) => shapeOf(part, depth - 1))})`;
  return "criterion" in criterion ? `not(${shapeOf(criterion.criterion, depth - 1)})` : criterion.op;
}
