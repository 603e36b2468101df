import { describe, expect, test } from "vitest";
import { type JsonValue, rawNumber } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import {
  goesAlong,
  parseHeader,
  parseHeaders,
  parseTextHeader,
  readHeaders,
  toldHeaders,
} from "../../src/protocol/headers.ts";
import { codeOf } from "../support/things.ts";

describe("a header has a type", () => {
  const good: readonly (readonly [name: string, given: JsonValue, read: JsonValue])[] = [
    ["response-required", "true", true],
    ["response-required", false, false],
    ["correlation-id", 5, "5"],
    ["correlation-id", "c", "c"],
    ["if-match", '"rev:1"', '"rev:1"'],
    ["if-match", "*", "*"],
    ["if-none-match", 'W/"rev:1", "hash:2"', 'W/"rev:1", "hash:2"'],
    ["channel", "twin", "twin"],
    ["channel", " TWIN ", "twin"],
    ["channel", "Live", "live"],
    ["live-channel-condition", "exists(thingId)", "exists(thingId)"],
    ["live-channel-timeout-strategy", "bogus", "bogus"],
    ["allow-policy-lockout", "false", false],
    ["dry-run", "false", false],
    ["if-equal", "skip", "skip"],
    ["if-equal", "skip-minimizing-merge", "skip-minimizing-merge"],
    ["if-equal", "whatever", "update"],
    ["condition", "eq(attributes/a,1)", "eq(attributes/a,1)"],
    [
      "merge-thing-patch-conditions",
      '{"attributes/a":"gt(attributes/a,1)"}',
      '{"attributes/a":"gt(attributes/a,1)"}',
    ],
    ["merge-thing-patch-conditions", { "attributes/a": "x" }, { "attributes/a": "x" }],
    ["at-historical-revision", "5", 5],
    ["at-historical-revision", 5, 5],
    ["at-historical-revision", -3, 0],
    ["at-historical-revision", rawNumber("900719925474099267"), Number.MAX_SAFE_INTEGER],
    ["at-historical-timestamp", "1970-01-01T00:00:01Z", 1_000],
    ["policy-view", "original", "original"],
    ["policy-view", "resolved", "resolved"],
    ["policy-view", "resolved", "resolved"],
    ["declared-acks", ["my-ack", "my-ack"], ["my-ack"]],
    ["requested-acks", ["twin-persisted"], ["twin-persisted"]],
    ["requested-acks", '["a-b","a-b"]', ["a-b"]],
    ["timeout", "10s", "10s"],
    ["timeout", 7, 7],
    ["put-metadata", '[{"key":"a","value":1}]', '[{"key":"a","value":1}]'],
    ["put-metadata", "nonsense", "nonsense"],
    ["get-metadata", "a(b,c)", "a(b,c)"],
    ["x-anything", { a: 1 }, { a: 1 }],
    ["constructor", "x", "x"],
  ];
  for (const [name, given, read] of good) {
    test(`${name}: ${JSON.stringify(given)} is ${JSON.stringify(read)}`, () =>
      expect(parseHeader(name, given)).toEqual(read));
  }

  const bad: readonly (readonly [name: string, given: JsonValue, code: string])[] = [
    ["response-required", "maybe", "header.invalid"],
    ["response-required", 1, "header.invalid"],
    ["response-required", null, "header.invalid"],
    ["correlation-id", {}, "header.invalid"],
    ["if-match", "rev:1", "header.invalid"],
    ["if-match", '"a" "b"', "header.invalid"],
    ["if-match", 5, "header.invalid"],
    ["if-match", "", "header.invalid"],
    ["if-none-match", '"a', "header.invalid"],
    ["correlation-id", "", "header.invalid"],
    ["correlation-id", "\u00fc", "header.invalid"],
    ["channel", "dead", "header.invalid"],
    ["dry-run", "true", "header.notsupported"],
    ["dry-run", "perhaps", "header.invalid"],
    ["condition", {}, "header.invalid"],
    ["merge-thing-patch-conditions", "[]", "header.invalid"],
    ["merge-thing-patch-conditions", "{", "header.invalid"],
    ["merge-thing-patch-conditions", '{"attributes/a":1}', "header.invalid"],
    ["timeout", "soon", "timeout.invalid"],
    ["put-metadata", '[{"value":1}]', "header.invalid"],
    ["put-metadata", [{ key: "a//b", value: 1 }], "json.pointer.invalid"],
    ["get-metadata", "a(b", "header.invalid"],
    ["delete-metadata", ["a"], "header.invalid"],
    ["requested-acks", "a-b,c-d", "header.invalid"],
    ["requested-acks", ["?"], "header.invalid"],
    ["declared-acks", ["?"], "header.invalid"],
    ["at-historical-revision", "abc", "header.invalid"],
    ["at-historical-revision", "1.5", "header.invalid"],
    ["at-historical-timestamp", "yesterday", "header.invalid"],
    ["at-historical-timestamp", "2022-99-24T03:11:15Z", "header.invalid"],
  ];
  for (const [name, given, code] of bad) {
    test(`${name}: ${JSON.stringify(given)}: ${code}`, () =>
      expect(codeOf(() => parseHeader(name, given))).toBe(code));
  }

  test("which the text of an HTTP header has as well; labels may stand between commas there", () => {
    expect(parseTextHeader("requested-acks", "a-b,c-d")).toEqual(["a-b", "c-d"]);
    expect(parseTextHeader("response-required", "false")).toBe(false);
    expect(parseTextHeader("x-anything", "[1]")).toBe("[1]");
    expect(codeOf(() => parseTextHeader("requested-acks", "?"))).toBe("header.invalid");
    expect(codeOf(() => parseTextHeader("timeout", "soon"))).toBe("timeout.invalid");
  });

  test("a refusal does not repeat more than the start of a value", () => {
    expect(() => parseHeader("if-match", "x".repeat(5_000))).toThrow(/^.{0,300}$/);
  });

  test("a long list of tags is judged at once", () => {
    const started = performance.now();
    codeOf(() => parseHeader("if-match", `${'"a" , '.repeat(20_000)}x`));
    codeOf(() => parseHeader("if-match", `"a"${" ".repeat(50_000)}x`));
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe("the headers of a message", () => {
  const read = (value: JsonValue | undefined) => parseHeaders(readHeaders(value), 5_120);

  test("have names in lower case", () => {
    expect(read({ "Correlation-ID": "c", "RESPONSE-Required": "false" })).toEqual({
      "correlation-id": "c",
      "response-required": false,
    });
  });

  test("may be absent, or no object", () => {
    for (const value of [undefined, null, 5, "x", []]) expect(read(value)).toEqual({});
  });

  test("count as absent where they are null", () => {
    expect(read({ "if-match": null, timeout: null, "requested-acks": null, "x-mine": null })).toEqual({});
  });

  test("are bounded, names and values together, whatever they are", () => {
    const bounded = (headers: JsonValue, max: number) =>
      codeOf(() => parseHeaders(readHeaders(headers), max));
    expect(bounded({ abc: "12", d: [1, 2] }, 11)).toBe("none");
    expect(bounded({ abc: "12", d: [1, 2] }, 10)).toBe("headers.too.large");
    expect(bounded({ timeout: "x".repeat(100) }, 50)).toBe("headers.too.large");
  });

  test("cannot reach a prototype", () => {
    const headers = read(parseJson('{"__proto__":{"polluted":1},"constructor":"c"}'));
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect(headers.polluted).toBeUndefined();
    expect(Object.hasOwn(headers, "constructor")).toBe(true);
  });
});

describe("what a client cannot set", () => {
  const own = ["ditto-originator", "ditto-read-subjects", "entity-revision", "etag", "connection", "cookie"];

  test("is left out of the headers of a message, and does not go along with a request", () => {
    const given = Object.fromEntries(own.map((name) => [name, "x"]));
    expect(parseHeaders(readHeaders({ ...given, "x-mine": "y" }), 10)).toEqual({ "x-mine": "y" });
    expect([...own, "authorization", "if-match", "x-mine", "host"].filter(goesAlong)).toEqual([
      "x-mine",
      "host",
    ]);
  });
});

describe("answers and events tell", () => {
  const headers = {
    "correlation-id": "c",
    timeout: "5s",
    traceparent: "00-1",
    condition: "exists(thingId)",
    "if-match": "*",
    "put-metadata": "[]",
    "requested-acks": "[]",
    accept: "*/*",
    "x-mine": "y",
    host: "h",
  };

  test("the headers that Ditto does not keep to itself", () => {
    expect(toldHeaders(headers, "known")).toEqual({
      "correlation-id": "c",
      timeout: "5s",
      traceparent: "00-1",
    });
  });

  test("events and protocol responses also those that it does not know", () => {
    expect(toldHeaders(headers, "all")).toEqual({
      "correlation-id": "c",
      timeout: "5s",
      traceparent: "00-1",
      "x-mine": "y",
      host: "h",
    });
  });
});
