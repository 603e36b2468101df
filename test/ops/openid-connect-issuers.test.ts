import { expect, test } from "vitest";
import { isInjectable } from "../../src/ops/injected-headers.ts";
import { openIdConnectIssuers } from "../../src/ops/openid-connect-issuers.ts";
import { goesAlong, knownHeaders } from "../../src/protocol/headers.ts";

const parse = (value: unknown) => openIdConnectIssuers.parse(JSON.stringify(value));

test("an empty object trusts nobody", () => {
  expect(openIdConnectIssuers.parse("{}")).toEqual([]);
});

test("an issuer alone gives one subject, the claim sub", () => {
  expect(parse({ google: { issuer: "accounts.google.com" } })).toMatchObject([
    {
      subjectIssuer: "google",
      issuers: ["accounts.google.com"],
      authSubjects: [{ text: "{{jwt:sub}}" }],
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
  ["texts as a.issuers", '{"a":{"issuers":[1]}}'],
  ["the form host/path", '{"a":{"issuer":"host?x=1"}}'],
  ["the form host/path", '{"a":{"issuer":"user@host"}}'],
  ["the form host/path", '{"a":{"issuer":"two words"}}'],
  ["the form host/path", '{"a":{"issuer":"https://"}}'],
  ["each issuer only once", '{"a":{"issuer":"x"},"b":{"issuer":"x"}}'],
  ["each issuer only once", '{"a":{"issuers":["x","https://x"]}}'],
  ['not "audience"', '{"a":{"issuer":"x","audience":"y"}}'],
  ["texts as a.auth-subjects", '{"a":{"issuer":"x","auth-subjects":"{{jwt:sub}}"}}'],
  ["placeholders as a.auth-subjects", '{"a":{"issuer":"x","auth-subjects":["{{ header:x }}"]}}'],
  [
    "placeholders as a.auth-subjects",
    '{"a":{"issuer":"x","auth-subjects":["{{ jwt:sub | fn:nothing() }}"]}}',
  ],
  ["placeholders as a.prerequisite", '{"a":{"issuer":"x","prerequisite-conditions":["{{ thing:id }}"]}}'],
  ["is not closed", '{"a":{"issuer":"x","auth-subjects":["{{jwt:sub"]}}'],
  ["is not closed", '{"a":{"issuer":"x","prerequisite-conditions":["{{jwt:sub}"]}}'],
  ["is not closed", '{"a":{"issuer":"x","inject-claims-into-headers":{"a":"x{{jwt:sub"}}}'],
  ["names of headers", '{"a":{"issuer":"x","inject-claims-into-headers":{"a b":"c"}}}'],
  ["text as a.inject", '{"a":{"issuer":"x","inject-claims-into-headers":{"a":1}}}'],
  ["control characters", '{"a\\u0000":{"issuer":"x"}}'],
])("what is wrong with it is said: %s", (says, text) => {
  expect(() => openIdConnectIssuers.parse(text)).toThrow(says);
});

test.each([
  "Authorization",
  "Cookie",
  "X-Ditto-Pre-Authenticated",
  "Ditto-Originator",
  "Content-Type",
  "connection",
])("claims do not become the header %s", (name) => {
  const issuer = { issuer: "x", "inject-claims-into-headers": { [name]: "{{ jwt:sub }}" } };
  expect(() => parse({ a: issuer })).toThrow(`that a client may send, which ${name} is not`);
});

test("claims become the headers that a client may send, and only those", () => {
  expect(knownHeaders.filter((name) => !isInjectable(name))).toEqual(["content-type"]);
  const strangers = ["accept-encoding", "etag", "te", "cookie", "user-email", "ditto-sudo", "x-mine"];
  expect(strangers.filter(isInjectable)).toEqual(strangers.filter(goesAlong));
});

test("a subject without placeholders is one of every token", () => {
  const [issuer] = parse({ a: { issuer: "x", "auth-subjects": ["everybody"] } });
  expect(issuer?.authSubjects[0]?.resolve(() => [])).toEqual(["everybody"]);
});
