import { describe, expect, test } from "vitest";
import { invalidRqlExpression } from "../../../src/rql/errors.ts";
import { invalidOption } from "../../../src/search/query/errors.ts";
import { parseOptions } from "../../../src/search/query/options.ts";

const up = (property: string) => ({ property, descending: false });
const down = (property: string) => ({ property, descending: true });
const parse = (text: string) => parseOptions(text, invalidRqlExpression);

describe("the grammar of options", () => {
  test.each([
    ["sort(+thingId)", [{ kind: "sort", entries: [up("thingId")] }]],
    ["sort(-attributes/a,+thingId)", [{ kind: "sort", entries: [down("attributes/a"), up("thingId")] }]],
    ["sort(+/attributes/a/)", [{ kind: "sort", entries: [up("attributes/a")] }]],
    ["sort(+attributes/a b(c)", [{ kind: "sort", entries: [up("attributes/a b(c")] }]],
    ['sort(+attributes/a\\"b)', [{ kind: "sort", entries: [up('attributes/a"b')] }]],
    ["sort(+)", [{ kind: "sort", entries: [up("")] }]],
    [" \n\tsize(7)", [{ kind: "size", size: 7 }]],
    ["size(007)", [{ kind: "size", size: 7 }]],
    ["size(2147483647)", [{ kind: "size", size: 2147483647 }]],
    ["limit(0,1)", [{ kind: "limit", offset: 0, count: 1 }]],
    ["limit(+5 ,-3\t)", [{ kind: "limit", offset: 5, count: -3 }]],
    ["limit(9223372036854775807,1)", [{ kind: "limit", offset: 2 ** 63, count: 1 }]],
    ["cursor(ABC)", [{ kind: "cursor", cursor: "ABC" }]],
    ["cursor()", [{ kind: "cursor", cursor: "" }]],
    [
      "size(1),size(2)",
      [
        { kind: "size", size: 1 },
        { kind: "size", size: 2 },
      ],
    ],
    [
      "limit(0,1),sort(-attributes/x),cursor(ABC),size(463)",
      [
        { kind: "limit", offset: 0, count: 1 },
        { kind: "sort", entries: [down("attributes/x")] },
        { kind: "cursor", cursor: "ABC" },
        { kind: "size", size: 463 },
      ],
    ],
  ])("reads %j", (text, options) => {
    expect(parse(text)).toEqual(options);
  });

  test.each([
    "",
    " ",
    ")",
    "bogus(1)",
    "size",
    "size(",
    "size()",
    "size(-1)",
    "size(+1)",
    "size(abc)",
    "size( 1)",
    "size(1 )",
    "size(1,2)",
    "size(2147483648)",
    "size(1) ",
    "size(1),",
    "size(1), size(2)",
    "size(1)size(2)",
    "size(1);size(2)",
    "SIZE(1)",
    "limit(1)",
    "limit(1,2,3)",
    "limit(01,2)",
    "limit(-0,2)",
    "limit( 1,2)",
    "limit(1, 2)",
    "limit(1.0,2)",
    "limit(9223372036854775808,1)",
    `limit(${"9".repeat(100_000)},1)`,
    "sort()",
    "sort(thingId)",
    "sort(+thingId,)",
    "sort(+thingId, -a)",
    "sort( +thingId)",
    "sort(-thingId,attributes/a)",
    "sort(+attributes//a)",
    'sort(+attributes/a"b)',
    "sort(+attributes/a\\x)",
    "cursor(",
    "cursor(abc",
    "cursor(a,b)",
  ])("refuses %j as Ditto's parser does", (text) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: "rql.expression.invalid", status: 400 }),
    );
  });

  test("a refusal says where it stands, and is the caller's", () => {
    expect(() => parseOptions("size(1)!", invalidOption)).toThrow(
      expect.objectContaining({
        code: "thing-search:search.option.invalid",
        text: expect.objectContaining({ description: expect.stringContaining("character 8") }),
      }),
    );
  });

  test("a hundred thousand options take no longer than their text", () => {
    const start = performance.now();
    expect(parse(`${"sort(+a),".repeat(100_000)}size(1)`)).toHaveLength(100_001);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
