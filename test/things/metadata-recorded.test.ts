// Metadata as a real Ditto kept it: ../shared/reference/recorded/http.jsonl 148 to 153, http-2.jsonl 184 to 194.

import { expect, test } from "vitest";
import { codeOf } from "../support/things.ts";
import { aThing, put, remove } from "./metadata-helpers.ts";

test("metadata is put relative to an attribute, merged with that of a whole thing, read and deleted", () => {
  const thing = aThing({ policyId: "a:p", attributes: { secret: "s" } });
  thing
    .when("modify", "/attributes/m", 1, put({ unit: "K" }))
    .when("merge", "/", { attributes: { m: 2 } }, put({ "/attributes/m/origin": { by: "rec" } }));

  expect(thing.metadata).toEqual({ attributes: { m: { unit: "K", origin: { by: "rec" } } } });
  expect(thing.retrieve("/attributes/m", "unit")).toEqual({ unit: "K" });
  expect(thing.retrieve("/", "attributes/m/*")).toEqual({});

  thing.when("modify", "/attributes/m", 3, remove("unit"));
  expect(thing.metadata).toEqual({ attributes: { m: { origin: { by: "rec" } } } });
});

test("wildcards, ignored headers and deletions leave what Ditto left", () => {
  const attributes = { a: 1, o: { x: 1, y: 2 } };
  const features = { f: { properties: { p: 1, q: 2 } } };
  const thing = aThing().when(
    "modify",
    "/",
    { policyId: "a:p", attributes, features },
    put({ "features/*/properties/*/unit": "u", "*/at": 5 }),
  );
  const at = { at: 5 };
  const ids = { thingId: at, policyId: at };
  const o = { x: at, y: at };

  expect(JSON.stringify(thing.metadata)).toBe(
    JSON.stringify({
      ...ids,
      attributes: { a: at, o },
      features: { f: { properties: { p: { at: 5, unit: "u" }, q: { at: 5, unit: "u" } } } },
    }),
  );
  expect(thing.retrieve("/features/f/properties/p", "unit")).toEqual({ unit: "u" });
  expect(thing.retrieve("/", "features/f/properties/*/unit")).toEqual({
    features: { f: { properties: { p: { unit: "u" }, q: { unit: "u" } } } },
  });

  thing.when("modify", "/features/f/properties/p", 2, remove("unit"));
  const both = { ...remove("unit"), ...put({ "/x": 1 }) };
  expect(codeOf(() => thing.when("modify", "/features/f/properties/p", 2, both))).toBe(
    "things:metadata.headersconflict",
  );
  thing
    .when("modify", "/attributes/a", 2, { "put-metadata": "nonsense" })
    .when("modify", "/attributes/a", 2, put({ "/*/x/*/y": 1 }))
    .when("delete", "/features/f/properties/q");

  expect(thing.metadata).toEqual({
    ...ids,
    attributes: { a: { attributes: { a: at }, x: 1 }, o },
    features: { f: { properties: { p: at } } },
  });
});
