import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { defineError, TwinError } from "../../src/base/errors.ts";
import { isRawNumber } from "../../src/base/json/json.ts";
import { addressedPaths, type Criterion, type Literal } from "../../src/rql/criterion.ts";
import { MAX_RQL_DEPTH, MAX_RQL_LENGTH, MAX_RQL_OPERATORS, parseRql } from "../../src/rql/parse.ts";
import { anyCriterion, printRql } from "./print.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const refusalOf = (text: string): TwinError => {
  try {
    parseRql(text);
  } catch (error) {
    if (error instanceof TwinError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
};

describe("every operator has its criterion", () => {
  const a = "attributes/a";
  const cases: readonly (readonly [text: string, criterion: Criterion])[] = [
    ...(["eq", "ne", "gt", "ge", "lt", "le"] as const).map(
      (op) => [`${op}(attributes/a,1)`, { op, property: a, value: 1 }] as const,
    ),
    [`like(attributes/a,"x*")`, { op: "like", property: a, value: "x*" }],
    [`ilike(attributes/a,'x?')`, { op: "ilike", property: a, value: "x?" }],
    ["like(attributes/a,1)", { op: "like", property: a, value: 1 }],
    [`in(attributes/a,null,"t",1,true)`, { op: "in", property: a, values: [null, "t", 1, true] }],
    ["exists(attributes/a)", { op: "exists", property: a }],
    ["empty(attributes/a)", { op: "empty", property: a }],
    ["not(exists(attributes/a))", { op: "not", criterion: { op: "exists", property: a } }],
    [
      "and(exists(attributes/a),or(empty(b)))",
      {
        op: "and",
        criteria: [
          { op: "exists", property: a },
          { op: "or", criteria: [{ op: "empty", property: "b" }] },
        ],
      },
    ],
  ];
  for (const [text, criterion] of cases) {
    test(text, () => {
      expect(parseRql(text)).toEqual(criterion);
    });
  }
});

describe("values", () => {
  const cases: readonly (readonly [text: string, value: Literal])[] = [
    ["0", 0],
    ["+0", 0],
    ["-12", -12],
    ["+12", 12],
    ["12.70", 12.7],
    ["-0.5", -0.5],
    ["-0.0", -0],
    ["9007199254740991", 9007199254740991],
    ["true", true],
    ["false", false],
    ["null", null],
    ['"true"', "true"],
    ["''", ""],
    [`"a'b"`, "a'b"],
    [`'a"b'`, 'a"b'],
    [`"a\\"b\\\\c\\/d\\b\\f\\n\\r\\t\\u00e4\\u20AC"`, 'a"b\\c/d\b\f\n\r\tä€'],
    [`'a\\'b'`, "a'b"],
    ['"two\nlines, (and) more"', "two\nlines, (and) more"],
    ["time:now", { time: "now" }],
    ["time:now-1h[d]", { time: "now-1h[d]" }],
    ["time:(anything", { time: "(anything" }],
  ];
  for (const [text, value] of cases) {
    test(JSON.stringify(text), () => {
      expect(parseRql(`eq(a,${text})`)).toEqual({ op: "eq", property: "a", value });
    });
  }

  test("integers beyond 2^53 keep their digits, up to 64 bits", () => {
    for (const digits of ["9007199254740993", "9223372036854775807", "-9223372036854775808"]) {
      const { value } = parseRql(`eq(a,${digits})`) as { value: Literal };

      expect(isRawNumber(value) && value.rawJSON).toBe(digits);
    }
    expect(parseRql("eq(a,+9007199254740993)")).toEqual(parseRql("eq(a,9007199254740993)"));
  });
});

describe("properties are taken as they stand", () => {
  const cases: readonly (readonly [text: string, property: string])[] = [
    ["attributes/a", "attributes/a"],
    ["/attributes/a", "/attributes/a"],
    [" a b ", " a b "],
    ["a(b", "a(b"],
    ["it's:*?[]{}@€", "it's:*?[]{}@€"],
    ['a\\u002cb\\"\\\\\\/c\\u0029', 'a,b"\\/c)'],
    ["", ""],
  ];
  for (const [text, property] of cases) {
    test(JSON.stringify(text), () => {
      expect(parseRql(`exists(${text})`)).toEqual({ op: "exists", property });
    });
  }
});

describe("space", () => {
  const allowed = [" \t\r\n\feq(a,1)", "eq(a,1 )", `eq(a,"x" )`, "and(eq(a,1), eq(b,2))", "in(a,1 ,2)"];
  for (const text of allowed) {
    test(`${JSON.stringify(text)} is allowed`, () => {
      expect(parseRql(text)).toEqual(parseRql(text.replaceAll(/\s/g, "")));
    });
  }

  const refused = [
    "eq(a,1) ",
    "eq (a,1)",
    "eq(a, 1)",
    "and( eq(a,1))",
    "and(eq(a,1) ,eq(b,2))",
    "not(eq(a,1) )",
  ];
  for (const text of [...refused, "\u00a0eq(a,1)", "in(a,1, 2)"]) {
    test(`${JSON.stringify(text)} is not`, () => {
      expect(refusalOf(text).code).toBe("rql.expression.invalid");
    });
  }
});

describe("what is no RQL is refused", () => {
  const cases: readonly (readonly [text: string, character: number])[] = [
    ["", 1],
    ["eq", 1],
    ["EQ(a,1)", 1],
    ["eq/(a,1)", 1],
    ["(a,1)", 1],
    ["eq(a", 5],
    ["eq(a)", 5],
    ["eq(a;1)", 7],
    ["eq(a,)", 6],
    ["eq(a,1", 7],
    ["eq(a,1))", 8],
    ["eq(a,1)garbage", 8],
    ["eq(a,1,2)", 7],
    ["eq(a,b)", 6],
    ["eq(a,truex)", 10],
    ["eq(a,foo:bar)", 6],
    ["eq(a,time:)", 11],
    ["eq(a,time)", 6],
    ['eq("a",1)', 4],
    ["eq(a'b\",1)", 7],
    ["exists(a,1)", 9],
    ["empty(a,1)", 8],
    ["in(a)", 5],
    ["in(a,)", 6],
    ["and()", 5],
    ["and(exists(a),)", 15],
    ["not(exists(a),exists(b))", 14],
    ["eq(a,0123)", 7],
    ["eq(a,-0)", 8],
    ["eq(a,-0123)", 8],
    ["eq(a,.7)", 6],
    ["eq(a,7.)", 7],
    ["eq(a,12.7.8)", 10],
    ["eq(a,1e3)", 7],
    ["eq(a,123())", 9],
    ["eq(a,9223372036854775808)", 25],
    ["eq(a,-9223372036854775809)", 26],
    [`eq(a,${"9".repeat(1000)})`, 1006],
    [`eq(a,${"9".repeat(400)}.0)`, 408],
    ['eq(a,"x)', 9],
    ['eq(a,"x"")', 9],
    [`eq(a,"x\\'")`, 9],
    [`eq(a,'x\\"')`, 9],
    ['eq(a,"\\x41")', 8],
    ['eq(a,"\\u12g4")', 8],
    ['eq(a,"\\', 8],
    ["exists(\\n\\q)", 11],
  ];
  for (const [text, character] of cases) {
    test(`${text.slice(0, 40)} at character ${character}`, () => {
      const error = refusalOf(text);

      expect([error.code, error.status]).toEqual(["rql.expression.invalid", 400]);
      expect(error.text.description).toMatch(new RegExp(`^At character ${character} stands `));
    });
  }

  for (const text of ["foo(a,1)", "not(bogus(a))", `${"x".repeat(5000)}(a)`, "exists(a//b)", "exists(//a)"]) {
    test(`${text.slice(0, 40)} with a short reason`, () => {
      expect(refusalOf(text).text.description?.length).toBeLessThan(200);
    });
  }

  test("with the error that the caller makes of the reason", () => {
    const invalidCondition = defineError("things:condition.invalid", 400, (reason: string) => ({
      message: "No.",
      description: reason,
    }));

    expect(() => parseRql("eq(a", invalidCondition)).toThrow(
      expect.objectContaining({ code: "things:condition.invalid" }),
    );
  });
});

describe("bounds", () => {
  const nested = (depth: number) => `${"not(".repeat(depth - 1)}exists(a)${")".repeat(depth - 1)}`;

  test("the nesting is bounded", () => {
    expect(parseRql(nested(MAX_RQL_DEPTH)).op).toBe("not");
    expect(refusalOf(nested(MAX_RQL_DEPTH + 1)).text.description).toContain("nested deeper");
    expect(refusalOf(nested(10_000)).text.description).toContain("nested deeper");
  });

  test("the length is bounded", () => {
    const ofLength = (length: number) => `exists(${"a".repeat(length - 8)})`;

    expect(parseRql(ofLength(MAX_RQL_LENGTH)).op).toBe("exists");
    expect(refusalOf(ofLength(MAX_RQL_LENGTH + 1)).text.description).toContain("longer than");
  });

  test("the number of operators is bounded", () => {
    const ofOperators = (count: number) =>
      `or(${Array(count - 1)
        .fill("exists(a)")
        .join(",")})`;

    expect(parseRql(ofOperators(MAX_RQL_OPERATORS)).op).toBe("or");
    expect(refusalOf(ofOperators(MAX_RQL_OPERATORS + 1)).text.description).toContain("operators");
  });

  const growing: readonly (readonly [name: string, make: (size: number) => string])[] = [
    ["many values", (size) => `in(a${",1".repeat(size)})`],
    ["many escapes", (size) => `eq(a,"${"\\n".repeat(size)}")`],
    ["an open string of escapes", (size) => `eq(a,"${"\\n".repeat(size)}`],
    ["quotes in a property", (size) => `eq(${'\\"'.repeat(size)}`],
    ["open lists", (size) => `in(a${",time:x".repeat(size)}`],
  ];
  for (const [name, make] of growing) {
    test(`${name} take steps in proportion to the text`, () => {
      const exec = vi.spyOn(RegExp.prototype, "exec");
      const stepsOf = (size: number) => {
        exec.mockClear();
        try {
          parseRql(make(size));
        } catch {
          // Refused as well as accepted, the steps count.
        }
        return exec.mock.calls.length;
      };

      expect(stepsOf(2000)).toBeLessThanOrEqual(2 * stepsOf(1000) + 5);
    });
  }
});

test("a criterion that is printed and parsed is the same", () => {
  fc.assert(
    fc.property(anyCriterion(), (criterion) => {
      expect(parseRql(printRql(criterion))).toEqual(criterion);
    }),
  );
});

test("any text is parsed or refused with the catalogue's error", () => {
  const words = fc.constantFrom(
    "eq(",
    "and(",
    "not(",
    "in(",
    "a",
    ",",
    ")",
    '"',
    "'",
    "\\",
    "1",
    ".",
    "time:",
    " ",
  );
  fc.assert(
    fc.property(
      fc.array(words).map((all) => all.join("")),
      (text) => {
        try {
          parseRql(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "rql.expression.invalid" });
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("the addressed paths are those of every property, each once", () => {
  const criterion = parseRql(
    "and(eq(/attributes/a,1),not(or(exists(attributes/a),empty(features/f~1g/properties/))),in(_revision,1))",
  );

  expect(addressedPaths(criterion)).toEqual([
    ["attributes", "a"],
    ["features", "f/g", "properties"],
    ["_revision"],
  ]);
});
