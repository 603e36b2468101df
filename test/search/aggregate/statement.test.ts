import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Criterion } from "../../../src/rql/criterion.ts";
import { groupsIn } from "../../../src/search/aggregate/groups.ts";
import { type AskedTexts, readAsked } from "../../../src/search/aggregate/parse.ts";
import { aggregationStatement } from "../../../src/search/aggregate/statement.ts";
import { callers } from "../../../src/search/query/callers.ts";
import type { Caller } from "../../../src/search/wanted.ts";
import { storages } from "../../journal/storages.ts";
import { rulesOf } from "../model/access.ts";
import { asking, policies, things } from "../model/documents.ts";
import { filter, property } from "../model/filters.ts";
import { finds } from "../model/finds.ts";
import { accessRows, namespaceOf, thingRow } from "../model/rows.ts";
import { storableJson } from "../model/values.ts";
import { now } from "../model/vocabulary.ts";
import { type Stored, useStore } from "../stored/stores.ts";
import { type Grouping, groupsOf, type Measure, type ModelGroup, normalNumber } from "./model.ts";

const ROUNDS = 8;
const CASES = 45;
const PATIENCE_MS = 20_000;

/** What can be grouped by; more often what the random things have. */
const grouped = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("attributes/a", "attributes/b", "features/f/properties/a", "policyId"),
  },
  { weight: 2, arbitrary: property.filter((name) => !/^features\/(\*\/|.*definition$)/.test(name)) },
);
const span = fc.constantFrom("ms", "s", "15m", "h", "d", "w", "mo", "y", "7d");
const groupings: fc.Arbitrary<readonly Grouping[]> = fc.uniqueArray(
  fc.record({ property: grouped, span: fc.option(span, { nil: undefined, freq: 2 }) }),
  { maxLength: 3, selector: (one) => `${one.property} ${one.span}` },
);
const measures: fc.Arbitrary<readonly Measure[]> = fc.uniqueArray(
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<Measure>({ kind: "count" }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom("count", "sum", "avg", "min", "max"), property: grouped }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("percentile"),
        property: grouped,
        percent: fc.constantFrom(0, 1, 50, 90, 99.9, 100),
      }),
    },
  ) as fc.Arbitrary<Measure>,
  { minLength: 1, maxLength: 4, selector: (one) => JSON.stringify(one) },
);

interface Case {
  readonly groupings: readonly Grouping[];
  readonly measures: readonly Measure[];
  readonly criterion: Criterion | undefined;
  readonly subjects: readonly string[];
  readonly size: number;
}
const oneCase: fc.Arbitrary<Case> = fc.record({
  groupings,
  measures,
  criterion: fc.option(filter, { nil: undefined, freq: 1 }),
  subjects: asking,
  size: fc.constantFrom(1, 3, 1000),
});
const round = fc.record({
  things,
  policies,
  cases: fc.array(oneCase, { minLength: CASES, maxLength: CASES }),
});

const escaped = (name: string): string =>
  name.replaceAll(/[,)"\\]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const textsOf = ({ groupings, measures, size }: Case): AskedTexts => ({
  groupBy: groupings
    .map(({ property, span }) => (span ? `truncate(${escaped(property)},${span})` : escaped(property)))
    .join(","),
  aggregates: measures
    .map(({ kind, property, percent }) => {
      const name = kind === "percentile" ? `p${percent}` : kind;
      return property === undefined ? name : `${name}(${escaped(property)})`;
    })
    .join(","),
  option: `size(${size})`,
});

/** Numbers in one spelling; averages are rounded, since their digits end somewhere. */
const normal = (groups: readonly ModelGroup[], measures: readonly Measure[]): readonly ModelGroup[] =>
  groups.map(({ by, values }) => ({
    by: by.map(normalNumber),
    values: values.map((value, i) => {
      if (value === undefined) return undefined;
      return measures[i]?.kind === "avg" ? rounded(value) : normalNumber(value);
    }),
  }));
const rounded = (text: string): string => Number(text).toPrecision(12);

describe.each(storages)("an aggregation on $name", ({ openStorage }) => {
  let stored: Stored;
  useStore(openStorage, (opened) => {
    stored = opened;
  });

  async function fill(
    all: readonly JsonObject[],
    its: Parameters<typeof accessRows>[1],
    policyId = "org.a:p1",
  ) {
    await clear();
    await stored.store.putThings(all.map(thingRow), []);
    await stored.store.putAccess(accessRows(policyId, its, ["org.a", "org.b"]));
  }

  async function clear() {
    for (const table of ["search_thing", "search_access"])
      await stored.database.query(`delete from ${table}`, []);
  }

  async function run(texts: AskedTexts, criterion?: Criterion, caller?: Caller) {
    const asked = readAsked(texts);
    const deadline = stored.store.watchesTime ? Date.now() + PATIENCE_MS : undefined;
    const at = { now, deadline, isIndexed: () => false };
    const statement = aggregationStatement({ asked, wanted: { criterion } }, caller, at);
    const { groups, truncated } = groupsIn(asked, await stored.store.run(statement, PATIENCE_MS));
    return {
      groups: groups.map(({ keys, values }) => ({ by: keys.map((key) => key ?? ""), values })),
      truncated,
    };
  }

  test(`finds what the things themselves give, in ${ROUNDS * CASES} random cases`, {
    timeout: 120_000,
  }, async () => {
    let telling = 0;
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const [sample] = fc.sample(round, { seed: 9_000 + seed, numRuns: 1 });
      const { things: all, policies: byId, cases } = sample as NonNullable<typeof sample>;
      await clear();
      await stored.store.putThings(all.map(thingRow), []);
      const namespaces = [...new Set(all.map(namespaceOf))];
      await stored.store.putAccess([...byId].flatMap(([id, its]) => accessRows(id, its, namespaces)));
      const documents = all.map((thing) => ({
        document: storableJson({ ...thing, namespace: namespaceOf(thing) }) as JsonObject,
        rules: rulesOf(byId.get(thing.policyId as string) ?? []),
      }));
      for (const one of cases) {
        const { subjects, criterion, size } = one;
        const found = documents.filter(({ document, rules }) =>
          finds(criterion, document, rules, subjects, now),
        );
        const expected = groupsOf(found, one.groupings, one.measures, subjects);
        const caller = await callers(stored.store, () => undefined)({ subjects });
        const told = await run(textsOf(one), criterion, caller);
        const what = `seed ${seed}: ${JSON.stringify(one)}`;
        expect(normal(told.groups, one.measures), what).toEqual(
          normal(expected.slice(0, size), one.measures),
        );
        expect(told.truncated, what).toBe(expected.length > size);
        if (expected.length > 1 && caller.isPartial) telling++;
      }
    }
    expect(telling).toBeGreaterThan(30);
  });

  const owner = {
    subjects: { "s:owner": { type: "t" } },
    resources: { "thing:/": { grant: ["READ"], revoke: [] } },
    importable: "implicit",
  } as const;
  const thing = (n: number, attributes: JsonObject): JsonObject => ({
    thingId: `org.a:t${n}`,
    policyId: "org.a:p1",
    _revision: 1,
    attributes,
  });

  test("a reader of a part learns nothing of the rest by groups, numbers or percentiles", async () => {
    const some = {
      subjects: { "s:1": { type: "t" } },
      resources: {
        "thing:/attributes/open": { grant: ["READ"], revoke: [] },
        "thing:/attributes/open/secret": { grant: [], revoke: ["READ"] },
      },
      importable: "implicit",
    } as const;
    await fill(
      [thing(1, { open: { n: 1, secret: "x" }, pay: 7 }), thing(2, { open: { n: 2, secret: "y" }, pay: 9 })],
      [owner, some],
    );
    const caller = { subjects: ["s:1"], isPartial: true };

    const told = await run(
      {
        groupBy: "attributes/open/secret,attributes/pay,attributes/open,truncate(attributes/pay,y)",
        aggregates: "count,sum(attributes/pay),p50(attributes/pay),max(_revision),sum(attributes/open/n)",
      },
      undefined,
      caller,
    );

    expect(told.groups).toEqual([
      { by: ["", "", "", ""], values: ["2", undefined, undefined, undefined, "3"] },
    ]);
  });

  test("the server itself sees all, even what no policy knows", async () => {
    await fill([thing(1, { a: "x" }), { ...thing(2, { a: "x" }), policyId: "org.a:gone" }], []);

    expect((await run({ groupBy: "attributes/a" })).groups).toEqual([{ by: ['"x"'], values: ["2"] }]);
  });

  const times: readonly [value: string | number | boolean | null, hour: string][] = [
    ["2024-02-29T23:59:59.999Z", "2024-02-29T23:00:00Z"],
    ["2024-03-01t00:30:00+00:45", "2024-02-29T23:00:00Z"],
    ["2024-02-29T23:10z", "2024-02-29T23:00:00Z"],
    ["2024-02-29T23:10:11.123456789-00:00", "2024-02-29T23:00:00Z"],
    [1709247600000, "2024-02-29T23:00:00Z"],
    [1709247600000.5, "2024-02-29T23:00:00Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z"],
    ["1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z"],
    [-1, "1969-12-31T23:00:00Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:00:00Z"],
    ["9999-12-31T23:59:59-01:00", ""],
    ["0001-01-01T00:00:00+01:00", ""],
    ["0000-01-01T00:00:00Z", ""],
    ["2023-02-29T00:00:00Z", ""],
    ["2023-04-31", ""],
    ["2023-13-01", ""],
    ["2023-00-10", ""],
    ["2023-01-00", ""],
    ["2023-01-01T24:00:00Z", ""],
    ["2023-01-01T23:59:60Z", ""],
    ["2023-01-01T00:00:00+19:00", ""],
    ["2023-01-01T00:00:00", ""],
    ["2023-01-01T00:00:00Z\n", ""],
    ["+99999-01-01T00:00:00Z", ""],
    ["99999-01-01T00:00:00Z", ""],
    ["２０２３-01-01", ""],
    [`2023-01-01T00:00:00.${"1".repeat(100)}Z`, ""],
    ["infinity", ""],
    ["now", ""],
    ["", ""],
    [1e300, ""],
    [-1e300, ""],
    [253_402_300_800_000, ""],
    [true, ""],
    [null, ""],
  ];
  test("times are cut to the span they lie in, and what is none is nothing", async () => {
    for (const [value, hour] of times) {
      await fill([thing(1, { at: value })], [owner]);
      const { groups } = await run({ groupBy: "truncate(attributes/at,h)" });
      expect([value, groups[0]?.by[0]]).toEqual([value, hour && JSON.stringify(hour)]);
    }
  });

  test("keys keep their types, and null is not nothing", async () => {
    const values = [true, false, "1", 1, 1.0, "", null, [1], { a: 1 }, "x".repeat(300)];
    await fill([...values.map((a, i) => thing(i, { a })), thing(99, {})], [owner]);

    expect((await run({ groupBy: "attributes/a" })).groups).toEqual([
      { by: [""], values: ["3"] },
      { by: ["null"], values: ["1"] },
      { by: ["1"], values: ["2"] },
      { by: ['""'], values: ["1"] },
      { by: ['"1"'], values: ["1"] },
      { by: [`"${"x".repeat(256)}"`], values: ["1"] },
      { by: ["false"], values: ["1"] },
      { by: ["true"], values: ["1"] },
    ]);
  });

  test("integers of 64 bits are summed exactly", async () => {
    const rows = [9007199254740993n, 9223372036854775807n].map((n, i) => ({
      ...thingRow(thing(i, {})),
      thing: `{"thingId":"org.a:t${i}","attributes":{"n":${n}}}`,
    }));
    await clear();
    await stored.store.putThings(rows, []);

    const { groups } = await run({ aggregates: "sum(attributes/n),max(attributes/n),p50(attributes/n)" });

    expect(groups[0]?.values).toEqual(["9232379236109516800", "9223372036854775807", "9007199254740993"]);
  });

  test("without things there is one group where nothing is grouped by, and none otherwise", async () => {
    await clear();

    expect((await run({ aggregates: "count,sum(attributes/n)" })).groups).toEqual([
      { by: [], values: ["0", undefined] },
    ]);
    expect((await run({ groupBy: "attributes/a" })).groups).toEqual([]);
  });
});
