import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import { metadataField, type View } from "../../src/things/metadata/retrieve.ts";
import { codeOf } from "../support/things.ts";
import { aThing, put } from "./metadata-helpers.ts";

const features = { f: { properties: { p: 1, q: 2 } }, g: { properties: { p: 3 } } };
const thing = aThing().when(
  "modify",
  "/",
  { policyId: "a:p", attributes: { a: 1, secret: 2 }, features },
  put({ "*/at": 5, "features/f/properties/p/unit": "K" }),
);
const at = { at: 5 };

/** Of somebody to whom the policy grants and revokes READ at these resources of the thing. */
function viewOf(granted: readonly string[], revoked: readonly string[] = []): View {
  const resource = (grant: readonly string[], revoke: readonly string[]) => ({ grant, revoke });
  const resources = Object.fromEntries([
    ...granted.map((path) => [`thing:${path}`, resource(["READ"], [])]),
    ...revoked.map((path) => [`thing:${path}`, resource([], ["READ"])]),
  ]);
  const entry = { subjects: { "nginx:me": { type: "t" } }, resources };
  const access = compileEnforcer([entry] as never).forSubjects(["nginx:me"]);
  return (value, path) => access.view("thing", value, path);
}

describe("get-metadata answers, relative to the resource,", () => {
  const cases: readonly (readonly [path: string, selector: string, answer: object])[] = [
    ["/attributes", "*", { a: at, secret: at }],
    ["/attributes/a", "*", at],
    ["/attributes/a", "at,none", at],
    ["/attributes/none", "*", {}],
    ["/attributes/a/at", "*", {}],
    ["/features/f", "properties/*/at", { properties: { p: at, q: at } }],
    ["/features", "*/properties/p/unit", { f: { properties: { p: { unit: "K" } } } }],
    ["/features/f/properties", "*/unit", { p: { unit: "K" } }],
    [
      "/",
      "features/f/properties/p,attributes/a",
      { features: { f: { properties: { p: { at: 5, unit: "K" } } } }, attributes: { a: at } },
    ],
    [
      "/",
      "features/f/properties/p,features/f/properties/p/unit",
      { features: { f: { properties: { p: { at: 5, unit: "K" } } } } },
    ],
  ];

  test.each(cases)("on %s to %s with %j", (path, selector, answer) => {
    expect(thing.retrieve(path, selector)).toEqual(answer);
  });
});

test("a wildcard out of place is refused even where there is no metadata", () => {
  expect(codeOf(() => aThing({ policyId: "a:p" }).retrieve("/", "attributes/*/*/x"))).toBe("header.invalid");
});

test("get-metadata tells only about what may be read", () => {
  expect(thing.retrieve("/", "*", viewOf(["/attributes/a"]))).toEqual({ attributes: { a: at } });
  expect(thing.retrieve("/attributes/a", "at", viewOf(["/attributes/a"]))).toEqual(at);
  expect(thing.retrieve("/attributes", "*", viewOf(["/"], ["/attributes/secret"]))).toEqual({ a: at });
  expect(thing.retrieve("/", "*", viewOf(["/policyId/none"]))).toEqual({});
});

test("the field _metadata is judged as the resource of that name", () => {
  const metadata = thing.metadata as JsonObject;

  expect(metadataField(metadata, viewOf(["/"]))).toBe(metadata);
  expect(metadataField(metadata, viewOf(["/attributes"]))).toBeUndefined();
  expect(metadataField(metadata, viewOf(["/_metadata/attributes"]))).toEqual({
    attributes: metadata.attributes,
  });
  expect(metadataField(undefined, viewOf(["/"]))).toBeUndefined();
});
