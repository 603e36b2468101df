import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { getAt, readPath } from "../../src/base/json/pointer.ts";
import { applyPolicy } from "../../src/policies/apply.ts";
import type { Change } from "../../src/signals/signal.ts";
import { owner, stateWith } from "./decide-helpers.ts";

test("revisions and creation times go on over deletion and new creation", () => {
  const value = { policyId: "a:b", imports: {}, entries: {} };
  const first = applyPolicy(undefined, { action: "created", path: [], value }, 1, 10);
  const gone = applyPolicy(first, { action: "deleted", path: [] }, 2, 20);
  const again = applyPolicy(gone, { action: "created", path: [], value }, 3, 30);
  expect(first).toEqual({ value, revision: 1, created: 10, modified: 10 });
  expect(gone).toEqual({ value: undefined, revision: 2, created: 10, modified: 20 });
  expect(again).toEqual({ value, revision: 3, created: 30, modified: 30 });
});

test("a change leaves the state before it, and what lies beside its path, as they were", () => {
  const before = deepFrozen(stateWith({ other: { subjects: {}, resources: {}, importable: "implicit" } }));
  const value = { type: "u" };
  const path = readPath("/entries/owner/subjects/nginx:new");
  const after = applyPolicy(before, { action: "created", path, value }, 4, 9);
  const entries = (state: typeof before) => state.value?.entries as JsonObject;
  expect(entries(after).other).toBe(entries(before).other);
  expect((entries(after).owner as JsonObject).resources).toBe(owner.resources);
  expect((entries(before).owner as JsonObject).subjects).toEqual(owner.subjects);
});

test("members of an entry keep Ditto's order whichever comes last", () => {
  const change = (part: string, value: Change["value"]): Change => ({
    action: "modified",
    path: ["entries", "owner", part],
    ...(value !== undefined && { value }),
  });
  const state = [
    change("references", [{ entry: "a" }]),
    change("allowedAdditions", []),
    change("namespaces", ["a"]),
  ].reduce((held, next) => applyPolicy(held, next, 1, 1), stateWith());
  const entry = getAt(state.value, ["entries", "owner"]) as JsonObject;
  expect(Object.keys(entry)).toEqual([
    "subjects",
    "resources",
    "namespaces",
    "importable",
    "allowedAdditions",
    "references",
  ]);
});

test("an import that gets transitive imports gets entries too, and keeps them when it loses the others", () => {
  const path = readPath("/imports/a:b/transitiveImports");
  const state = applyPolicy(stateWith({}, { "a:b": {} }), { action: "modified", path, value: ["c:d"] }, 4, 4);
  const back = applyPolicy(state, { action: "modified", path, value: [] }, 5, 5);
  expect(state.value?.imports).toEqual({ "a:b": { entries: [], transitiveImports: ["c:d"] } });
  expect(back.value?.imports).toEqual({ "a:b": { entries: [] } });
});

test("applying never throws, whatever history says", () => {
  const step = fc.constantFrom(
    "entries",
    "imports",
    "owner",
    "subjects",
    "resources",
    "thing:",
    "__proto__",
    "a:b",
  );
  const change = fc.record({
    action: fc.constantFrom("created", "modified", "merged", "deleted"),
    path: fc.array(step, { maxLength: 5 }),
    value: fc.constantFrom({}, [], "x", null),
  }) as fc.Arbitrary<Change>;
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
      changes.reduce((state, next, i) => deepFrozen(applyPolicy(state, next, i + 4, i)), stateWith());
    }),
    { numRuns: 2000 },
  );
});

function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
}
