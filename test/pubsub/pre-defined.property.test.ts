// Pre-defined extra fields show nowhere: everybody is told the same with and without them.

import fc from "fast-check";
import { expect, test } from "vitest";
import { selectFields } from "../../src/base/json/fields.ts";
import { isObject, type JsonObject } from "../../src/base/json/json.ts";
import type { Path } from "../../src/base/json/pointer.ts";
import { compileEnforcer, type Enforcer } from "../../src/policies/enforcer.ts";
import type { Delivery } from "../../src/pubsub/delivery.ts";
import { type FieldSet, fieldSetOf } from "../../src/pubsub/field-set.ts";
import { localPubsub } from "../../src/pubsub/pubsub.ts";
import type { Selection } from "../../src/pubsub/selection.ts";
import type { EntityEvent } from "../../src/signals/signal.ts";
import { json, now, plainEntries, subjectIds } from "../policies/model/arbitraries.ts";
import { eventOf } from "./world.ts";

const things = json.map((value): JsonObject => (isObject(value) ? value : { a: value }));
const name = fc.constantFrom("a", "b", "c", "__proto__");
const key = fc.oneof({ weight: 4, arbitrary: name }, { weight: 1, arbitrary: fc.constant("*") });
/** As those that can be asked for, each begins with a name. */
const path = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(name, fc.array(key, { maxLength: 2 })).map(([first, rest]) => [first, ...rest]),
  },
  { weight: 1, arbitrary: fc.constantFrom(["_revision"], ["_modified"], ["_metadata", "a"]) },
);
const paths = fc.array(path, { minLength: 1, maxLength: 4 });
/** Half of the keys are those of the set or go on from there, so that it covers them often. */
const asked = (set: readonly Path[]) =>
  fc.array(
    fc.oneof(
      path,
      fc
        .tuple(fc.constantFrom(...set), fc.array(key, { maxLength: 1 }), fc.boolean())
        .map(([start, more, isNamed]) =>
          [...start, ...more].map((step) => (isNamed && step === "*" ? "a" : step)),
        ),
    ),
    { minLength: 1, maxLength: 3 },
  );

test("what a set of fields covers is selected of it as it is of the whole, in the same order", () => {
  const setsAndAsked = paths.chain((set) => fc.tuple(fc.constant(set), asked(set)));
  let covered = 0;
  fc.assert(
    fc.property(setsAndAsked, things, ([set, fields], thing) => {
      if (!fieldSetOf(set).covers(fields)) return;
      covered++;
      const shared = selectFields(selectFields(thing, set), fields);
      expect(JSON.stringify(shared)).toBe(JSON.stringify(selectFields(thing, fields)));
    }),
    { numRuns: 5_000 },
  );
  expect(covered).toBeGreaterThan(500);
});

const sessions = (set: readonly Path[]) =>
  fc.array(
    fc.record({
      subjects: fc.uniqueArray(fc.constantFrom(...subjectIds), { minLength: 1, maxLength: 2 }),
      fields: asked(set),
    }),
    { minLength: 2, maxLength: 5 },
  );
type Session = { readonly subjects: readonly string[]; readonly fields: readonly Path[] };

/** What each session is told of an event, as it is printed. */
function told(
  event: EntityEvent,
  thing: JsonObject,
  enforcer: Enforcer,
  all: readonly Session[],
  set?: FieldSet,
) {
  const pubsub = localPubsub(undefined, set && { preDefined: () => set });
  const got = all.map(({ subjects, fields }): Delivery[] => {
    const text = JSON.stringify(fields);
    const selection: Selection = {
      ...{ key: text, wish: text, extraFields: { text, fieldsFor: () => fields } },
    };
    const deliveries: Delivery[] = [];
    const subscriber = { deliver: (delivery: Delivery) => void deliveries.push(delivery) };
    pubsub.subscribe({ stream: "EVENTS", subjects, selection, subscriber });
    return deliveries;
  });
  const metadata = { a: { a: { unit: "m" }, b: 1 }, b: 2 };
  pubsub.publish(event, enforcer, undefined, {
    value: thing,
    revision: 2,
    created: 0,
    modified: 1,
    metadata,
  });
  return got.map((deliveries) => deliveries.map((delivery) => [delivery.text(), delivery.extra]));
}

test("with and without pre-defined fields everybody is told the same", () => {
  const cases = paths.chain((set) => fc.tuple(fc.constant(set), sessions(set)));
  const seen = { extras: 0, shared: 0 };
  fc.assert(
    fc.property(cases, plainEntries, things, fc.boolean(), ([fields, all], entries, thing, isEnd) => {
      const enforcer = compileEnforcer(entries, now);
      const event = isEnd ? eventOf("deleted", "/") : eventOf("modified", "/", thing);
      const set = fieldSetOf(fields);

      const without = told(event, thing, enforcer, all);
      const withSet = told(event, thing, enforcer, all, set);

      expect(withSet).toEqual(without);
      const extras = without.flat().filter(([, extra]) => extra !== undefined);
      seen.extras += extras.length;
      if (extras.length > 0 && all.some((session) => set.covers(session.fields))) seen.shared++;
    }),
    { numRuns: 3_000 },
  );
  expect(seen.extras).toBeGreaterThan(100);
  expect(seen.shared).toBeGreaterThan(50);
});
