// Which indexes can serve a search. Without sequential scans and sorting as long as there is another way, plans do not
// depend on how many things there are.

import { assert, beforeAll, describe, test } from "vitest";
import { parseRql } from "../../../src/rql/parse.ts";
import { countStatement } from "../../../src/search/sql/count.ts";
import { indexExpressions } from "../../../src/search/sql/literal.ts";
import type { Caller } from "../../../src/search/wanted.ts";
import { circumstances, full, type Index, statementOf, useIndex } from "./index.ts";

let index: Index;
useIndex((opened) => (index = opened));

const how = { isIndexed: (path: readonly string[]) => path.join("/") === "attributes/i'" };
const partial: Caller = { ...full, isPartial: true };

beforeAll(async () => {
  const { rank, number, text } = indexExpressions(["attributes", "i'"]);
  await index.query(`create index custom on search_thing ((${rank}), (${number}), (${text}), id)`);
  await index.query(`insert into search_thing
    select 'ns:t' || i, 'ns', 'ns:policy', 1, jsonb_build_object('attributes', jsonb_build_object('i''', i)), '{}', true
    from generate_series(1, 2000) i`);
  await index.query(`insert into search_access
    select 'ns:p' || i, 'ns' || i, '', '{}', '{test:all}', '{}', '{"/":{"g":["test:all"]}}' from generate_series(1, 500) i`);
  await index.query("analyze");
});

const planOf = (rql: string, caller: Caller): Promise<string> =>
  index.explain(countStatement({ criterion: parseRql(rql) }, caller, { ...circumstances, ...how }));

const planOfPage = (rql: string | undefined, caller: Caller, page: object): Promise<string> =>
  index.explain(statementOf(rql, caller, how, { limit: 10, ...page }));

const isServed = (plan: string, name: string, condition: RegExp): boolean => {
  const [, part = ""] = plan.split(new RegExp(`${name} on search_thing t|on ${name}`));
  return condition.test(/Index Cond: .*/.exec(part)?.[0] ?? "");
};

describe.each([
  { reader: "somebody who may read everything", caller: full },
  { reader: "somebody who may not", caller: partial },
])("for $reader", ({ caller }) => {
  test.each([
    { rql: 'eq(attributes/a,"x")', by: "search_thing_keys", condition: /@>/ },
    { rql: "eq(attributes/a,-1.5)", by: "search_thing_keys", condition: /@>/ },
    { rql: "eq(attributes/a,null)", by: "search_thing_keys", condition: /@>/ },
    { rql: 'in(attributes/a,1,"x",true)', by: "search_thing_keys", condition: /&&/ },
    { rql: 'like(attributes/a,"x")', by: "search_thing_keys", condition: /@>/ },
    { rql: "and(eq(attributes/a,1),not(eq(attributes/b,1)))", by: "search_thing_keys", condition: /@>/ },
    { rql: "or(eq(attributes/a,1),in(attributes/b,1,2))", by: "search_thing_keys", condition: /@>/ },
    { rql: "eq(features/*/properties/a,1)", by: "search_thing_keys", condition: /@>/ },
    { rql: "in(features/*/properties/a,1,2)", by: "search_thing_keys", condition: /&&/ },
    { rql: "exists(attributes/a)", by: "search_thing_keys", condition: /@>/ },
    { rql: "exists(features/*/properties/a)", by: "search_thing_keys", condition: /@>/ },
    { rql: "gt(attributes/a,1)", by: "search_thing_keys", condition: /@>/ },
    { rql: 'ilike(features/f/properties/a,"x*")', by: "search_thing_keys", condition: /@>/ },
    { rql: 'eq(thingId,"ns:t1")', by: "search_thing_pkey", condition: /id = / },
    { rql: 'in(thingId,"ns:t1","ns:t2")', by: "search_thing_pkey", condition: /id = ANY/ },
    { rql: 'like(thingId,"ns:t1*")', by: "search_thing_pkey", condition: /id >= .*id < / },
    { rql: 'like(thingId,"ns:t1*5?")', by: "search_thing_pkey", condition: /id >= .*id < / },
    { rql: "gt(attributes/i',5)", by: "custom", condition: />.*'5'::numeric/ },
    { rql: 'le(attributes/i\',"x")', by: "custom", condition: /<= 'x'::text/ },
    { rql: "eq(attributes/i',true)", by: "custom", condition: /= '1'::numeric/ },
    { rql: 'like(attributes/i\',"x*y")', by: "custom", condition: />= 'x'::text.*< 'y'::text/ },
  ])("$rql is served by $by", async ({ rql, by, condition }) => {
    const plan = await planOf(rql, caller);
    assert.isTrue(isServed(plan, by, condition), plan);
  });

  test.each([
    {
      title: "ids",
      rql: undefined,
      sort: [],
      after: [{ plain: "ns:t5" }],
      by: "search_thing_pkey",
      condition: /id > /,
    },
    {
      title: "ids, backwards",
      rql: undefined,
      sort: ["-thingId"],
      after: [{ plain: "ns:t5" }],
      by: "search_thing_pkey",
      condition: /id < /,
    },
    {
      title: "values",
      rql: "gt(attributes/i',1)",
      sort: ["+attributes/i'"],
      after: [{ rank: 1, number: "5", text: "" }, { plain: "ns:t5" }],
      by: "custom",
      condition: /ROW\(.*id\) > ROW\(/,
    },
    {
      title: "values and ids, backwards",
      rql: "gt(attributes/i',1)",
      sort: ["-attributes/i'", "-thingId"],
      after: [{ rank: 1, number: "5", text: "" }, { plain: "ns:t5" }],
      by: "custom",
      condition: /ROW\(.*id\) < ROW\(/,
    },
    {
      title: "values backwards, ids forwards",
      rql: "gt(attributes/i',1)",
      sort: ["-attributes/i'"],
      after: [{ rank: 1, number: "5", text: "" }, { plain: "ns:t5" }],
      by: "custom",
      condition: /ROW\(.*\) <= ROW\(/,
    },
  ])("a page in the order of $title begins in the index where the last ended", async (row) => {
    const plan = await planOfPage(row.rql, caller, { sort: row.sort, after: row.after });
    assert.isTrue(isServed(plan, row.by, row.condition), plan);
    assert.notMatch(plan, /^ *-> {2}Sort/m);
  });
});

test("what a policy lets somebody read is worked out once a policy", async () => {
  const plan = await planOfPage("gt(attributes/i',5)", partial, { sort: ["+attributes/i'"] });
  assert.match(plan, /Memoize\n *Cache Key: t.policy_id, t.namespace/);
});

test("things of one namespace are found by it", async () => {
  const plan = await planOfPage(undefined, full, { namespaces: ["none"] });
  assert.isTrue(isServed(plan, "search_thing_namespace", /namespace = /), plan);
});
