import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { decideThing } from "../../src/things/decide.ts";
import { codeOf, command, deletedLamp, given, lampWith, policyId, thingId } from "../support/things.ts";

const feature = { definition: ["org.acme:f:1"], properties: { p: 1 }, desiredProperties: { p: 2 } };
const full = lampWith({
  definition: "org.acme:lamp:1",
  attributes: { a: { b: 1 } },
  features: { f: feature },
});
const bare = lampWith();

describe("a whole thing", () => {
  const created = { thingId, policyId, attributes: { a: 1 } };

  test("is created where there is none, also after a deletion", () => {
    given(undefined)
      .when("create", "/", { policyId, attributes: { a: 1 } })
      .thenCreates("/", created);
    given(deletedLamp)
      .when("modify", "/", { attributes: { a: 1 }, policyId })
      .thenCreates("/", created);
    given(undefined)
      .when("merge", "/", { policyId, attributes: { a: 1, b: null } })
      .thenCreates("/", created);
  });

  test("is not created over another one", () => {
    given(bare).when("create", "/", { policyId }).thenRejects("things:thing.conflict");
  });

  test("is replaced, but keeps its policy unless it names another", () => {
    given(full)
      .when("modify", "/", { attributes: { x: 1 } })
      .thenRecords("modified", "/", { thingId, policyId, attributes: { x: 1 } });
    given(full)
      .when("modify", "/", { policyId: "a:b" })
      .thenRecords("modified", "/", { thingId, policyId: "a:b" });
  });

  test("keeps nulls when it is replaced, as Ditto does", () => {
    given(lampWith({ attributes: null }))
      .when("modify", "/", { features: {} })
      .thenHolds({ thingId, policyId, attributes: null, features: {} });
  });

  test("leaves out what a thing does not have, in the order of its members", () => {
    given(undefined)
      .when("create", "/", { features: {}, nonsense: 1, _policy: {}, attributes: {}, policyId, thingId })
      .thenHolds({ thingId, policyId, attributes: {}, features: {} });
  });

  test("is deleted once", () => {
    given(full).when("delete", "/").thenRecords("deleted", "/");
    given(deletedLamp).when("delete", "/").thenRejects("things:thing.notfound");
    given(undefined).when("delete", "/").thenRejects("things:thing.notfound");
  });
});

describe("every part of the tree", () => {
  /** `exists` lies in the full thing, `fresh` does not. */
  const parts: readonly { exists: string; fresh: JsonObject; value: JsonValue; notFound: string }[] = [
    { exists: "/definition", fresh: {}, value: "org.acme:lamp:2", notFound: "definition" },
    { exists: "/attributes", fresh: {}, value: { z: 1 }, notFound: "attributes" },
    { exists: "/attributes/a", fresh: { attributes: {} }, value: 5, notFound: "attribute" },
    { exists: "/attributes/a/b", fresh: { attributes: {} }, value: null, notFound: "attribute" },
    { exists: "/features", fresh: {}, value: { g: {} }, notFound: "features" },
    { exists: "/features/f", fresh: { features: {} }, value: { properties: {} }, notFound: "feature" },
    {
      exists: "/features/f/definition",
      fresh: { features: { f: {} } },
      value: ["a:b:c"],
      notFound: "feature.definition",
    },
    {
      exists: "/features/f/properties",
      fresh: { features: { f: {} } },
      value: { q: 1 },
      notFound: "feature.properties",
    },
    {
      exists: "/features/f/properties/p",
      fresh: { features: { f: {} } },
      value: [1],
      notFound: "feature.property",
    },
    {
      exists: "/features/f/desiredProperties",
      fresh: { features: { f: {} } },
      value: { q: 1 },
      notFound: "feature.desiredProperties",
    },
    {
      exists: "/features/f/desiredProperties/p",
      fresh: { features: { f: {} } },
      value: "x",
      notFound: "feature.desiredProperty",
    },
  ];
  for (const { exists, fresh, value, notFound } of parts) {
    test(`${exists} is modified where it is, created where it is not`, () => {
      given(full).when("modify", exists, value).thenRecords("modified", exists, value);
      given(lampWith(fresh)).when("modify", exists, value).thenCreates(exists, value);
    });

    test(`${exists} is merged either way`, () => {
      given(full).when("merge", exists, value).thenRecords("merged", exists, value);
      given(lampWith(fresh)).when("merge", exists, value).thenRecords("merged", exists, value);
      given(lampWith(fresh)).when("merge", exists, null).thenRecords("merged", exists, null);
    });

    test(`${exists} is deleted where it is, and not found where it is not`, () => {
      given(full).when("delete", exists).thenRecords("deleted", exists);
      given(lampWith(fresh)).when("delete", exists).thenRejects(`things:${notFound}.notfound`);
    });

    test(`${exists} of a thing that is not there is not found`, () => {
      for (const state of [undefined, deletedLamp]) {
        given(state).when("modify", exists, value).thenRejects("things:thing.notfound");
        given(state).when("merge", exists, value).thenRejects("things:thing.notfound");
        given(state).when("delete", exists).thenRejects("things:thing.notfound");
      }
    });

    test(`a write of the value that ${exists} has already is recorded all the same`, () => {
      const again = lampWith(fresh);
      given(full).when("modify", exists, value).thenRecords("modified", exists, value);
      expect(decideThing(again, command("modify", exists, value)).status).toBe(201);
    });
  }

  const withinFeature = [
    "definition",
    "properties",
    "properties/p",
    "desiredProperties",
    "desiredProperties/p",
  ];
  for (const part of withinFeature) {
    test(`${part} of a feature that is not there is refused as a missing feature`, () => {
      const value = part === "definition" ? ["a:b:c"] : {};
      given(bare).when("modify", `/features/none/${part}`, value).thenRejects("things:feature.notfound");
      given(bare).when("delete", `/features/none/${part}`).thenRejects("things:feature.notfound");
    });
  }

  test("the policy ID is modified and merged, but not removed", () => {
    given(full).when("modify", "/policyId", "a:b").thenRecords("modified", "/policyId", "a:b");
    given(full).when("merge", "/policyId", "a:b").thenRecords("merged", "/policyId", "a:b");
    given(full).when("merge", "/policyId", null).thenRejects("things:policyId.notdeletable");
  });

  const nowhere = [
    "/nope",
    "/thingId",
    "/policyId/x",
    "/definition/x",
    "/features/f/x",
    "/features/f/definition/0",
    "/_metadata",
  ];
  test.each(nowhere)("%s is no resource of a thing", (path) => {
    given(full).when("modify", path, 1).thenRejects("things:thing.notfound");
    given(full).when("delete", path).thenRejects("things:thing.notfound");
  });
});

describe("what is no valid part of a thing is refused", () => {
  const cases: readonly (readonly [path: string, value: JsonValue, code: string])[] = [
    ["/", 5, "json.invalid"],
    ["/", [], "json.invalid"],
    ["/", null, "json.invalid"],
    ["/", { thingId: "a:other" }, "things:id.notsettable"],
    ["/", { thingId: 5 }, "things:id.notsettable"],
    ["/", { policyId: "nocolon" }, "policies:id.invalid"],
    ["/", { policyId: 5 }, "json.invalid"],
    ["/", { definition: 5 }, "json.invalid"],
    ["/", { definition: "a:b" }, "things:definition.identifier.invalid"],
    ["/", { attributes: [] }, "json.invalid"],
    ["/", { attributes: { "": 1 } }, "json.invalid"],
    ["/", { attributes: { ü: 1 } }, "json.key.invalid"],
    ["/", { features: 5 }, "json.invalid"],
    ["/", { features: { f: 5 } }, "json.invalid"],
    ["/", { features: { "a/b": {} } }, "json.key.invalid"],
    ["/", { features: { f: { properties: 5 } } }, "json.invalid"],
    ["/", { features: { f: { definition: [] } } }, "things:feature.definition.empty"],
    ["/policyId", 5, "json.invalid"],
    ["/policyId", "a", "policies:id.invalid"],
    ["/definition", {}, "json.invalid"],
    ["/definition", "http://", "things:definition.identifier.invalid"],
    ["/definition", "ftp://x/y", "things:definition.identifier.invalid"],
    ["/attributes", 5, "json.invalid"],
    ["/attributes", { a: { "x/y": 1 } }, "json.key.invalid"],
    ["/attributes/ü", 5, "json.key.invalid"],
    ["/attributes/a~1b", 5, "json.key.invalid"],
    ["/attributes/a", { b: { "\u0001": 1 } }, "json.key.invalid"],
    ["/features", [], "json.invalid"],
    ["/features/f", 5, "json.invalid"],
    ["/features/ü", {}, "json.key.invalid"],
    ["/features/f/definition", "a:b:c", "json.invalid"],
    ["/features/f/definition", [], "things:feature.definition.empty"],
    ["/features/f/definition", [5], "json.invalid"],
    ["/features/f/definition", ["a:b"], "things:definition.identifier.invalid"],
    ["/features/f/properties", [], "json.invalid"],
    ["/features/f/properties/p", { "": 1 }, "json.invalid"],
    ["/features/f/desiredProperties", "x", "json.invalid"],
  ];
  for (const [path, value, code] of cases) {
    test(`${path} = ${JSON.stringify(value)}: ${code}`, () => {
      given(full).when("modify", path, value).thenRejects(code);
    });
  }

  test("a write without a value is refused on every resource", () => {
    const paths = [
      "/",
      "/policyId",
      "/definition",
      "/attributes",
      "/attributes/a",
      "/features",
      "/features/f",
    ];
    const deeper = ["/features/f/definition", "/features/f/properties", "/features/f/properties/p"];
    for (const path of [...paths, ...deeper, "/features/f/desiredProperties/p"]) {
      for (const action of ["modify", "merge"] as const)
        expect([path, action, codeOf(() => decideThing(full, command(action, path)))]).not.toContain("none");
    }
  });

  test("an http address is a definition, and null stands for none", () => {
    given(full)
      .when("modify", "/definition", "https://acme.org/lamp.tm.json")
      .thenHolds({
        ...(full.value as JsonObject),
        definition: "https://acme.org/lamp.tm.json",
      });
    given(full).when("modify", "/definition", null).thenRecords("modified", "/definition", null);
  });
});
