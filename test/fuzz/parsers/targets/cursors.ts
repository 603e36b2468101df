// Cursors and options of searches: what nobody sealed opens nothing; options that are read mean the same when said again.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { invalidRqlExpression } from "../../../../src/rql/errors.ts";
import { type Cursor, printCursor, readCursor } from "../../../../src/search/query/cursor.ts";
import { parseOptions, type SearchOption } from "../../../../src/search/query/options.ts";
import { newSecret, Seal } from "../../../../src/search/query/seal.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const seal = new Seal(newSecret());
const cursors: readonly Cursor[] = [
  { filter: undefined, namespaces: undefined, sort: [], after: [{ plain: "org.a:b" }] },
  {
    filter: "eq(attributes/a,1)",
    namespaces: ["org.a"],
    sort: [{ property: "attributes/a", descending: true }],
    after: [{ rank: 1, number: "1", text: "" }, { plain: "x" }],
  },
  {
    filter: `in(attributes/a${",1".repeat(200)})`,
    namespaces: undefined,
    sort: [],
    after: [{ plain: "org.a:b" }],
  },
];
/** Cursors of this process; those of a seed differ from process to process, since each has a salt of its own. */
const genuine = new Map(cursors.map((cursor) => [printCursor(cursor, seal), cursor]));

const option = fc.oneof(
  fc.constantFrom(...[...genuine.keys()].map((text) => `cursor(${text})`)),
  fc.nat(300).map((size) => `size(${size})`),
  fc.tuple(fc.nat(300), fc.nat(300)).map((numbers) => `limit(${numbers})`),
  fc
    .array(
      fc.tuple(
        fc.constantFrom("+", "-"),
        fc.constantFrom("thingId", "attributes/a", "/a/", "features/f/properties/p"),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((entries) => `sort(${entries.map((entry) => entry.join(""))})`),
);

export const cursorTexts: FuzzedParser = {
  name: "cursors",
  shapes: fc.oneof(
    fc.array(option, { minLength: 1, maxLength: 3 }).map((options) => options.join(",")),
    fc.constantFrom(...genuine.keys()),
  ),
  words: [
    "cursor(",
    "size(",
    "limit(",
    "sort(+",
    "sort(-",
    ",",
    ")",
    "-0",
    "9223372036854775808",
    "==",
    "=",
    "_",
    "AAAA",
    "\\u0041",
    "//",
  ],
  maxLength: 100_000,
  enoughMs: (length) => 80 + length / 200,
  attempt: (text) => `${readAsCursor(text)} ${readAsOptions(text)}`,
};

function readAsCursor(text: string): string {
  const { value, refused } = outcomeOf(() => readCursor(text, seal));
  const made = genuine.get(text);
  promised(isDeepStrictEqual(value, made), () =>
    made ? "A cursor was not opened." : "It opened as a cursor.",
  );
  return refused ? kindOf(refused) : "a cursor";
}

function readAsOptions(text: string): string {
  const { value: options, refused } = outcomeOf(() => parseOptions(text, invalidRqlExpression));
  if (!options) return kindOf(refused as Error);
  for (const read of options) if (read.kind === "cursor") readAsCursor(read.cursor);
  const said = options.map(sayOption).join(",");
  promised(
    isDeepStrictEqual(parseOptions(said, invalidRqlExpression), options),
    () => `It is something else as ${said}.`,
  );
  return options
    .map(({ kind }) => kind)
    .slice(0, 4)
    .join();
}

const escaped = (text: string): string =>
  text.replaceAll(/[,)"\\]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const slashed = (property: string): string => (property === "" ? "" : `/${escaped(property)}/`);

/** The nearest double to the largest integer of 64 bits is one more than that. */
const printInteger = (value: number): string => String(value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value));

function sayOption(option: SearchOption): string {
  switch (option.kind) {
    case "cursor":
      return `cursor(${escaped(option.cursor)})`;
    case "size":
      return `size(${option.size})`;
    case "limit":
      return `limit(${printInteger(option.offset)},${printInteger(option.count)})`;
    case "sort":
      // A slash before and behind does not count.
      return `sort(${option.entries.map(({ property, descending }) => `${descending ? "-" : "+"}${slashed(property)}`)})`;
  }
}
