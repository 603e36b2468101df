// What history replays gives the same states as parsing and applying every row, whatever is left out.

import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { changeOf } from "../../../src/dispatch/entities.ts";
import { replay } from "../../../src/dispatch/history/replay.ts";
import { policyRules } from "../../../src/dispatch/policy-rules.ts";
import { thingRules } from "../../../src/dispatch/thing-rules.ts";
import type { JournalRow } from "../../../src/journal/journal.ts";
import type { EntityState } from "../../../src/signals/signal.ts";
import { row, upTo } from "../../journal/appends.ts";

const things = thingRules(1_000_000, false);
const policies = policyRules(1_000_000, () => undefined);

const id = "org.acme:lamp";
const pad = "x".repeat(200);

const applyAll = (rules: Pick<typeof things, "apply">, rows: readonly JournalRow[]) =>
  rows.reduce<EntityState | undefined>(
    (state, next) => rules.apply(state, changeOf(next), next.revision, next.timestamp),
    undefined,
  );

/** Small values, and long ones which replaying may leave out. */
const leaf = fc.constantFrom<unknown>(1, null, {}, [], pad, [pad], { a: pad }, { a: { b: pad }, c: 1 });
const key = fc.constantFrom("a", "b", "c", "properties");
const value = fc.oneof(leaf, fc.dictionary(key, leaf, { maxKeys: 3 }));
const objectPatch = fc.dictionary(
  fc.constantFrom("a", "b", "features", "attributes", "{{/a|b/}}"),
  fc.oneof(fc.constant(null), value),
);
const patch = fc.oneof(value, objectPatch);
const thing = fc.record(
  {
    features: fc.dictionary(
      key,
      fc.oneof(fc.constant(null), fc.record({ properties: value }, { requiredKeys: [] })),
    ),
    attributes: value,
    policyId: fc.constant("org.acme:p"),
    definition: fc.constant(`a:b:${pad}`),
  },
  { requiredKeys: [] },
);
const thingPath = fc.constantFrom(
  ...["/attributes", "/attributes/a", "/attributes/a/b", "/attributes/a/b/c", "/features", "/features/a"],
  ...["/features/a/properties", "/features/a/properties/a", "/features/a/properties/a/b", "/definition"],
);
const metadata = fc.option(fc.dictionary(key, fc.oneof(fc.constant(1), fc.dictionary(key, fc.constant(1)))), {
  freq: 3,
});

const written = fc.record({
  action: fc.constantFrom("modified", "created"),
  path: thingPath,
  value,
  metadata,
});
const thingChange = fc.oneof(
  { weight: 6, arbitrary: written },
  {
    weight: 2,
    arbitrary: fc.record({ action: fc.constant("merged"), path: thingPath, value: patch, metadata }),
  },
  { weight: 2, arbitrary: fc.record({ action: fc.constant("deleted"), path: thingPath }) },
  {
    weight: 1,
    arbitrary: fc.record({ action: fc.constant("modified"), path: fc.constant("/"), value: thing, metadata }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ action: fc.constant("merged"), path: fc.constant("/"), value: objectPatch }),
  },
  { weight: 1, arbitrary: fc.constant({ action: "deleted", path: "/" }) },
  {
    weight: 1,
    arbitrary: fc.record({ action: fc.constant("created"), path: fc.constant("/"), value: thing, metadata }),
  },
);

const subjects = fc.dictionary(fc.constantFrom("a", "a/b"), fc.constantFrom({ type: "t" }, { type: pad }));
const entry = fc.record(
  {
    subjects,
    resources: fc.constantFrom({}, { "thing:/": { grant: [pad], revoke: [] } }),
    importable: fc.constant(pad),
  },
  { requiredKeys: ["subjects"] },
);
const policyChange = fc.oneof(
  fc.record({
    path: fc.constant("/entries/L/subjects/a"),
    value: fc.constantFrom({ type: "t" }, { type: pad }),
  }),
  fc.record({
    path: fc.constant("/entries/L/subjects/a/b"),
    value: fc.constantFrom({ type: "t" }, { type: pad }),
  }),
  fc.record({ path: fc.constant("/entries/L/subjects"), value: subjects }),
  fc.record({ path: fc.constant("/entries/L/references"), value: fc.constantFrom([], [pad]) }),
  fc.record({ path: fc.constant("/entries/L"), value: entry }),
  fc.record({ path: fc.constant("/entries"), value: fc.dictionary(fc.constantFrom("L", "M"), entry) }),
  fc.record({ path: fc.constant("/imports/o:p/entries"), value: fc.constantFrom([], [pad]) }),
  fc.record({ path: fc.constant("/imports/o:p/transitiveImports"), value: fc.constantFrom([], [pad]) }),
  fc.record({ path: fc.constant("/imports"), value: fc.constantFrom({}, { "o:p": { entries: [pad] } }) }),
  fc.record({
    path: fc.constant("/"),
    value: fc.record({ entries: fc.dictionary(fc.constant("L"), entry) }),
  }),
);
const policyAction = fc.constantFrom("modified", "created", "deleted");

interface Drawn {
  readonly action: string;
  readonly path: string;
  readonly value?: unknown;
  readonly metadata?: unknown;
}

/** The rows of a life that begins with a birth. */
const rowsOf = (changes: readonly Drawn[]): readonly JournalRow[] =>
  [{ action: "created", path: "/", value: {} }, ...changes].map(
    ({ action, path, value: given, metadata: put }: Drawn, i) =>
      row(id, i + 1, {
        action,
        path,
        value: action === "deleted" ? null : JSON.stringify(given),
        metadata: put ? JSON.stringify(put) : null,
      }),
  );

const asText = (state: EntityState | undefined) => JSON.stringify(state);

describe("replaying", () => {
  test("leads to what applying every row leads to, for a thing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(thingChange, { minLength: 1, maxLength: 12 }), async (changes) => {
        const rows = rowsOf(changes);
        const found = await replay(things, undefined, rows);
        // As text, since the order of keys is part of an answer.
        expect(asText(found?.state)).toBe(asText(applyAll(things, rows)));
        expect(found?.row).toBe(rows.at(-1));
      }),
      { numRuns: 3_000 },
    );
  });

  test("leads to what applying every row leads to, for a policy", async () => {
    const change = fc.tuple(policyAction, policyChange).map(([action, rest]) => ({ action, ...rest }));
    // A deleted policy comes back by creation alone, as it does in life.
    const alive = change.filter(({ action, path }) => action !== "deleted" || path !== "/");
    await fc.assert(
      fc.asyncProperty(fc.array(alive, { minLength: 1, maxLength: 12 }), async (changes) => {
        const rows = rowsOf(changes);
        const found = await replay(policies, undefined, rows);
        expect(asText(found?.state)).toBe(asText(applyAll(policies, rows)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("parses a long value once however often it was replaced", async () => {
    const rows = [
      row(id, 1, { action: "created", path: "/", value: "{}" }),
      ...upTo(90).map((n) => row(id, n + 1, { path: "/attributes/a", value: JSON.stringify({ n, pad }) })),
      row(id, 92, { path: "/attributes/a/n", value: "0" }),
    ];
    const parsed = vi.spyOn(JSON, "parse");

    const found = await replay(things, undefined, rows);

    expect(parsed.mock.calls.filter(([text]) => text.includes(pad))).toHaveLength(1);
    parsed.mockRestore();
    expect(found?.state.value).toEqual({ attributes: { a: { n: 0, pad } } });
  });

  test("lets others work every few milliseconds", async () => {
    const big = JSON.stringify(Object.fromEntries(upTo(3_000).map((n) => [`k${n}`, n + 0.5])));
    const rows = upTo(400).map((n) =>
      row(
        id,
        n,
        n === 1
          ? { action: "created", path: "/", value: "{}" }
          : { action: "merged", path: "/attributes", value: big },
      ),
    );
    let longest = 0;
    let last = performance.now();
    let going = true;
    const turns = (async () => {
      while (going) {
        await new Promise((soon) => setImmediate(soon));
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }
    })();
    const started = performance.now();
    await replay(things, undefined, rows);
    const took = performance.now() - started;
    going = false;
    await turns;

    expect(longest).toBeLessThan(Math.max(60, took / 3));
  });

  test("does not go on where a row is missing", async () => {
    const rows = rowsOf([
      { action: "modified", path: "/attributes", value: {} },
      { action: "modified", path: "/attributes", value: {} },
    ]);

    expect(await replay(things, undefined, rows.slice(1))).toBeUndefined();
    expect(await replay(things, undefined, [rows[0]!, rows[2]!])).toBeUndefined();
    expect(await replay(things, undefined, [])).toBeUndefined();
  });
});
