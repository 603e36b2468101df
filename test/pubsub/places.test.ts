import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { type Path, readPath } from "../../src/base/json/pointer.ts";
import { placesFor, placesOf } from "../../src/pubsub/places.ts";
import type { EntityEvent, EventAction } from "../../src/signals/signal.ts";
import { touches } from "../../src/signals/touches.ts";

const event = (action: EventAction, path: Path, value?: JsonValue): EntityEvent => ({
  ...{ kind: "thing", id: "org.factory:lamp", revision: 1, timestamp: 0, headers: {}, action, path },
  ...(value !== undefined && { value }),
});

const meets = (told: EntityEvent, paths: readonly Path[], namespaces?: readonly string[]): boolean =>
  placesOf(told).some((place) => placesFor(paths, namespaces).includes(place));

const key = fc.constantFrom("features", "attributes", "a", "b", "{{ ~.*~ }}", "__proto__");
const path = fc.array(key, { maxLength: 4 });
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, 1, "text", {}),
    fc.dictionary(key, tie("value"), { maxKeys: 3 }),
  ),
}));
const action = fc.constantFrom<EventAction>("created", "modified", "merged", "deleted");

describe("who wants to be told of changes at some paths", () => {
  test("is found by every event that touches one of them", () => {
    fc.assert(
      fc.property(
        action,
        path,
        value,
        fc.array(path, { minLength: 1, maxLength: 3 }),
        (what, at, new_, paths) => {
          const told = event(what, at, what === "deleted" ? undefined : new_);
          fc.pre(paths.some((one) => touches(told, one)));
          return meets(told, paths) && meets(told, paths, ["org.other", "org.factory"]);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  const vibration = [readPath("/features/vibration/properties/value")];

  test.each<[what: string, told: EntityEvent]>([
    ["another feature", event("modified", readPath("/features/oil/properties/value"), 1)],
    ["an attribute", event("modified", ["attributes", "vibration"], 1)],
    ["all attributes", event("modified", ["attributes"], {})],
    ["a merge of other features", event("merged", [], { features: { oil: { properties: { value: 1 } } } })],
    ["the policy", event("modified", ["policyId"], "org.factory:other")],
  ])("is not found by an event of %s", (_what, told) => {
    expect(meets(told, vibration)).toBe(false);
  });

  test("is not found by events of other namespaces than those that are wanted", () => {
    expect(meets(event("modified", vibration[0] as Path, 1), vibration, ["org.other"])).toBe(false);
  });

  test("costs a merge of many places no more than one of everything", () => {
    const features = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`f${i}`, null]));

    expect(placesOf(event("merged", [], { features })).length).toBeLessThan(10);
  });
});
