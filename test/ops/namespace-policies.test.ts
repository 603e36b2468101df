import { expect, test } from "vitest";
import { namespacePolicies } from "../../src/ops/namespace-policies.ts";

test("names root policies for namespaces, for all below one, and for all", () => {
  const text = '{"org.acme":["org.acme:root","ops:all"],"org.acme.*":["org.acme:root"],"*":[]}';

  expect(namespacePolicies.parse(text)).toEqual([
    { pattern: "org.acme", policies: ["org.acme:root", "ops:all"] },
    { pattern: "org.acme.*", policies: ["org.acme:root"] },
    { pattern: "*", policies: [] },
  ]);
  expect(namespacePolicies.parse("{}")).toEqual([]);
});

test.each([
  ["{", "JSON"],
  ["[]", "an object as the value"],
  ['{"org.*.acme":[]}', "a namespace"],
  ['{"org*":[]}', "a namespace"],
  ['{"":[]}', "a namespace"],
  ['{"org.acme":"org.acme:root"}', "a list of texts"],
  ['{"org.acme":["root"]}', 'policy IDs as "org.acme", which "root" is not'],
  ['{"org.acme":["org.acme:a/b"]}', "policy IDs"],
  ['{"org.acme":[1]}', "a list of texts"],
])("refuses %s", (text, says) => {
  expect(() => namespacePolicies.parse(text)).toThrow(says);
});
