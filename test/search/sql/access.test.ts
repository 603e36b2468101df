// What somebody finds who may not read everything.

import { assert, beforeAll, beforeEach, describe, test } from "vitest";
import { commonRights } from "../../../src/search/common-rights.ts";
import { searchFieldOf } from "../../../src/search/field.ts";
import { countStatement } from "../../../src/search/sql/count.ts";
import { indexExpressions } from "../../../src/search/sql/literal.ts";
import { matching } from "../../../src/search/sql/matching.ts";
import { visibleValue } from "../../../src/search/sql/value.ts";
import { Parameters } from "../../../src/search/statement.ts";
import type { OwnRules } from "../../../src/search/store.ts";
import type { Caller } from "../../../src/search/wanted.ts";
import { circumstances, full, type Index, type Rules, statementOf, useIndex } from "./index.ts";

let index: Index;
useIndex((opened) => (index = opened));

const lea = { subjects: ["test:lea"], isPartial: true };
const both = { subjects: ["test:lea", "test:max"], isPartial: true };

const thing = {
  policyId: "ns:policy",
  attributes: { open: 1, secret: 1, "a/b~c": 1 },
  features: { lamp: { properties: { on: true, level: 5 } }, "a/b": { properties: { on: false } } },
};

describe("one thing and the rules of its policy", () => {
  beforeEach(async () => {
    await index.clear();
    await index.put({ thing });
  });

  const g = ["test:lea"];
  const cases: readonly {
    readonly title: string;
    readonly rules: Rules;
    readonly yes: string[];
    readonly no: string[];
  }[] = [
    {
      title: "what is granted can be asked for, and what is not is neither equal nor missing",
      rules: { "/attributes/open": { g } },
      yes: [
        "eq(attributes/open,1)",
        "not(eq(attributes/secret,1))",
        'eq(thingId,"ns:thing")',
        'eq(namespace,"ns")',
      ],
      no: [
        "eq(attributes/secret,1)",
        "ne(attributes/secret,2)",
        "exists(attributes/secret)",
        "empty(attributes/missing)",
        "eq(_revision,1)",
        'eq(policyId,"ns:policy")',
        "exists(features/*)",
        "empty(features/*)",
      ],
    },
    {
      title: "the nearest resource decides",
      rules: { "/": { g }, "/attributes": { r: g }, "/attributes/open": { g } },
      yes: ["eq(attributes/open,1)", "eq(_revision,1)", "exists(features/lamp)"],
      no: ["eq(attributes/secret,1)"],
    },
    {
      title: "a revoke wins at one resource",
      rules: { "/": { g }, "/attributes": { g, r: g } },
      yes: ["exists(features/lamp)"],
      no: ["eq(attributes/open,1)"],
    },
    {
      title: "keys with slashes and tildes are escaped in pointers",
      rules: { "/attributes/a~1b~0c": { g }, "/features/a~1b": { g } },
      yes: ["eq(attributes/a~1b~0c,1)", "eq(features/*/properties/on,false)"],
      no: ["eq(attributes/open,1)", "eq(features/*/properties/on,true)"],
    },
    {
      title: "each feature is judged by itself",
      rules: { "/features/lamp/properties/on": { g }, "/features/a~1b/properties/level": { g } },
      yes: ["eq(features/*/properties/on,true)", "not(exists(features/*))"],
      no: [
        "eq(features/*/properties/on,false)",
        "eq(features/*/properties/level,5)",
        "eq(features/a~1b/properties/on,false)",
      ],
    },
    {
      title: "a revoke below a grant of all features hides that part of one",
      rules: { "/features": { g }, "/features/lamp/properties/on": { r: g } },
      yes: ["eq(features/*/properties/on,false)", "exists(features/*)", "gt(features/*/properties/level,1)"],
      no: ["eq(features/*/properties/on,true)"],
    },
  ];
  test.each(cases)("$title", async ({ rules, yes, no }) => {
    await index.allow(rules);
    for (const rql of yes) assert.deepEqual(await index.find(rql, lea), ["thing"], rql);
    for (const rql of no) assert.deepEqual(await index.find(rql, lea), [], rql);
  });

  test("of several subjects the one named nearest decides, and a revoke of any wins", async () => {
    await index.allow({
      "/": { g: ["test:lea"] },
      "/attributes": { r: ["test:max"] },
      "/attributes/open": { g: ["test:lea"], r: ["test:max"] },
    });
    assert.deepEqual(await index.find("exists(attributes/open)", lea), ["thing"]);
    assert.deepEqual(await index.find("exists(attributes/open)", both), []);
    assert.deepEqual(await index.find("exists(features/lamp)", both), ["thing"]);
  });

  test("an alternative is judged with the rights to each of its parts", async () => {
    await index.allow({ "/attributes/open": { g } });
    const rql = "or(eq(attributes/secret,1),eq(attributes/open,1))";
    assert.deepEqual(await index.find(rql, lea), ["thing"]);
    assert.deepEqual(await index.find("or(eq(attributes/secret,1),eq(attributes/open,2))", lea), []);
    assert.deepEqual(await index.find("or(not(eq(attributes/secret,1)),eq(attributes/open,2))", lea), [
      "thing",
    ]);
  });

  test.each<{ readonly title: string; readonly rules: Rules; readonly finds: boolean }>([
    { title: "everything", rules: { "/": { g } }, finds: true },
    { title: "a part that it has", rules: { "/features/lamp/properties": { g } }, finds: true },
    { title: "a part that it lacks", rules: { "/features/none": { g } }, finds: false },
    { title: "a place in something that is no object", rules: { "/attributes/open/0": { g } }, finds: false },
    { title: "a part that is revoked there", rules: { "/attributes": { g, r: g } }, finds: false },
    { title: "nothing, but to somebody else", rules: { "/attributes": { g: ["test:max"] } }, finds: false },
    {
      title: "all, of which something is revoked",
      rules: { "/": { g }, "/attributes": { r: g } },
      finds: true,
    },
  ])("whether a thing is found where READ is granted on $title", async ({ rules, finds }) => {
    await index.allow(rules);
    assert.deepEqual(await index.find(undefined, lea), finds ? ["thing"] : []);
    const [row] = await index.run(countStatement({}, lea, circumstances));
    assert.deepEqual(row, { count: finds ? 1 : 0 });
  });
});

test("the policy counts as it is for the namespace of the thing", async () => {
  await index.clear();
  await index.put({ "ns:a": {}, "other:a": {} });
  assert.deepEqual(await index.find(undefined), ["a"]);
  await index.allow({}, "ns:policy", "other");
  assert.deepEqual(await index.find(undefined), ["a", "other:a"]);
});

test("who has no subjects finds nothing, the server itself finds all", async () => {
  for (const isPartial of [true, false])
    assert.deepEqual(await index.find(undefined, { subjects: [], isPartial }), []);
  assert.deepEqual(await index.run(countStatement({}, undefined, circumstances)), [{ count: 2 }]);
});

test("only things of the namespaces are found, and none where there are no namespaces", async () => {
  const idsIn = async (namespaces: readonly string[]) =>
    (await index.run(statementOf(undefined, full, {}, { namespaces }))).map(({ id }) => id);
  assert.deepEqual(await idsIn(["ns"]), ["ns:a"]);
  assert.deepEqual(await idsIn(["ns", "other", "none"]), ["ns:a", "other:a"]);
  assert.deepEqual(await idsIn([]), []);
});

describe("values", () => {
  beforeAll(async () => {
    await index.clear();
    await index.put({ thing, other: { attributes: { open: { x: 1 } } } });
    await index.allow({ "/attributes/open": { g: ["test:lea"] } });
  });

  const valuesOf = async (property: string, caller: Caller = lea) => {
    const parameters = new Parameters();
    const value = visibleValue(parameters, searchFieldOf(property, "compare"), caller);
    const end = matching(parameters, {}, caller, circumstances);
    const rows = await index.run({
      text: `select ${value} as value, count(*)::int as count ${end} group by ${value} order by ${value}`,
      parameters: parameters.values,
    });
    return rows.map((row) => JSON.parse(String(row.value)));
  };

  test("are those that the caller may read", async () => {
    assert.deepEqual(await valuesOf("attributes/open"), [1, { x: 1 }]);
    assert.deepEqual(await valuesOf("attributes/secret"), [null]);
    assert.deepEqual(await valuesOf("thingId"), ["ns:other", "ns:thing"]);
    assert.deepEqual(await valuesOf("policyId"), [null]);
    assert.deepEqual(await valuesOf("_revision", full), [1]);
  });
});

test("a statement whose time is over ends as if it had been cancelled", async () => {
  await index.query("update search_thing set pulse = false");
  await index.find(undefined, full, { deadline: Date.now() + 60_000 });
  const late = await index.find(undefined, full, { deadline: 0 }).catch((error: unknown) => error);
  assert.propertyVal(late, "sqlState", "57014");
});

describe("a partial reader whose rights are known", () => {
  const bench = { "/attributes": true, "/features": true, "/attributes/note": false };
  const knowing = (...sets: OwnRules[]): Caller => ({ ...lea, common: commonRights(sets) });
  const known = knowing(bench, { ...bench, "/attributes/a/b": true });
  const isPlain = (rql: string | undefined, caller: Caller, sort: readonly string[] = []) =>
    statementOf(rql, caller, {}, { sort }).text ===
    statementOf(rql, { ...caller, isPartial: false }, {}, { sort }).text;

  test.each([
    "eq(attributes/a,1)",
    "and(exists(attributes/a),not(eq(attributes/b,1)))",
    'and(empty(attributes/a),ilike(features/f/properties/b,"x*"))',
    "or(eq(attributes/a,1),gt(features/*/properties/p,1))",
    'and(like(thingId,"a*"),or(eq(attributes/a,1),ne(features/f/properties/p,1)))',
    "in(attributes/a,1,2)",
  ])("is asked like one who may read everything where %s shows that there is something to read", (rql) => {
    assert.isTrue(isPlain(rql, known));
    assert.isTrue(isPlain(rql, known, ["-attributes/c", "+thingId"]));
    assert.isFalse(isPlain(rql, known, ["+attributes/note/x"]));
    assert.isFalse(isPlain(rql, known, ["+_modified"]));
    assert.isFalse(isPlain(rql, lea));
  });

  test.each([
    undefined,
    "eq(attributes/note,1)",
    "eq(_revision,1)",
    "not(eq(attributes/a,1))",
    "empty(attributes/a)",
    "in(attributes/a,1,null)",
    "le(attributes/a,null)",
    'like(thingId,"a*")',
    "or(eq(attributes/a,1),empty(features/*))",
    "and(eq(attributes/a,1),exists(definition))",
  ])("is judged thing by thing where %s does not", (rql) => {
    assert.isFalse(isPlain(rql, known));
  });

  test("finds all things of policies that grant everything but some of it", () => {
    const most = knowing({ "/": true, "/attributes/secret": false });
    assert.isTrue(isPlain(undefined, most, ["+attributes/a", "-_modified"]));
    assert.isTrue(isPlain("not(exists(attributes/a))", most));
    assert.isFalse(isPlain(undefined, most, ["+attributes/secret"]));
  });

  test("sees of partial policies what has something granted, and of others everything", async () => {
    await index.clear();
    const caller = knowing({ "/attributes": true, "/features/a~1b/properties": true, "/definition": false });
    await index.allow({
      "/attributes": { g: ["test:lea"] },
      "/features/a~1b/properties": { g: ["test:lea"] },
    });
    await index.query("update search_access set partial = '{test:lea}'");
    await index.put({
      a: { attributes: {} },
      b: { features: { "a/b": { properties: { on: 1 } } } },
      c: { features: { "a/b": {}, lamp: { properties: {} } }, definition: "x" },
      d: {},
    });
    await index.allow({ "/": { g: ["test:lea"] } }, "ns:whole");
    await index.put({ e: {} }, "ns:whole");
    await index.put({ f: { attributes: {} } }, "ns:none");
    assert.deepEqual(await index.find(undefined, caller), ["a", "b", "e"]);
    assert.deepEqual(await index.find("not(eq(attributes/a,1))", caller), ["a", "b", "e"]);
    assert.notInclude(statementOf(undefined, caller).text, "lateral");
  });

  test("may be granted what is in an element of an array, where no pointer leads", async () => {
    await index.clear();
    await index.put({ a: { attributes: { a: [{ b: 1 }] } }, b: { attributes: { a: { b: 1 } } } });
    await index.allow({ "/attributes/a/b": { g: ["test:lea"] } });
    await index.query("update search_access set partial = '{test:lea}'");
    const caller = knowing({ "/attributes/a/b": true });
    assert.deepEqual(await index.find("eq(attributes/a/b,1)", caller), ["b"]);
    assert.deepEqual(await index.find("eq(attributes/a/b,1)", lea), ["b"]);
  });

  test("has an order by what is readable served by an index, without a filter", async () => {
    const isIndexed = (path: readonly string[]) => path.join("/") === "attributes/i";
    const { text } = statementOf(undefined, known, { isIndexed }, { sort: ["+attributes/i"] });
    const { rank, number, text: key } = indexExpressions(["attributes", "i"], "t");
    assert.include(text, `order by ${rank}, ${number}, ${key}, t.id`);
  });
});
