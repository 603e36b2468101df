import { expect, test } from "vitest";
import { tokenIntegrationSubject } from "../../src/ops/token-integration.ts";

test("the subject of the token integration knows claims, headers and the label of the entry, and nothing else", () => {
  const template = tokenIntegrationSubject.parse("{{header:x}}:{{policy-entry:label}}:{{jwt:aud}}");
  expect(template.resolve((name) => [name])).toEqual(["header:x:policy-entry:label:jwt:aud"]);
  expect(() => tokenIntegrationSubject.parse("integration:{{jwt:aud")).toThrow("is not closed");
  expect(() => tokenIntegrationSubject.parse("{{policy-entry:id}}")).toThrow(
    "no placeholder 'policy-entry:id'",
  );
});
