import { describe, expect, test } from "vitest";
import { commonRights } from "../../src/search/common-rights.ts";

const bench = { "/attributes": true, "/features": true, "/attributes/note": false };

describe("what policies have in common", () => {
  test.each([
    { path: ["attributes"], may: true },
    { path: ["attributes", "a", "b"], may: true },
    { path: ["attributes", "note"], may: false },
    { path: ["attributes", "note", "x"], may: false },
    { path: ["features", "f"], may: true },
    { path: ["definition"], may: false },
    { path: [], may: false },
  ])("the nearest rule on the way up decides of $path", ({ path, may }) => {
    expect(commonRights([bench]).mayRead(path)).toBe(may);
  });

  test("what one policy denies is not readable everywhere", () => {
    const common = commonRights([bench, { "/": true, "/attributes/a": false }]);
    expect(common.mayRead(["attributes", "b"])).toBe(true);
    expect(common.mayRead(["attributes", "a"])).toBe(false);
    expect(common.mayRead(["attributes", "note"])).toBe(false);
  });

  test("keys are compared as pointers and as the database holds them", () => {
    const common = commonRights([{ "/": true, "/attributes/a~1b": false, "/attributes/\ufffd": false }]);
    expect(common.mayRead(["attributes", "a", "b"])).toBe(true);
    expect(common.mayRead(["attributes", "a/b"])).toBe(false);
    expect(common.mayRead(["attributes", "\0"])).toBe(false);
    expect(common.mayRead(["attributes", "\ud800"])).toBe(false);
    expect(common.mayRead(["attributes", "__proto__", "constructor"])).toBe(true);
  });

  test.each([
    { title: "all features are granted", rules: [bench], may: true },
    { title: "everything is", rules: [{ "/": true }], may: true },
    {
      title: "a part of one is granted again",
      rules: [{ "/": true, "/features/f/properties": true }],
      may: true,
    },
    {
      title: "a part of one is revoked",
      rules: [bench, { ...bench, "/features/f/properties/p": false }],
      may: false,
    },
    { title: "all are revoked", rules: [{ "/": true, "/features": false }], may: false },
    { title: "only one is granted", rules: [{ "/features/f": true }], may: false },
  ])("whether any feature is readable where $title", ({ rules, may }) => {
    expect(commonRights(rules).mayReadFeatures).toBe(may);
  });

  test("which policies grant nothing at some pointers is known of all and of some", () => {
    const common = commonRights([{ "/": true, "/x": false }, { "/attributes": true }, { "/features": true }]);
    expect(common.silentAt(["/", "/attributes", "/features"])).toBe(0n);
    expect(common.silentAt(["/x"])).toBe(0b111n);
    expect(common.silentAt(["/", "/attributes"])).toBe(0b100n);
    expect(common.silentAt(["/features"], 0b110n)).toBe(0b010n);
  });

  test("what is granted is told where all policies grant the same, and not too much", () => {
    expect(commonRights([bench, { ...bench, "/_created": false }]).grants).toEqual([
      "/attributes",
      "/features",
    ]);
    expect(commonRights([bench, { ...bench, "/_created": true }]).grants).toBeUndefined();
    const many = Array.from({ length: 17 }, (_, i) => [`/attributes/a${i}`, true]);
    expect(commonRights([Object.fromEntries(many)]).grants).toBeUndefined();
  });
});
