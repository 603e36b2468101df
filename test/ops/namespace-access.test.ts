import { expect, test } from "vitest";
import { namespaceAccessRules } from "../../src/ops/namespace-access.ts";
import { tokenIntegrationSubject } from "../../src/ops/token-integration.ts";

test.each([
  ["{}", "must be JSON of the form"],
  ["no JSON", "must be JSON of the form"],
  ["[1]", "an object as [0]"],
  ['[{},{"allowed":[]}]', 'in [1], not "allowed"'],
  ['[{"conditions":"x"}]', "a list of texts as [0].conditions"],
  ['[{"conditions":["{{ thing:id }}"]}]', "as [0].conditions: There is no placeholder 'thing:id'"],
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

test("the subject of the token integration knows claims, headers and the label of the entry, and nothing else", () => {
  const template = tokenIntegrationSubject.parse("{{header:x}}:{{policy-entry:label}}:{{jwt:aud}}");
  expect(template.resolve((name) => [name])).toEqual(["header:x:policy-entry:label:jwt:aud"]);
  expect(() => tokenIntegrationSubject.parse("{{policy-entry:id}}")).toThrow(
    "no placeholder 'policy-entry:id'",
  );
});
