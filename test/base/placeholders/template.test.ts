import { describe, expect, test } from "vitest";
import { headerPlaceholder } from "../../../src/base/placeholders/header.ts";
import { jwtPlaceholder } from "../../../src/base/placeholders/jwt.ts";
import { POLICY_ENTRY_LABEL, policyEntryPlaceholder } from "../../../src/base/placeholders/policy-entry.ts";
import { compileTemplate } from "../../../src/base/placeholders/template.ts";

const claims = {
  sub: "max",
  aud: ["app", "web", "app"],
  scope: "read write",
  extra: { roles: ["a", "b"], level: 3, on: true, none: null },
  teams: [
    { id: "t1", parts: ["x", "y"] },
    { id: "t2", parts: ["z"] },
  ],
  "https://x.org/roles": "admin",
  empty: [],
  blank: " padded\t",
};
const values = jwtPlaceholder(claims);
const resolve = (text: string) => compileTemplate(text, (name) => name.startsWith("jwt:")).resolve(values);

describe("a template", () => {
  test.each([
    ["", [""]],
    ["no placeholder", ["no placeholder"]],
    ["integration:{{ jwt:sub }}:x", ["integration:max:x"]],
    ["{{jwt:sub}}", ["max"]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the older form of a placeholder.
    ["${jwt:sub}-{{ jwt:sub }}", ["max-max"]],
    ["{ jwt:sub }}", ["{ jwt:sub }}"]],
    ["{{ jwt:sub }}}", ["max}"]],
  ])("%j stands for %j", (text, expected) => expect(resolve(text)).toEqual(expected));

  test("unfolds to every combination of its placeholders' values", () => {
    expect(resolve("{{ jwt:extra/roles }}/{{ jwt:aud }}")).toEqual(["a/app", "a/web", "b/app", "b/web"]);
  });

  test("stands for nothing where a placeholder has no value", () => {
    expect(resolve("x{{ jwt:missing }}")).toEqual([]);
    expect(resolve("x{{ jwt:empty }}")).toEqual([]);
  });

  test("drops a placeholder that is deleted, and is nothing if there was no more to it", () => {
    expect(resolve("x{{ jwt:missing | fn:delete() | fn:default('y') }}")).toEqual(["x"]);
    expect(resolve("{{ jwt:sub | fn:delete() }}{{ fn:delete() }}")).toEqual([]);
  });

  test.each([
    ["{{ }}"],
    ["{{ jwt:sub"],
    ["{{ jwt:sub }"],
    ["${jwt:sub"],
    ["{{ sub }}"],
    ["{{ jwt: }}"],
    ["{{ thing:id }}"],
    ["{{ jwt:sub || fn:lower() }}"],
    ["{{ jwt:sub | lower() }}"],
    ["{{ jwt:sub | fn:unknown() }}"],
    ["{{ jwt:sub | fn:lower('x') }}"],
    ["{{ jwt:sub | fn:lower }}"],
    ["{{ jwt:sub | fn:default() }}"],
    ["{{ jwt:sub | fn:default('x }}"],
    ["{{ jwt:sub | fn:default(x) }}"],
    ["{{ jwt:sub | fn:default(thing:id) }}"],
    ["{{ jwt:sub | fn:split(jwt:sub) }}"],
    ["{{ jwt:sub | fn:filter('eq') }}"],
    ["{{ jwt:sub | fn:filter('equals','x') }}"],
    [`{{ jwt:sub | fn:filter('like','${"x".repeat(1025)}') }}`],
    ["{{ jwt:sub | fn:format('{#a}') }}"],
    [`{{ jwt:sub ${"| fn:lower()".repeat(11)} }}`],
    ["x".repeat(10_001)],
  ])("%j cannot be compiled", (text) => {
    expect(() => resolve(text)).toThrow(Error);
  });

  test("refuses to unfold beyond all measure", () => {
    const many = jwtPlaceholder({ list: Array.from({ length: 40 }, (_, i) => String(i)) });
    const template = compileTemplate("{{ jwt:list }}{{ jwt:list }}{{ jwt:list }}", () => true);
    expect(() => template.resolve(many)).toThrow(
      expect.objectContaining({ code: "placeholder:function.too.complex", status: 400 }),
    );
  });

  test("refuses to grow beyond all measure", () => {
    const grow = "| fn:replace('a','aaaaaaaaaaaaaaaaaaaa') ".repeat(8);
    const template = compileTemplate(`{{ jwt:sub ${grow} }}`, () => true);
    expect(() => template.resolve(() => ["aaaaaaaaaa"])).toThrow(
      expect.objectContaining({ code: "placeholder:function.too.complex" }),
    );
  });
});

describe("a claim", () => {
  test.each([
    ["jwt:extra/level", ["3"]],
    ["jwt:/extra/on", ["true"]],
    ["jwt:extra", ['{"roles":["a","b"],"level":3,"on":true,"none":null}']],
    ["jwt:teams/id", ["t1", "t2"]],
    ["jwt:teams/parts", ["x", "y", "z"]],
    ["jwt:https:~1~1x.org~1roles", ["admin"]],
    ["jwt:aud", ["app", "web"]],
    ["jwt:sub/none", []],
    ["jwt:__proto__", []],
    ["header:sub", []],
  ])("%s gives %j", (name, expected) => expect(values(name)).toEqual(expected));
});

test("a header gives its value, whatever the case of its name, as text", () => {
  const header = headerPlaceholder({ "x-a": "b", "response-required": false, "requested-acks": ["t"] });
  expect(header("header:X-A")).toEqual(["b"]);
  expect(header("header:response-required")).toEqual(["false"]);
  expect(header("header:requested-acks")).toEqual(['["t"]']);
  expect(header("header:constructor")).toEqual([]);
  expect(header("jwt:x-a")).toEqual([]);
});

test("a policy entry gives its label and nothing else", () => {
  expect(policyEntryPlaceholder("DEFAULT")(POLICY_ENTRY_LABEL)).toEqual(["DEFAULT"]);
  expect(policyEntryPlaceholder("DEFAULT")("policy-entry:id")).toEqual([]);
});
