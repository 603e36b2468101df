import fc from "fast-check";
import { test } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import type { JsonValue } from "../../src/base/json/json.ts";
import { applyPolicy } from "../../src/policies/apply.ts";
import { decidePolicy } from "../../src/policies/decide.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import { resolveEntries } from "../../src/policies/resolve.ts";
import type { EntityState } from "../../src/signals/signal.ts";
import { command, limits, stateWith } from "./decide-helpers.ts";

const label = fc.constantFrom("owner", "a", "b", "__proto__");
const part = fc.constantFrom(
  "",
  "/subjects",
  "/subjects/n:1",
  "/resources",
  "/resources/thing:/",
  "/importable",
  "/namespaces",
  "/allowedAdditions",
  "/references",
);
const path = fc.oneof(
  fc.constantFrom("/", "/entries", "/imports", "/imports/o:x", "/imports/o:x/entries"),
  fc.tuple(label, part).map(([name, below]) => `/entries/${name}${below}`),
);
const entry = {
  subjects: { "n:1": { type: "t" } },
  resources: { "thing:/": { grant: ["READ"], revoke: [] } },
};
const body = fc.constantFrom<JsonValue[]>(
  {},
  [],
  null,
  entry,
  entry.subjects,
  entry.resources,
  { type: "t" },
  { grant: ["READ"], revoke: [] },
  { a: entry, b: { references: [{ entry: "a" }] } },
  { entries: { a: {}, b: entry } },
  { "o:x": {} },
  "never",
  ["subjects"],
  [{ entry: "a" }],
);
const steps = fc.array(fc.tuple(fc.constantFrom("create", "modify", "delete"), path, body), {
  minLength: 1,
  maxLength: 12,
});

test("whatever commands were accepted, the policy can be enforced", () => {
  fc.assert(
    fc.property(steps, (commands) => {
      let state: EntityState = stateWith();
      for (const [action, at, value] of commands) {
        state = after(state, () => command(action, at, action === "delete" ? undefined : value));
        const entries = state.value && resolveEntries(state.value, () => undefined);
        compileEnforcer(Object.values(entries ?? {}))
          .forSubjects(["n:1"])
          .hasPartial("thing", [], "READ");
      }
    }),
    { numRuns: 2000 },
  );
});

function after(state: EntityState, make: () => ReturnType<typeof command>): EntityState {
  try {
    const { change } = decidePolicy(state, make(), { ...limits, lockoutPrevention: false });
    return applyPolicy(state, change, state.revision + 1, 9000);
  } catch (error) {
    if (error instanceof TwinError) return state;
    throw error;
  }
}
