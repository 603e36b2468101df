import { expect, test } from "vitest";
import { namespaceAccessRules } from "../../src/ops/namespace-access.ts";

test.each([
  ["{}", "must be JSON of the form"],
  ["no JSON", "must be JSON of the form"],
  ["[1]", "an object as [0]"],
  ['[{},{"allowed":[]}]', 'in [1], not "allowed"'],
  ['[{"conditions":"x"}]', "a list of texts as [0].conditions"],
  ['[{"conditions":["{{ thing:id }}"]}]', "as [0].conditions: There is no placeholder 'thing:id'"],
  ['[{"conditions":["{{ jwt:iss"]}]', "is not closed"],
  ['[{"conditions":["{{ time:now+1x }}"]}]', "There is no placeholder"],
  ['[{"resource-types":["thing","connection"]}]', 'not "connection"'],
  [`[{"blocked-namespaces":["${"x".repeat(1025)}"]}]`, "at most 1024 characters as [0].blocked-namespaces"],
])("the rules %s are refused with what is wrong", (text, reason) => {
  expect(() => namespaceAccessRules.parse(text)).toThrow(reason);
});

test("a rule may leave out everything", () => {
  expect(namespaceAccessRules.parse("[{}]")).toMatchObject([
    { conditions: [], resourceTypes: [], allowed: { texts: [] }, blocked: { texts: [] } },
  ]);
});
