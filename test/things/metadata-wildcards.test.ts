import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import { resolveKeys } from "../../src/things/metadata/wildcards.ts";
import { codeOf } from "../support/things.ts";

const thing: JsonObject = {
  thingId: "a:t",
  policyId: "a:p",
  definition: null,
  attributes: { x: 1, o: { y: [2], e: {} } },
  features: {
    f: { definition: ["a:b:1"], properties: { p: 1, o: { q: null } }, desiredProperties: { p: 2 } },
    g: { properties: { p: 3 } },
    n: null,
  },
};

const resolved = (resource: string, key: string) =>
  resolveKeys("get-metadata", [key], readPath, readPath(resource), thing).map(([, path]) => path.join("/"));

describe("a key stands for", () => {
  const cases: readonly (readonly [resource: string, key: string, paths: readonly string[]])[] = [
    ["/", "attributes/x/k", ["attributes/x/k"]],
    ["/", "attributes/*", ["attributes/*"]],
    [
      "/",
      "*/k/more",
      [
        "thingId/k",
        "policyId/k",
        "attributes/x/k",
        "attributes/o/y/k",
        "features/f/definition/k",
        "features/f/properties/p/k",
        "features/f/properties/o/q/k",
        "features/f/desiredProperties/p/k",
        "features/g/properties/p/k",
      ],
    ],
    ["/", "attributes/*/k/more", ["attributes/x/k", "attributes/o/k"]],
    [
      "/",
      "features/*/definition/k/l",
      ["features/f/definition/k/l", "features/g/definition/k/l", "features/n/definition/k/l"],
    ],
    [
      "/",
      "features/*/properties/*/k/l",
      ["features/f/properties/p/k/l", "features/f/properties/o/k/l", "features/g/properties/p/k/l"],
    ],
    ["/", "features/*/desiredProperties/*/k", ["features/f/desiredProperties/p/k"]],
    [
      "/",
      "features/*/properties/z/k",
      ["features/f/properties/z/k", "features/g/properties/z/k", "features/n/properties/z/k"],
    ],
    ["/", "features/f/properties/*/k", ["features/f/properties/p/k", "features/f/properties/o/k"]],
    ["/", "features/none/properties/*/k", []],
    ["/features", "*/properties/*/k", ["f/properties/p/k", "f/properties/o/k", "g/properties/p/k"]],
    ["/features", "*/properties/p/k", ["f/properties/p/k", "g/properties/p/k", "n/properties/p/k"]],
    ["/features", "g/properties/*/k", ["g/properties/p/k"]],
    ["/features", "*/definition/k", ["f/definition/k", "g/definition/k", "n/definition/k"]],
    ["/features/f", "properties/*/k", ["properties/p/k", "properties/o/k"]],
    ["/features/f", "desiredProperties/*/k", ["desiredProperties/p/k"]],
    ["/features/f/properties", "*/k", ["p/k", "o/q/k"]],
    ["/features/g/properties/p", "*/k", ["k"]],
    ["/attributes", "*/k", ["x/k", "o/y/k"]],
    ["/attributes/o", "*/k", ["y/k"]],
    ["/policyId", "*/k", ["k"]],
    ["/attributes/none", "*/k", []],
  ];

  test.each(cases)("on %s, %s: %j", (resource, key, paths) => {
    expect(resolved(resource, key)).toEqual(paths);
  });
});

describe("a wildcard out of place is refused", () => {
  const cases: readonly (readonly [resource: string, key: string])[] = [
    ["/", "features/*/properties/*/*/k"],
    ["/", "features/*/*/properties/*/k"],
    ["/", "features/*/*/definition/k"],
    ["/", "features/f/definition/*/k"],
    ["/", "features/*x/properties/*/k"],
    ["/", "features/f/properties/p/*/k"],
    ["/", "features/f/properties/p/k/*/l"],
    ["/", "attributes/*/*/k"],
    ["/", "attributes/x/*/k"],
    ["/", "*/*/*/k"],
    ["/", "none/*/k"],
    ["/features", "*/k/l"],
    ["/features", "*/*/properties/*/k"],
    ["/features/f", "*/k"],
    ["/features/f", "properties/*/*/k"],
    ["/attributes", "x/*/k"],
    ["/attributes/o", "*/*/k"],
  ];

  test.each(cases)("on %s, %s", (resource, key) => {
    expect(codeOf(() => resolved(resource, key))).toBe("header.invalid");
  });
});

test("a feature whose id is a star is meant by its own resource only", () => {
  const features = { "*": { properties: { p: 1 } }, f: { properties: { p: 1 } } };
  const [[, path] = []] = resolveKeys("get-metadata", ["properties/*/k"], readPath, ["features", "*"], {
    features,
  });

  expect(path).toEqual(["properties", "p", "k"]);
});

test("one header stands for no more paths, and holds no more wildcards, than any thing could use", () => {
  const attributes = Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [`k${i}`, i]));
  const count = (keys: string[]) => resolveKeys("put-metadata", keys, readPath, [], { attributes }).length;

  expect(count(["attributes/*/a"])).toBe(12_000);
  expect(codeOf(() => count(["attributes/*/a", "attributes/*/b"]))).toBe("header.invalid");
  expect(codeOf(() => count(Array(51).fill("features/*/properties/*/k")))).toBe("header.invalid");
});
