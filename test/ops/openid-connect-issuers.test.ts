import { expect, test } from "vitest";
import { openIdConnectIssuers } from "../../src/ops/openid-connect-issuers.ts";

const parse = (value: unknown) => openIdConnectIssuers.parse(JSON.stringify(value));

test("an empty object trusts nobody", () => {
  expect(openIdConnectIssuers.parse("{}")).toEqual([]);
});

test("an issuer alone gives one subject, the claim sub", () => {
  expect(parse({ google: { issuer: "accounts.google.com" } })).toEqual([
    {
      subjectIssuer: "google",
      issuers: ["accounts.google.com"],
      authSubjects: ["{{jwt:sub}}"],
      injectClaimsIntoHeaders: {},
      prerequisiteConditions: [],
    },
  ]);
});

test("a list of issuers counts before a single one", () => {
  expect(parse({ a: { issuer: "x", issuers: ["y.example/", "z.example"] } })).toMatchObject([
    { issuers: ["y.example/", "z.example"] },
  ]);
});

test.each([
  ["JSON of the form", "nonsense"],
  ["an object as the value", "[]"],
  ["an object as a", '{"a":1}'],
  ["text as a.issuer", '{"a":{}}'],
  ["text as a.issuer", '{"a":{"issuer":""}}'],
  ["text as a.issuers", '{"a":{"issuers":[1]}}'],
  ["the form host/path", '{"a":{"issuer":"host?x=1"}}'],
  ["the form host/path", '{"a":{"issuer":"user@host"}}'],
  ["the form host/path", '{"a":{"issuer":"two words"}}'],
  ["the form host/path", '{"a":{"issuer":"https://"}}'],
  ["each issuer only once", '{"a":{"issuer":"x"},"b":{"issuer":"x"}}'],
  ["each issuer only once", '{"a":{"issuers":["x","https://x"]}}'],
  ['not "audience"', '{"a":{"issuer":"x","audience":"y"}}'],
  ["text as a.auth-subjects", '{"a":{"issuer":"x","auth-subjects":"{{jwt:sub}}"}}'],
  ["placeholders as a.auth-subjects", '{"a":{"issuer":"x","auth-subjects":["{{ header:x }}"]}}'],
  [
    "placeholders as a.auth-subjects",
    '{"a":{"issuer":"x","auth-subjects":["{{ jwt:sub | fn:nothing() }}"]}}',
  ],
  ["placeholders as a.prerequisite", '{"a":{"issuer":"x","prerequisite-conditions":["{{ thing:id }}"]}}'],
  ["names of headers", '{"a":{"issuer":"x","inject-claims-into-headers":{"a b":"c"}}}'],
  ["text as a.inject", '{"a":{"issuer":"x","inject-claims-into-headers":{"a":1}}}'],
  ["control characters", '{"a\\u0000":{"issuer":"x"}}'],
])("what is wrong with it is said: %s", (says, text) => {
  expect(() => openIdConnectIssuers.parse(text)).toThrow(says);
});
