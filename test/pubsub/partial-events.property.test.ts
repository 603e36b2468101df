import fc from "fast-check";
import { expect, test } from "vitest";
import { equals, isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import type { PolicyEntry } from "../../src/policies/model.ts";
import { localPubsub } from "../../src/pubsub/pubsub.ts";
import { everything } from "../../src/pubsub/selection.ts";
import type { Change, EntityEvent } from "../../src/signals/signal.ts";
import { json, now, path, plainEntries, subjectIds } from "../policies/model/arbitraries.ts";
import { referenceModel } from "../policies/reference-model.ts";

const id = "org.acme:lamp";

/** A change of a part of a thing, or of all of it, which is an object then. */
const change: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom("created", "modified", "merged", "deleted"), path, json)
  .map(([action, at, value]): Change => {
    if (action === "deleted") return { action, path: at };
    if (at.length > 0) return { action, path: at, value };
    const thing = isObject(value) ? value : { a: value };
    return { action, path: at, value: action === "merged" ? thing : { thingId: id, ...thing } };
  });

const eventOf = (changed: Change): EntityEvent => ({
  ...changed,
  kind: "thing",
  id,
  revision: 2,
  timestamp: 0,
  originator: "s:1",
  headers: {},
});

const sessions = fc.uniqueArray(
  fc.uniqueArray(fc.constantFrom(...subjectIds), { minLength: 1, maxLength: 3 }),
  { minLength: 1, maxLength: 3, selector: (subjects) => subjects.join() },
);

/** What the plainly written rules let subjects know of a change; `undefined` if not even that there was one. */
function knowable(entries: readonly PolicyEntry[], who: readonly string[], changed: Change) {
  const { hasPartial, view } = referenceModel(entries, "READ", now);
  const keys = ["thing", ...changed.path];
  if (!hasPartial(who, keys)) return undefined;
  const { value } = changed;
  if (value === undefined) return { path: changed.path };
  const seen = view(who, value, keys);
  if (seen === undefined || (isEmptyObject(seen) && !isEmptyObject(value))) return undefined;
  return { path: changed.path, value: withThingId(seen, changed) };
}

const isEmptyObject = (value: JsonValue): boolean => isObject(value) && Object.keys(value).length === 0;

/** Of a thing that is told in part the ID always is. */
const withThingId = (seen: JsonValue, { action, path: at, value }: Change): JsonValue =>
  at.length === 0 && action !== "merged" && isObject(seen) && !equals(seen, value)
    ? { thingId: id, ...seen }
    : seen;

/** Nobody asks for extra fields here. */
const nothing = { value: undefined, revision: 1, created: 0, modified: 0 };

test("a session is told exactly what the plainly written rules let its subjects read of an event", () => {
  fc.assert(
    fc.property(plainEntries, sessions, change, (entries, subjectsOfEach, changed) => {
      const pubsub = localPubsub();
      const told = subjectsOfEach.map(() => [] as JsonObject[]);
      for (const [i, subjects] of subjectsOfEach.entries())
        pubsub.subscribe({
          stream: "EVENTS",
          subjects,
          selection: everything,
          subscriber: { deliver: (delivery) => told[i]?.push(JSON.parse(delivery.text())) },
        });

      pubsub.publish(eventOf(changed), compileEnforcer(entries, now), undefined, nothing);

      const seen = told.map((messages) => messages.map(({ path: at, value }) => ({ path: at, value })));
      expect(JSON.stringify(seen)).toBe(
        JSON.stringify(
          subjectsOfEach.map((subjects) => {
            const known = knowable(entries, subjects, changed);
            return known ? [{ ...known, path: `/${changed.path.join("/")}` }] : [];
          }),
        ),
      );
    }),
    { numRuns: 4_000 },
  );
});
