import { describe, expect, test } from "vitest";
import { jwtPlaceholder } from "../../../src/base/placeholders/jwt.ts";
import { compileTemplate } from "../../../src/base/placeholders/template.ts";

const values = jwtPlaceholder({
  sub: "Max:Muster|x",
  pair: "a b",
  aud: ["app", "web", "other"],
  blank: "\t padded \n",
  odd: "a+b %",
  text: "grün & mehr",
  lines: "a\nb",
  empty: "",
  list: ["a,b", "c,,"],
  roles: [
    { reseller: "r1", roles: ["x", "y"], at: { place: 7 } },
    { reseller: "r2", roles: [] },
    "no object",
  ],
  permissions: {
    permissions: [
      { resource: "a", actions: ["r", "w"] },
      { resource: "b", actions: [] },
    ],
  },
});
const resolve = (expression: string) => compileTemplate(`{{ ${expression} }}`, () => true).resolve(values);

describe("functions on one text", () => {
  test.each([
    ["jwt:missing | fn:default('x')", ["x"]],
    ['jwt:missing | fn:default("it\'s")', ["it's"]],
    ["jwt:missing | fn:default(jwt:pair)", ["a b"]],
    ["jwt:missing | fn:default( fn:delete() )", []],
    ["jwt:missing | fn:default(jwt:aud)", ["app", "web", "other"]],
    ["jwt:pair | fn:default('x')", ["a b"]],
    ["fn:default('first')", ["first"]],
    ["jwt:sub | fn:substring-before(':')", ["Max"]],
    ['jwt:sub | fn:substring-after(":") | fn:upper()', ["MUSTER|X"]],
    ["jwt:sub | fn:substring-after('|')", ["x"]],
    ["jwt:sub | fn:substring-before('#')", []],
    ["jwt:sub | fn:substring-after('#')", []],
    ["jwt:sub | fn:lower( )", ["max:muster|x"]],
    ["jwt:blank | fn:trim()", ["padded"]],
    ["jwt:sub | fn:replace('M', '$&')", ["$&ax:$&uster|x"]],
    ["jwt:pair | fn:replace('', '-')", ["-a- -b-"]],
    ["jwt:pair | fn:replace(jwt:pair, jwt:empty)", [""]],
    ["jwt:pair | fn:replace('a', jwt:missing)", []],
    ["jwt:text | fn:url-encode()", ["gr%C3%BCn+%26+mehr"]],
    ["jwt:text | fn:url-encode() | fn:url-decode()", ["grün & mehr"]],
    ["jwt:odd | fn:url-decode()", []],
    ["jwt:text | fn:base64-encode()", ["Z3LDvG4gJiBtZWhy"]],
    ["jwt:text | fn:base64-encode() | fn:base64-decode()", ["grün & mehr"]],
    ["jwt:odd | fn:base64-decode()", []],
  ])("%s gives %j", (expression, expected) => expect(resolve(expression)).toEqual(expected));
});

describe("functions on several texts", () => {
  test.each([
    ["jwt:pair | fn:split(' ')", ["a", "b"]],
    ["jwt:list | fn:split(',')", ["a", "b", "c"]],
    ["jwt:sub | fn:split('|')", ["Max:Muster", "x"]],
    ["jwt:aud | fn:split(' ')", ["app", "web", "other"]],
    ["jwt:aud | fn:join(';')", ["app;web;other"]],
    ["jwt:missing | fn:join(';')", []],
    ["jwt:aud | fn:upper()", ["APP", "WEB", "OTHER"]],
  ])("%s gives %j", (expression, expected) => expect(resolve(expression)).toEqual(expected));
});

describe("fn:filter", () => {
  test.each([
    ["jwt:aud | fn:filter('eq','web')", ["web"]],
    ["jwt:aud | fn:filter('ne','web')", ["app", "other"]],
    ["jwt:aud | fn:filter('eq',jwt:aud)", ["app", "web", "other"]],
    ["jwt:aud | fn:filter('eq',jwt:missing)", []],
    ["jwt:aud | fn:filter('like','a*|?eb')", ["app", "web"]],
    ["jwt:aud | fn:filter('like','*')", ["app", "web", "other"]],
    ["jwt:lines | fn:filter('like','*')", []],
    ["jwt:empty | fn:filter('exists','true')", []],
    ["jwt:pair | fn:filter('exists','TRUE')", ["a b"]],
    ["jwt:pair | fn:filter(jwt:aud,'eq','web')", ["a b"]],
    ["jwt:pair | fn:filter(jwt:aud,'eq','none')", []],
    ["jwt:aud | fn:filter('x','ne','y')", ["app", "web", "other"]],
    ["jwt:pair | fn:filter(jwt:sub,'exists')", ["a b"]],
    ["jwt:pair | fn:filter(jwt:missing,'exists')", []],
    ["jwt:pair | fn:filter(jwt:missing,'exists','false')", ["a b"]],
    ["jwt:pair | fn:filter(jwt:missing,'eq',jwt:missing)", ["a b"]],
    ["jwt:pair | fn:filter(jwt:missing,'eq','x') | fn:default('y')", ["y"]],
    ["jwt:pair | fn:delete() | fn:filter('eq','a b')", []],
  ])("%s gives %j", (expression, expected) => expect(resolve(expression)).toEqual(expected));

  test("comes to an end on a value that a pattern could be tried on in more ways than anybody can wait for", () => {
    const template = compileTemplate("{{ jwt:x | fn:filter('like','*a*a*a*a*a*a*a*b') }}", () => true);
    expect(template.resolve(() => ["a".repeat(100_000)])).toEqual([]);
  });
});

describe("fn:format", () => {
  test.each([
    ["jwt:roles | fn:format('{reseller}#{roles}')", ["r1#x", "r1#y", "r2#"]],
    ["jwt:roles | fn:format('{/at/place}\\{x\\}')", ["7{x}", "{x}"]],
    [
      "jwt:permissions | fn:format('{#permissions}{resource}:{#actions}{.}{/actions}{/permissions}')",
      ["a:r", "a:w", "b:"],
    ],
    ["jwt:permissions | fn:format('{#none}x{/none}')", [""]],
    ["jwt:pair | fn:format('{a}')", [""]],
    ["jwt:missing | fn:format('{a}')", []],
  ])("%s gives %j", (expression, expected) => expect(resolve(expression)).toEqual(expected));
});
