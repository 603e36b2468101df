// The order in which things are found, and its pages.

import { assert, beforeAll, describe, expect, test } from "vitest";
import { searchFieldOf } from "../../../src/search/field.ts";
import { sortValuesOf } from "../../../src/search/sql/sort.ts";
import type { Caller, SortValue } from "../../../src/search/wanted.ts";
import { full, type Index, sortOf, statementOf, useIndex } from "./index.ts";

let index: Index;
useIndex((opened) => (index = opened));

const long = "l".repeat(256);
const inOrder = {
  missing: {},
  null: { attributes: { a: null } },
  minus: { attributes: { a: -1.5 } },
  large: '{"attributes":{"a":9007199254740992}}',
  larger: '{"attributes":{"a":9007199254740993}}',
  blank: { attributes: { a: "" } },
  text: { attributes: { a: "a" } },
  long1: { attributes: { a: `${long}b` } },
  long2: { attributes: { a: `${long}a` } },
  umlaut: { attributes: { a: "ä" } },
  last: { attributes: { a: "😀" } },
  object: { attributes: { a: { x: 1 } } },
  object2: { attributes: { a: {} } },
  array: { attributes: { a: [2] } },
  array2: { attributes: { a: [1] } },
  no: { attributes: { a: false } },
  yes: { attributes: { a: true } },
};
const names = Object.keys(inOrder);

const ids = async (sort: readonly string[], caller: Caller = full) =>
  (await index.run(statementOf(undefined, caller, {}, { sort }))).map(({ id }) => String(id).slice(3));

/** All ids, read in pages of so many things. */
async function paged(sort: readonly string[], limit: number, caller: Caller = full, isIndexed = false) {
  const keys = sortOf(sort);
  const found: string[] = [];
  let after: readonly SortValue[] | undefined;
  for (;;) {
    const page = { sort, limit, after };
    const rows = await index.run(statementOf(undefined, caller, { isIndexed: () => isIndexed }, page));
    found.push(...rows.map(({ id }) => String(id).slice(3)));
    const last = rows.at(-1);
    if (!last) return found;
    after = sortValuesOf(last, keys);
  }
}

describe("things in order", () => {
  beforeAll(async () => {
    await index.clear();
    await index.put(inOrder);
    await index.query("update search_thing set revision = length(id)");
  });

  test("values of different types have an order, ties are in the order of their ids", async () => {
    // Missing and null are equal, and so are objects, arrays, and texts that begin alike.
    const ties = [
      ["missing", "null"],
      ["array", "array2"],
    ];
    assert.deepEqual(await ids(["+attributes/a"]), names);
    for (const [first, second] of ties)
      assert.isBelow(names.indexOf(first as string), names.indexOf(second as string));
    assert.deepEqual((await ids(["-attributes/a", "-thingId"])).reverse(), names);
  });

  test("things are in the order of their ids by default", async () => {
    assert.deepEqual(await ids([]), [...names].sort());
    assert.deepEqual(await ids(["-thingId", "+attributes/a"]), [...names].sort().reverse());
  });

  test.each([
    { sort: [] },
    { sort: ["-thingId"] },
    { sort: ["+attributes/a"] },
    { sort: ["-attributes/a"] },
    { sort: ["-attributes/a", "-thingId"] },
    { sort: ["+_revision", "-attributes/a", "+_created"] },
    { sort: ["-_revision", "+policyId", "-attributes/a"] },
  ])("pages of $sort follow one another without a gap or a repetition", async ({ sort }) => {
    const whole = await ids(sort);
    for (const limit of [1, 2, 5]) {
      assert.deepEqual(await paged(sort, limit), whole);
      assert.deepEqual(await paged(sort, limit, { ...full, isPartial: true }), whole);
    }
  });

  test("an index on values in order gives the same pages", async () => {
    assert.deepEqual(await paged(["+attributes/a"], 3, full, true), names);
  });

  test("an offset leaves out the first", async () => {
    const rows = await index.run(statementOf(undefined, full, {}, { limit: 2, offset: 1 }));
    assert.deepEqual(
      rows.map(({ id }) => String(id).slice(3)),
      [...names].sort().slice(1, 3),
    );
  });

  test("a page goes on behind a thing that is no more", async () => {
    const after = [{ plain: "ns:missinf" }];
    const rows = await index.run(statementOf(undefined, full, {}, { limit: 1, after }));
    assert.equal(rows[0]?.id, "ns:missing");
  });

  test("what a caller may not read comes where missing values come", async () => {
    await index.put({ open: { attributes: { a: 5, b: 1 } } }, "ns:open");
    await index.put({ shut: { attributes: { a: 6, b: 1 } } }, "ns:shut");
    await index.allow({ "/": { g: ["test:lea"] } }, "ns:open");
    await index.allow({ "/attributes/b": { g: ["test:lea"] } }, "ns:shut");
    const lea = { subjects: ["test:lea"], isPartial: true };
    assert.deepEqual(await ids(["-attributes/a"], lea), ["open", "shut"]);
    assert.deepEqual(await ids(["-_revision", "-thingId"], lea), ["open", "shut"]);
    assert.deepEqual(await paged(["-attributes/a"], 1, lea, true), ["open", "shut"]);
    const found = await index.run(statementOf("gt(attributes/a,1)", lea, {}, { sort: ["+attributes/a"] }));
    assert.deepEqual(
      found.map(({ id, number0 }) => [id, number0]),
      [["ns:open", "5"]],
    );
  });
});

describe("properties of an order", () => {
  test.each(["features/f/definition", "features/f", "attributes", "nothing", "_metadata"])(
    "%s is refused",
    (property) => {
      expect(() => searchFieldOf(property, "sort")).toThrowError(
        expect.objectContaining({ code: "rql.expression.invalid" }),
      );
    },
  );

  test("the star is the name of a feature", () => {
    assert.deepEqual(searchFieldOf("features/*/properties/x", "sort"), {
      kind: "nested",
      path: ["features", "*", "properties", "x"],
    });
  });
});
