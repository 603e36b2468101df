import { expect, test } from "vitest";
import { indexedFields } from "../../src/ops/indexed-fields.ts";

test("fields by namespace are read as Ditto's configuration has them", () => {
  const text =
    '[{"namespace-pattern":"org.example*","indexed-fields":["attributes","features/*/properties(a,b)"]},' +
    '{"namespace-pattern":"org.silent","indexed-fields":[]}]';

  expect(indexedFields.parse(text)).toEqual([
    {
      pattern: "org.example*",
      fields: [["attributes"], ["features", "*", "properties", "a"], ["features", "*", "properties", "b"]],
    },
  ]);
});

test.each([
  ["{}", /must be JSON of the form/],
  ['[{"namespace-pattern":"","indexed-fields":["a"]}]', /pattern of namespaces/],
  ['[{"namespace-pattern":"a","indexed-fields":["a("]}]', /field selectors as indexed-fields in \[0\]/],
  ['[{"namespace-pattern":"a","indexed-fields":"a"}]', /list of texts/],
  ['[{"pattern":"a"}]', /must have only/],
])("%s is refused", (text, why) => {
  expect(() => indexedFields.parse(text)).toThrow(why);
});
