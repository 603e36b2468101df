import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFields, selectFields } from "../../src/base/json/fields.ts";
import { equals, type JsonObject } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { getAt } from "../../src/base/json/pointer.ts";
import { anyObject, anyPath } from "../support/json-arbitraries.ts";
import { codeOf, deepFreeze } from "../support/things.ts";

const thing = deepFreeze(
  parseJson(`{"thingId":"a:b","attributes":{"maker":"x","place":{"city":"U","street":null},"list":[{"a":1}]},
    "features":{"f":{"properties":{"p":1,"q":2}},"g":{"properties":{"p":3}},"h":{"definition":["a:b:c"]}}}`),
) as JsonObject;

describe("a selector names paths in its order", () => {
  const cases: readonly (readonly [selector: string, paths: readonly string[]])[] = [
    ["thingId", ["thingId"]],
    ["/thingId", ["thingId"]],
    ["thingId,policyId", ["thingId", "policyId"]],
    ["attributes/place/city", ["attributes/place/city"]],
    ["attributes(maker,place/city)", ["attributes/maker", "attributes/place/city"]],
    [
      "attributes(place(city,street),maker),x",
      ["attributes/place/city", "attributes/place/street", "attributes/maker", "x"],
    ],
    ["attributes/place(city)", ["attributes/place/city"]],
    ["features/*/properties(p)", ["features/*/properties/p"]],
    [" thingId , attributes( maker )", ["thingId", "attributes/maker"]],
    ["a~1b", ["a/b"]],
  ];
  for (const [selector, paths] of cases) {
    test(selector, () => expect(parseFields(selector).map((path) => path.join("/"))).toEqual(paths));
  }
});

describe("a malformed selector is refused", () => {
  const malformed = [
    "",
    ",",
    "a,",
    ",a",
    "a,,b",
    "(",
    "a(",
    "a()",
    "a(b",
    "a(b))",
    "a)b",
    "(a)",
    "a(b)c",
    "a//b",
    "a/",
    "/",
    "a(/)",
  ];
  for (const selector of malformed) {
    test(JSON.stringify(selector), () =>
      expect(codeOf(() => parseFields(selector))).toBe("json.fieldselector.invalid"),
    );
  }

  test("however deep its parentheses are", () => {
    expect(codeOf(() => parseFields("a(".repeat(100_000)))).toBe("json.fieldselector.invalid");
  });
});

test("a selector that would unfold into far more than it says is refused", () => {
  const text = `${"a/".repeat(2000)}a(${"b,".repeat(2000)}b)`;
  let named = 0;
  const code = codeOf(() => {
    for (const path of parseFields(text)) named += path.length;
  });
  if (code === "none") expect(named).toBeLessThan(10 * text.length);
  else expect(code).toBe("json.fieldselector.invalid");
});

test("a selector of more than 500 paths is refused", () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `*/m${i}`).join(",");

  expect(parseFields(names(500))).toHaveLength(500);
  expect(codeOf(() => parseFields(`attributes(${names(501)})`))).toBe("json.fieldselector.invalid");
});

test("a member is looked at once, however many paths lead to it", () => {
  let looks = 0;
  const get = (target: JsonObject, key: string) => {
    looks++;
    return Reflect.get(target, key);
  };
  const source = { a: { b: new Proxy({ x: 1 }, { get }) } };

  selectFields(source, parseFields(Array(200).fill("a/*/x,*/b/x").join(",")));
  expect(looks).toBe(1);
});

describe("a selection holds what it names and nothing else", () => {
  const cases: readonly (readonly [selector: string, selection: string])[] = [
    ["thingId", '{"thingId":"a:b"}'],
    ["missing,attributes/missing,thingId/x", "{}"],
    ["attributes(maker,missing)", '{"attributes":{"maker":"x"}}'],
    ["attributes/place/street", '{"attributes":{"place":{"street":null}}}'],
    ["attributes/list", '{"attributes":{"list":[{"a":1}]}}'],
    ["attributes/list/0", "{}"],
    ["features/*/properties/p", '{"features":{"f":{"properties":{"p":1}},"g":{"properties":{"p":3}}}}'],
    ["features/f,features/f/properties/p", '{"features":{"f":{"properties":{"p":1,"q":2}}}}'],
    ["features/f/properties/p,features/f", '{"features":{"f":{"properties":{"p":1,"q":2}}}}'],
    [
      "features/f/properties/q,features/*/properties/p",
      '{"features":{"f":{"properties":{"q":2,"p":1}},"g":{"properties":{"p":3}}}}',
    ],
    ["features/*/properties/q,features/f/properties", '{"features":{"f":{"properties":{"p":1,"q":2}}}}'],
    [
      "*/place/city,*/*/properties/q",
      '{"attributes":{"place":{"city":"U"}},"features":{"f":{"properties":{"q":2}}}}',
    ],
    [
      "attributes(x1,x2,x3,x4,x5,x6,x7,place/city,maker)",
      '{"attributes":{"place":{"city":"U"},"maker":"x"}}',
    ],
    [
      "features(h/definition,*/properties/q)",
      '{"features":{"h":{"definition":["a:b:c"]},"f":{"properties":{"q":2}}}}',
    ],
    ["constructor,__proto__,toString", "{}"],
  ];
  for (const [selector, selection] of cases) {
    test(selector, () => expect(JSON.stringify(selectFields(thing, parseFields(selector)))).toBe(selection));
  }
});

test("__proto__ can be selected where it is data", () => {
  const object = parseJson('{"a":{"__proto__":{"x":1},"y":2}}') as JsonObject;
  expect(JSON.stringify(selectFields(object, parseFields("a/__proto__")))).toBe(
    '{"a":{"__proto__":{"x":1}}}',
  );
});

test("overlapping selectors never write into the source, and show each selected value", () => {
  const paths = fc.array(
    fc.oneof(anyPath, fc.array(fc.constantFrom("a", "b", "*"), { minLength: 1, maxLength: 3 })),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(anyObject, paths, (source, selected) => {
      const before = JSON.stringify(source);
      const selection = selectFields(deepFreeze(source), selected);
      expect(JSON.stringify(source)).toBe(before);
      for (const path of selected) {
        if (path.includes("*")) continue;
        const value = getAt(source, path);
        if (value !== undefined) expect(equals(getAt(selection, path), value)).toBe(true);
      }
    }),
  );
});
