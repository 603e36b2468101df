// A filter that looks at nothing which extra fields tell is asked before these are selected: who is told what must stay the same.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { localPubsub } from "../../src/pubsub/pubsub.ts";
import { selectionOf } from "../../src/pubsub/select.ts";
import type { Selection } from "../../src/pubsub/selection.ts";
import type { EntityEvent, EntityState } from "../../src/signals/signal.ts";
import { enforcerOf, eventOf, stateOf } from "./world.ts";

const keys = ["a", "b"];
const places = [
  ...keys.flatMap((key) => [`attributes/${key}`, ...keys.map((below) => `attributes/${key}/${below}`)]),
  ...keys.flatMap((id) => [`features/${id}/properties/p`, `features/${id}/definition`]),
  "thingId",
];
const special = ["_revision", "_namespace", "_modified", "_metadata/attributes/a"];
const inFilters = fc.constantFrom(...places, ...special, "features/*/properties/p", "topic:action");
const inFields = fc.constantFrom(
  ...places,
  ...special,
  "attributes",
  "features",
  "features/*/properties",
  "features/a",
);

const comparison = fc
  .tuple(
    fc.constantFrom("eq", "ne", "gt"),
    inFilters,
    fc.constantFrom("1", "2", '"org.acme:lamp"', '"modified"'),
  )
  .map(([op, place, value]) => `${op}(${place},${value})`);
const question = inFilters.map((place) => `exists(${place})`);
const leaf = fc.oneof(comparison, question);
const filter = fc.oneof(
  leaf,
  leaf.map((inner) => `not(${inner})`),
  fc.tuple(leaf, leaf).map((both) => `and(${both.join()})`),
  fc.tuple(leaf, leaf).map((both) => `or(${both.join()})`),
);
const extraFields = fc.uniqueArray(inFields, { minLength: 1, maxLength: 3 }).map((fields) => fields.join());

const value: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom(1, 2),
  fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(1, 2)),
  fc.array(fc.record({ a: fc.constantFrom(1, 2) }), { maxLength: 2 }),
);
const attributes = fc.dictionary(fc.constantFrom(...keys), value);
const features = fc.dictionary(
  fc.constantFrom(...keys),
  fc.record(
    { definition: fc.constant(["a:b:1"]), properties: fc.record({ p: fc.constantFrom(1, 2) }) },
    { requiredKeys: [] },
  ),
);
const state: fc.Arbitrary<EntityState> = fc.record({ attributes, features }).map(stateOf);
const event: fc.Arbitrary<EntityEvent> = fc.oneof(
  fc
    .tuple(fc.constantFrom("created", "modified", "merged"), fc.constantFrom(...keys), value)
    .map(([action, key, changed]) => eventOf(action as "created", `/attributes/${key}`, changed)),
  features.map((changed) => eventOf("modified", "/features", changed)),
  fc.constantFrom(...keys).map((key) => eventOf("deleted", `/features/${key}`)),
  fc.constantFrom(...keys).map((key) => eventOf("modified", `/features/${key}/definition`, ["a:b:2"])),
);

function told(selection: Selection, happened: EntityEvent, now: EntityState): readonly string[] {
  const pubsub = localPubsub();
  const got: string[] = [];
  const subscriber = { deliver: ({ text }: { text: () => string }) => got.push(text()) };
  pubsub.subscribe({ stream: "EVENTS", subjects: ["reader"], selection, subscriber });
  pubsub.publish(happened, enforcerOf({ reader: ["thing:/"] }), undefined, now);
  return got;
}

test("whether it is asked before or after, the same is told", () => {
  let apart = 0;
  fc.assert(
    fc.property(filter, extraFields, event, state, (text, fields, happened, now) => {
      const selection = selectionOf({ filter: text, extraFields: fields });
      if (selection.isFilterApart) apart++;
      expect(told(selection, happened, now)).toEqual(
        told({ ...selection, isFilterApart: false }, happened, now),
      );
    }),
    { numRuns: 3_000 },
  );
  expect(apart).toBeGreaterThan(500);
});
