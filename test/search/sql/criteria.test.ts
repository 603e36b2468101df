// What criteria find in the index, for somebody who may read everything.

import { assert, beforeAll, describe, expect, test } from "vitest";
import { MAX_KEYS } from "../../../src/search/field.ts";
import { type Index, useIndex } from "./index.ts";

let index: Index;
useIndex((opened) => (index = opened));

const a = (value: unknown) => ({ attributes: { a: value } });
const values = {
  none: { attributes: {} },
  null: a(null),
  zero: a(0),
  five: a(5),
  large: '{"attributes":{"a":9007199254740993}}',
  half: a(0.5),
  text: a("five"),
  digits: a("5"),
  empty: a(""),
  yes: a(true),
  no: a(false),
  object: a({ b: 1 }),
  blank: a({}),
  nothing: a([]),
  list: a([1, "two", null]),
  nested: a([[5], { b: 5 }]),
  blanks: a([{}, []]),
  objects: a([{ b: 1 }, { b: [2, 3] }, 7]),
};

describe("values at one path", () => {
  beforeAll(async () => {
    await index.clear();
    await index.put(values);
  });

  test.each([
    { rql: "eq(attributes/a,5)", finds: ["five"] },
    { rql: "eq(attributes/a,5.0)", finds: ["five"] },
    { rql: "eq(attributes/a,9007199254740993)", finds: ["large"] },
    { rql: "gt(attributes/a,9007199254740992)", finds: ["large"] },
    { rql: 'eq(attributes/a,"five")', finds: ["text"] },
    { rql: 'eq(attributes/a,"two")', finds: ["list"] },
    { rql: "eq(attributes/a,true)", finds: ["yes"] },
    { rql: "lt(attributes/a,true)", finds: ["no"] },
    { rql: "ge(attributes/a,false)", finds: ["no", "yes"] },
    { rql: "eq(attributes/a,null)", finds: ["list", "null"] },
    { rql: "gt(attributes/a,null)", finds: [] },
    { rql: "lt(attributes/a,null)", finds: [] },
    { rql: "ge(attributes/a,null)", finds: ["list", "none", "null"] },
    { rql: "le(attributes/a,null)", finds: ["list", "none", "null"] },
    { rql: "gt(attributes/a,0)", finds: ["five", "half", "large", "list", "objects"] },
    { rql: "le(attributes/a,0.5)", finds: ["half", "zero"] },
    { rql: 'lt(attributes/a,"five")', finds: ["digits", "empty"] },
    { rql: 'ge(attributes/a,"five")', finds: ["list", "text"] },
    { rql: 'in(attributes/a,5,"two",true)', finds: ["five", "list", "yes"] },
    { rql: "in(attributes/a,5,null)", finds: ["five", "list", "none", "null"] },
    { rql: "exists(attributes/a)", finds: Object.keys(values).filter((name) => name !== "none") },
    { rql: "empty(attributes/a)", finds: ["blank", "blanks", "empty", "list", "none", "nothing", "null"] },
    { rql: "eq(attributes/a/b,1)", finds: ["object", "objects"] },
    { rql: "eq(attributes/a/b,3)", finds: ["objects"] },
    { rql: "eq(attributes/a/b,5)", finds: ["nested"] },
    { rql: "exists(attributes/a/b)", finds: ["nested", "object", "objects"] },
    { rql: "ne(attributes/a/b,1)", finds: ["nested"] },
    { rql: 'like(attributes/a,"*e")', finds: ["text"] },
    { rql: 'like(attributes/a,"t?o")', finds: ["list"] },
    { rql: 'like(attributes/a,"five")', finds: ["text"] },
    { rql: 'ilike(attributes/a,"FI*")', finds: ["text"] },
    { rql: 'ilike(attributes/a,"FIVE")', finds: ["text"] },
    { rql: "not(exists(attributes/a))", finds: ["none"] },
    { rql: "not(not(eq(attributes/a,5)))", finds: ["five"] },
    { rql: "or(eq(attributes/a,5),eq(attributes/a,true))", finds: ["five", "yes"] },
    { rql: "and(gt(attributes/a,0),lt(attributes/a,1))", finds: ["half"] },
  ])("$rql finds $finds", async ({ rql, finds }) => {
    assert.deepEqual(await index.find(rql), [...finds].sort());
  });

  test("what is not equal must be there, and no element of a list may be equal", async () => {
    const others = Object.keys(values).filter((name) => name !== "none" && name !== "list");
    assert.deepEqual(await index.find('ne(attributes/a,"two")'), others.sort());
  });

  test("a negation holds for what is missing", async () => {
    const others = Object.keys(values).filter((name) => name !== "five");
    assert.deepEqual(await index.find("not(eq(attributes/a,5))"), others.sort());
  });

  test("a list of ten thousand values is searched for", async () => {
    const list = Array.from({ length: 10_000 }, (_, i) => i + 1);
    assert.deepEqual(await index.find(`in(attributes/a,${list})`), ["five", "list", "objects"]);
  });

  test("the deepest path that is accepted is walked, a deeper one is refused", async () => {
    const path = `attributes${"/a".repeat(MAX_KEYS - 1)}`;
    assert.deepEqual(await index.find(`exists(${path})`), []);
    await expect(index.find(`exists(${path}/a)`)).rejects.toMatchObject({ code: "rql.expression.invalid" });
  });
});

describe("patterns", () => {
  beforeAll(async () => {
    await index.clear();
    await index.put({
      percent: a("100%_\\"),
      lines: a("one\ntwo\r\u2028three"),
      umlaut: a("ÄÖ"),
      small: a("äö"),
      pair: a("x😀y"),
      last: a("\u{10ffff}z"),
    });
  });

  test.each([
    { pattern: "100%*", finds: ["percent"] },
    { pattern: "1*%_\\\\", finds: ["percent"] },
    { pattern: "1?0*", finds: ["percent"] },
    { pattern: "100_*", finds: [] },
    { pattern: "one*", finds: ["lines"] },
    { pattern: "*", finds: ["last", "lines", "pair", "percent", "small", "umlaut"] },
    { pattern: "o?e\\n*\\r\\u2028*e", finds: ["lines"] },
    { pattern: "o*\\n\\r\\u2028*e", finds: [] },
    { pattern: "o*\\n*\\r?*\\u2028*e", finds: [] },
    { pattern: "o*\\n*\\n*", finds: [] },
    { pattern: "x?y", finds: ["pair"] },
    { pattern: "\u{10ffff}*", finds: ["last"] },
  ])("like $pattern finds $finds", async ({ pattern, finds }) => {
    assert.deepEqual(await index.find(`like(attributes/a,"${pattern}")`), finds);
    assert.deepEqual(
      await index.find(`like(attributes/a,"${pattern}")`, undefined, { isIndexed: () => true }),
      finds,
    );
  });

  test("letters of any alphabet are their small ones", async () => {
    assert.deepEqual(await index.find('ilike(attributes/a,"äÖ*")'), ["small", "umlaut"]);
    assert.deepEqual(await index.find('ilike(attributes/a,"O*\\nTWO\\r\\u2028T*E")'), ["lines"]);
  });

  test.each(["like(attributes/a,5)", "ilike(attributes/a,null)", `like(attributes/a,"${"a?".repeat(600)}")`])(
    "%s is refused",
    async (rql) => {
      await expect(index.find(rql)).rejects.toMatchObject({ code: "rql.expression.invalid" });
    },
  );

  test("a pattern of many wildcards takes no time out of proportion", async () => {
    await index.put({ long: a(`${"a".repeat(50_000)}b`) });
    const start = performance.now();
    assert.deepEqual(await index.find(`like(attributes/a,"${"*a?".repeat(300)}*c")`), []);
    assert.isBelow(performance.now() - start, 2_000);
  });
});

describe("values that a custom index holds", () => {
  const long = "l".repeat(256);
  const literals = [
    "null",
    "true",
    "false",
    "0",
    "5",
    "-1.5",
    '"l"',
    `"${long}"`,
    `"${long}b"`,
    `"${long}c"`,
  ];
  beforeAll(async () => {
    await index.clear();
    const singles = [
      undefined,
      null,
      true,
      false,
      0,
      5,
      -2,
      "",
      "l",
      "m",
      long,
      `${long}a`,
      `${long}b`,
      `${long}b😀`,
      {},
    ];
    await index.put(Object.fromEntries(singles.map((value, i) => [`t${i}`, a(value)])));
  });

  test.each(["eq", "ne", "gt", "ge", "lt", "le", "in"])("%s finds the same as without one", async (op) => {
    for (const literal of literals) {
      const rql = `${op}(attributes/a,${literal})`;
      assert.deepEqual(
        await index.find(rql, undefined, { isIndexed: () => true }),
        await index.find(rql),
        rql,
      );
    }
  });

  test("a text that goes on behind what the index holds is told from others that begin alike", async () => {
    const found = await index.find(`gt(attributes/a,"${long}b")`, undefined, { isIndexed: () => true });
    assert.deepEqual(found, ["t13", "t9"]);
    assert.deepEqual(
      await index.find(`like(attributes/a,"${long}?")`, undefined, { isIndexed: () => true }),
      ["t11", "t12"],
    );
  });
});

describe("each feature", () => {
  const feature = (properties: object) => ({ properties });
  beforeAll(async () => {
    await index.clear();
    await index.put({
      none: {},
      hollow: { features: {} },
      null: { features: { f: null } },
      bare: { features: { f: {} } },
      one: { features: { f: feature({ x: 1, s: "one" }) } },
      two: { features: { f: feature({ x: 1 }), g: feature({ x: [2, 3], s: "two" }) } },
      defined: { features: { f: { definition: ["ns:d:1"], properties: { x: null } } } },
    });
  });

  test.each([
    { rql: "eq(features/*/properties/x,1)", finds: ["one", "two"] },
    { rql: "eq(features/*/properties/x,3)", finds: ["two"] },
    { rql: "in(features/*/properties/x,3,4)", finds: ["two"] },
    { rql: "ne(features/*/properties/x,1)", finds: ["defined", "two"] },
    { rql: "gt(features/*/properties/x,2)", finds: ["two"] },
    { rql: "ge(features/*/properties/x,null)", finds: ["bare", "defined", "null"] },
    { rql: "exists(features/*/properties/x)", finds: ["defined", "one", "two"] },
    { rql: "empty(features/*/properties/x)", finds: ["bare", "defined", "null"] },
    { rql: 'like(features/*/properties/s,"t*")', finds: ["two"] },
    { rql: 'ilike(features/*/properties/s,"ON?")', finds: ["one"] },
    { rql: 'eq(features/*/definition,"ns:d:1")', finds: ["defined"] },
    { rql: "exists(features/*)", finds: ["bare", "defined", "null", "one", "two"] },
    { rql: "empty(features/*)", finds: ["hollow", "none"] },
    { rql: "not(exists(features/*/properties))", finds: ["bare", "hollow", "none", "null"] },
    { rql: "eq(features/g/properties/x,2)", finds: ["two"] },
  ])("$rql finds $finds", async ({ rql, finds }) => {
    assert.deepEqual(await index.find(rql), finds);
    // The same for somebody who has to be judged feature by feature.
    assert.deepEqual(await index.find(rql, { subjects: ["test:all"], isPartial: true }), finds);
  });
});

describe("fields that are columns", () => {
  beforeAll(async () => {
    await index.clear();
    await index.allow({}, "ns:other", "other");
    await index.put({ one: {}, two: {} });
    await index.put({ "other:one": {} }, "ns:other");
  });

  test.each([
    { rql: 'eq(thingId,"ns:one")', finds: ["one"] },
    { rql: 'ne(thingId,"ns:one")', finds: ["two", "other:one"] },
    { rql: "ne(thingId,1)", finds: ["one", "two", "other:one"] },
    { rql: "eq(thingId,1)", finds: [] },
    { rql: "ge(thingId,null)", finds: [] },
    { rql: 'gt(/thingId,"ns:one")', finds: ["two", "other:one"] },
    { rql: 'like(thingId,"ns:*")', finds: ["one", "two"] },
    { rql: 'ilike(thingId,"*:ONE")', finds: ["one", "other:one"] },
    { rql: 'in(thingId,"ns:two",7,"ns:none")', finds: ["two"] },
    { rql: "in(thingId,7)", finds: [] },
    { rql: 'eq(namespace,"other")', finds: ["other:one"] },
    { rql: 'like(namespace,"o*r")', finds: ["other:one"] },
    { rql: 'eq(policyId,"ns:other")', finds: ["other:one"] },
    { rql: "eq(_revision,1)", finds: ["one", "two", "other:one"] },
    { rql: "gt(_revision,0.5)", finds: ["one", "two", "other:one"] },
    { rql: "in(_revision,2,1)", finds: ["one", "two", "other:one"] },
    { rql: 'like(_revision,"*")', finds: [] },
    { rql: "exists(policyId)", finds: ["one", "two", "other:one"] },
    { rql: "empty(policyId)", finds: [] },
  ])("$rql finds $finds", async ({ rql, finds }) => {
    assert.deepEqual(await index.find(rql), finds);
    assert.deepEqual(await index.find(rql, { subjects: ["test:all"], isPartial: true }), finds);
  });
});

describe("texts that jsonb cannot hold", () => {
  test("U+0000 and halves of surrogate pairs are U+FFFD wherever a client writes them", async () => {
    await index.clear();
    await index.put({ odd: { attributes: { "k\ufffd": "v\ufffd" } } });
    for (const odd of ["\\u0000", "\\ud800", "\\udc00"]) {
      assert.deepEqual(await index.find(`eq(attributes/k${odd},"v${odd}")`), ["odd"]);
      assert.deepEqual(await index.find(`like(attributes/k${odd},"*${odd}")`), ["odd"]);
    }
  });

  test("quotes, backslashes and dollars in keys and values are only themselves", async () => {
    const key = `'"\\{},$1.*@?`;
    await index.put({ quoted: { attributes: { [key]: key } } });
    const said = JSON.stringify(key).slice(1, -1).replaceAll(",", "\\u002c");
    assert.deepEqual(await index.find(`eq(attributes/${said},"${said}")`), ["quoted"]);
    const how = { isIndexed: () => true };
    assert.deepEqual(await index.find(`eq(attributes/${said},"${said}")`, undefined, how), ["quoted"]);
  });
});

test("a time is a text, in milliseconds a number, as it is when the search begins", async () => {
  await index.clear();
  await index.put({
    past: a("1969-12-31T23:59:59Z"),
    future: a("1970-01-01T00:00:01Z"),
    millis: a("0"),
    number: a(0),
  });
  assert.deepEqual(await index.find("gt(attributes/a,time:now)"), ["future"]);
  assert.deepEqual(await index.find("eq(attributes/a,time:now_epoch_millis)"), ["number"]);
});
