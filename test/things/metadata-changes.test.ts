import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equals, isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { parseStored } from "../../src/base/json/parse.ts";
import { getAt, type Path } from "../../src/base/json/pointer.ts";
import type { Change, CommandAction, DittoHeaders } from "../../src/signals/signal.ts";
import { applyMetadata } from "../../src/things/metadata/apply.ts";
import { anyJson, anyKey, anyObject } from "../support/json-arbitraries.ts";
import { change, codeOf, deepFreeze } from "../support/things.ts";
import { aThing, put, remove } from "./metadata-helpers.ts";

const attributes = { a: 1, o: { x: 1, y: 2 } };
const features = { f: { properties: { p: 1, q: { r: 2 } }, desiredProperties: { p: 3 } } };
const body = { policyId: "a:p", attributes, features };
const t = { t: 1 };
const known = {
  attributes: { a: t, o: { x: t, y: t } },
  features: { f: { properties: { p: t, q: { r: t } }, desiredProperties: { p: t } } },
};
const f = known.features.f;

/** A thing of which each value beside its ids has metadata. */
const aKnownThing = () => aThing().when("create", "/", { ...body, _metadata: known });

describe("after a change, of what was known remains", () => {
  const cases: readonly (readonly [
    string,
    CommandAction,
    string,
    JsonValue | undefined,
    DittoHeaders,
    object,
  ])[] = [
    ["all, when a value is replaced", "modify", "/attributes/a", 2, {}, known],
    ["all, even of what a replaced object no longer has", "modify", "/attributes", { b: 1 }, {}, known],
    ["all, when the whole thing is replaced", "modify", "/", { attributes: {} }, {}, known],
    [
      "nothing at what became an empty object",
      "modify",
      "/attributes/o",
      {},
      {},
      { ...known, attributes: { a: t, o: {} } },
    ],
    [
      "nothing of a deleted attribute",
      "delete",
      "/attributes/o",
      undefined,
      {},
      { ...known, attributes: { a: t } },
    ],
    ["nothing of a deleted feature", "delete", "/features/f", undefined, {}, { ...known, features: {} }],
    [
      "nothing of the attributes deleted by a merge",
      "merge",
      "/attributes",
      null,
      {},
      { features: known.features },
    ],
    [
      "nothing of what a merge deletes at any depth",
      "merge",
      "/",
      { attributes: { o: { x: null }, z: null }, features: { f: { properties: null } } },
      {},
      { attributes: { a: t, o: { y: t } }, features: { f: { desiredProperties: { p: t } } } },
    ],
    [
      "all beside what a merge puts, which reaches what the patch writes",
      "merge",
      "/features/f/properties",
      { p: 5 },
      put({ "*/u": 2 }),
      { ...known, features: { f: { ...f, properties: { p: { t: 1, u: 2 }, q: { r: t } } } } },
    ],
    [
      "all, one step down, where a modify of a part puts",
      "modify",
      "/attributes/a",
      5,
      put({ u: 2 }),
      { ...known, attributes: { a: { attributes: { a: t }, u: 2 }, o: known.attributes.o } },
    ],
    [
      "all beside what a modify of the whole thing puts",
      "modify",
      "/",
      { attributes: { a: 1 } },
      put({ "attributes/*/u": 2 }),
      { ...known, attributes: { ...known.attributes, a: { t: 1, u: 2 } } },
    ],
    [
      "all, when a wildcard finds nothing",
      "modify",
      "/features/f/properties",
      {},
      put({ "*/u": 2 }),
      { ...known, features: { f: { ...f, properties: {} } } },
    ],
    [
      "nothing at what a merge deletes, whatever it puts",
      "merge",
      "/attributes/a",
      null,
      put({ u: 2 }),
      { ...known, attributes: { o: known.attributes.o } },
    ],
    [
      "what delete-metadata does not name, without empty objects",
      "modify",
      "/attributes",
      attributes,
      remove("a/t,o/x/t,none"),
      { ...known, attributes: { o: { y: t } } },
    ],
    [
      "nothing, when delete-metadata names all",
      "modify",
      "/features",
      features,
      remove("*"),
      { ...known, features: {} },
    ],
    [
      "what delete-metadata's wildcards leave",
      "merge",
      "/",
      { attributes: { a: 2 } },
      remove("features/*/properties/*/t,*/none"),
      { ...known, features: { f: { ...f, properties: { q: { r: t } } } } },
    ],
    [
      "what a delete-metadata of all leaves leaves",
      "modify",
      "/attributes/o",
      attributes.o,
      remove("*/t"),
      { ...known, attributes: { a: t, o: {} } },
    ],
  ];

  test.each(cases)("%s", (_says, action, path, value, headers, expected) => {
    expect(aKnownThing().when(action, path, value, headers).metadata).toEqual(expected);
  });
});

test("a deleted thing's metadata is gone, also when the thing is created again", () => {
  const thing = aKnownThing().when("delete", "/");
  expect(thing.metadata).toBeUndefined();
  expect(thing.when("create", "/", body, put({ "*/k": 1 })).metadata).toMatchObject({
    attributes: { a: { k: 1 } },
  });
  expect(aThing(body).metadata).toBeUndefined();
});

test("metadata in the body of a thing counts at its creation only, and not beside put-metadata", () => {
  const again = aThing(body).when("modify", "/", { ...body, _metadata: known });

  expect(aKnownThing().metadata).toEqual(known);
  expect(again.metadata).toBeUndefined();
  expect(codeOf(() => aThing().when("create", "/", { ...body, _metadata: known }, put({ a: 1 })))).toBe(
    "things:metadata.notmodifiable",
  );
  expect(codeOf(() => aThing().when("create", "/", { ...body, _metadata: 5 }))).toBe("json.invalid");
  expect(codeOf(() => aThing().when("create", "/", { ...body, _metadata: { "a/b": 1 } }))).toBe(
    "json.key.invalid",
  );
});

test("metadata may be put where no object is, and then makes one", () => {
  const thing = aThing(body)
    .when("modify", "/attributes/a", 1, put({ u: 1 }))
    .when("merge", "/attributes/a", 2, put({ "u/v": 2 }));

  expect(thing.metadata).toEqual({ attributes: { a: { u: { v: 2 } } } });
});

test("a specific key overwrites a wildcard for all leaves, whichever comes first in the header", () => {
  const thing = aThing().when("modify", "/", body, put({ "attributes/a/k": "one", "*/k": "all" }));

  expect(getAt(thing.metadata, ["attributes", "a", "k"])).toBe("one");
  expect(getAt(thing.metadata, ["attributes", "o", "x", "k"])).toBe("all");
});

test("putting metadata with every value does not pile it up", () => {
  const thing = aThing(body);
  for (let i = 0; i < 50; i++) {
    thing.when("modify", "/attributes/a", i, put({ at: i }));
    thing.when("modify", "/attributes", attributes, put({ at: i, "a/at": i }));
  }
  expect(JSON.stringify(thing.metadata).length).toBeLessThan(300);
});

test("a value that wildcards would multiply beyond any thing is refused", () => {
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, i]));

  expect(
    codeOf(() => aThing(body).when("modify", "/attributes", many, put({ "*/x": "x".repeat(1_000) }))),
  ).toBe("things:thing.toolarge");
});

test("a command without metadata leaves no trace of any", () => {
  const thing = aThing(body)
    .when("modify", "/attributes/o", {})
    .when("merge", "/", { attributes: { a: null } });

  expect(thing.metadata).toBeUndefined();
  expect(thing.changes.every((recorded) => !("metadata" in recorded))).toBe(true);
});

test("metadata that a change does not touch stays the same object", () => {
  const before = deepFreeze(known);

  for (const untouched of [
    change("modified", "/attributes/a", 2),
    change("merged", "/attributes", { z: null, a: 3 }),
    change("merged", "/", { attributes: { o: { x: 5, z: null } } }),
    change("deleted", "/definition"),
  ]) {
    expect(applyMetadata(before, untouched)).toBe(before);
  }
});

test("a pattern deletes the metadata of what it matches, unless its keys are too many to look at", () => {
  const attributesWith = (keys: number) => ({
    attributes: Object.fromEntries(Array.from({ length: keys }, (_, i) => [`a-${i}`, { unit: "K" }])),
  });
  const deleting = change("merged", "/attributes", { "{{~(a?){99}.*~}}": null });

  expect(applyMetadata(attributesWith(9), deleting)).toEqual({ attributes: {} });
  const many = attributesWith(9_000);
  expect(applyMetadata(many, deleting)).toBe(many);
});

const anySegment = fc.oneof(
  fc.constantFrom("*", "x", "y"),
  anyKey.filter((key) => !/[/,()*~]/.test(key)),
);
const anyMetadataKey = fc.array(anySegment, { minLength: 1, maxLength: 5 }).map((keys) => keys.join("/"));
const anyResource = fc.constantFrom(
  "/attributes/x",
  "/attributes/y/x",
  "/attributes",
  "/features/x",
  "/features",
);

/** What the journal gives back of a change. */
const fromJournal = (recorded: Change) => parseStored(JSON.stringify(recorded)) as unknown as Change;

/** The places at and below a path where a patch has null. */
function nullsOf(patch: JsonValue | undefined, path: Path): readonly Path[] {
  if (patch === null) return [path];
  return isObject(patch) ? Object.keys(patch).flatMap((key) => nullsOf(patch[key], [...path, key])) : [];
}

test("metadata goes with the value that random commands delete, and the journal gives back what they left", () => {
  const value = fc.oneof(anyObject, anyJson, fc.constant({ x: { properties: { y: null, x: 1 } }, y: null }));
  const anyStep = fc.record({
    action: fc.constantFrom<CommandAction>("modify", "merge", "delete"),
    path: anyResource,
    value,
    headers: fc.oneof(
      fc.constant({}),
      fc.dictionary(anyMetadataKey, anyJson, { maxKeys: 2 }).map(put),
      anyMetadataKey.map(remove),
    ),
  });
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 8 }), (steps) => {
      const born = {
        policyId: "a:p",
        attributes: { x: 1, y: { x: 1 } },
        features: { x: { properties: { y: 1 } } },
      };
      const thing = aThing().when("create", "/", born, put({ "*/k": 1 }));
      for (const { action, path, value, headers } of steps) {
        // What is refused changes nothing; codeOf fails on whatever is no refusal.
        const given = action === "delete" ? undefined : value;
        if (codeOf(() => thing.when(action, path, given, headers)) !== "none") continue;
        accepted++;
        const last = thing.changes.at(-1) as Change;
        const deleted =
          action === "merge" ? nullsOf(last.value, last.path) : action === "delete" ? [last.path] : [];
        for (const gone of deleted) expect(getAt(thing.metadata, gone)).toBeUndefined();
      }
      const replayed = thing.changes
        .map(fromJournal)
        .reduce(applyMetadata, undefined as JsonObject | undefined);
      expect(equals(replayed, thing.metadata)).toBe(true);
    }),
    { numRuns: 300 },
  );
  expect(accepted).toBeGreaterThan(300);
});
