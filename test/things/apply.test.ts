import fc from "fast-check";
import { expect, test } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import type { JsonValue } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import type { Change, CommandAction, EntityState } from "../../src/signals/signal.ts";
import { applyThing } from "../../src/things/apply.ts";
import { decideThing } from "../../src/things/decide.ts";
import { change, command, deepFreeze, deletedLamp, lampWith, policyId, thingId } from "../support/things.ts";

test("a change counts the revision on, and keeps when the thing was created", () => {
  const after = applyThing(lampWith(), change("created", "/attributes", { a: 1 }), 4, 9000);

  expect(after).toEqual({
    value: { thingId, policyId, attributes: { a: 1 } },
    revision: 4,
    created: 1000,
    modified: 9000,
  });
});

test("a thing that is created again begins a new life with the next revision", () => {
  const after = applyThing(deletedLamp, change("created", "/", { thingId, policyId }), 5, 9000);

  expect(after).toEqual({ value: { thingId, policyId }, revision: 5, created: 9000, modified: 9000 });
});

test("a deleted thing has no value, and keeps its revision", () => {
  expect(applyThing(lampWith({ attributes: {} }), change("deleted", "/"), 4, 9000)).toEqual({
    value: undefined,
    revision: 4,
    created: 1000,
    modified: 9000,
  });
});

test("history is never judged: a change that no command would be allowed is applied", () => {
  const odd = applyThing(undefined, change("modified", "/features/f/properties/p", 1), 1, 9000);
  expect(odd.value).toEqual({ features: { f: { properties: { p: 1 } } } });
  expect(() => applyThing(undefined, change("deleted", "/attributes/a"), 1, 9000)).not.toThrow();
  expect(() =>
    applyThing(lampWith({ features: 5 }), change("merged", "/features/f", 5), 1, 9000),
  ).not.toThrow();
});

const paths = [
  "/",
  "/policyId",
  "/definition",
  "/attributes",
  "/attributes/a",
  "/attributes/a/b",
  "/attributes/__proto__",
  "/features",
  "/features/f",
  "/features/g",
  "/features/f/definition",
  "/features/f/properties",
  "/features/f/properties/p",
  "/features/f/desiredProperties",
  "/features/f/desiredProperties/p/q",
];
const values: readonly JsonValue[] = [
  null,
  5,
  "a:b:c",
  "a:b",
  {},
  { a: 1, b: { c: null } },
  ["a:b:c"],
  parseJson('{"__proto__":{"x":9007199254740993}}'),
  { f: { properties: { p: 1 } }, g: null },
  { attributes: { a: { b: 1 } }, features: { f: { desiredProperties: {}, properties: {}, x: 1 } } },
  { attributes: null, features: { f: null } },
  { policyId: "a:c", definition: "a:b:c", thingId },
];
const actions: readonly CommandAction[] = ["create", "modify", "merge", "delete"];
const anyCommand = fc
  .tuple(fc.constantFrom(...actions), fc.constantFrom(...paths), fc.constantFrom(...values))
  .map(([action, path, value]) => deepFreeze(command(action, path, action === "delete" ? undefined : value)));

test("what was recorded, folded from nothing, gives the state that was decided on, and nothing is written into", () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { maxLength: 30 }), (commands) => {
      const journal: Change[] = [];
      let head: EntityState | undefined;
      for (const what of [command("create", "/", { policyId }), ...commands]) {
        const decided = accepted(head, what);
        if (!decided) continue;
        journal.push(decided);
        head = deepFreeze(applyThing(head, deepFreeze(decided), journal.length, journal.length));
      }

      // As the database gives it back: through text.
      const replayed = journal
        .map((one) => ({ ...one, ...("value" in one && { value: parseJson(JSON.stringify(one.value)) }) }))
        .reduce<EntityState | undefined>((state, one, i) => applyThing(state, one, i + 1, i + 1), undefined);

      expect(JSON.stringify(replayed)).toBe(JSON.stringify(head));
    }),
    { numRuns: 500 },
  );
});

test("whatever is accepted leaves a thing that would be accepted", () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { maxLength: 30 }), (commands) => {
      let head: EntityState | undefined = lampWith();
      for (const what of commands) {
        const decided = accepted(head, what);
        if (decided) head = applyThing(head, decided, 1, 1);
        if (!head?.value) continue;
        const again = decideThing(undefined, command("create", "/", head.value));
        expect(JSON.stringify(again.value)).toBe(JSON.stringify(head.value));
      }
    }),
    { numRuns: 500 },
  );
});

function accepted(state: EntityState | undefined, what: ReturnType<typeof command>): Change | undefined {
  try {
    return decideThing(state, what).change;
  } catch (error) {
    if (error instanceof TwinError) return undefined;
    throw error;
  }
}
