import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/base/json/parse.ts";
import { readEnvelope } from "../../src/protocol/envelope.ts";
import { printToldHeaders } from "../../src/protocol/headers.ts";
import { printNext, readSearchCommand } from "../../src/protocol/search.ts";
import type { SearchAction } from "../../src/protocol/topic.ts";
import { codeOf } from "../support/things.ts";

/** Reads a value as it comes over the wire. */
function read(action: SearchAction, value: string | undefined, fields?: string) {
  const more = fields === undefined ? "" : `,"fields":${JSON.stringify(fields)}`;
  const message = `{"topic":"t","path":"/"${value === undefined ? "" : `,"value":${value}`}${more}}`;
  return readSearchCommand(readEnvelope(parseJson(message)), action);
}

describe("what a client looks for", () => {
  test("is a filter, options and namespaces in the value, and fields beside it", () => {
    const value = '{"filter":"exists(a)","options":"size(2)","namespaces":["a","b","a"]}';

    expect(read("subscribe", value, "thingId,attributes/b")).toEqual({
      action: "subscribe",
      filter: "exists(a)",
      options: "size(2)",
      namespaces: ["a", "b"],
      fields: [["thingId"], ["attributes", "b"]],
    });
  });

  const everything = [
    undefined,
    "null",
    "{}",
    '{"filter":null,"namespaces":[]}',
    '{"__proto__":{"filter":1}}',
  ];
  test.each(everything)("is everything where the value is %s", (value) => {
    expect(read("subscribe", value)).toEqual({ action: "subscribe" });
  });

  const wrong: readonly [value: string, code: string][] = [
    ['{"filter":1}', "json.invalid"],
    ['{"options":["size(1)"]}', "json.invalid"],
    ['{"namespaces":"a"}', "json.invalid"],
    ['{"namespaces":["a",null]}', "json.format.invalid"],
    ['"text"', "json.format.invalid"],
    ["[]", "json.format.invalid"],
    ["1", "json.format.invalid"],
  ];
  test.each(wrong)("is not %s", (value, code) => {
    expect(codeOf(() => read("subscribe", value))).toBe(code);
  });

  test("is not selected by fields that cannot be read", () => {
    expect(codeOf(() => read("subscribe", undefined, "a("))).toBe("json.fieldselector.invalid");
  });
});

describe("a demand", () => {
  const demands: readonly [text: string, demand: number][] = [
    ["3", 3],
    ["3.0", 3],
    ["-1", -1],
    ["null", 0],
    ["9223372036854775807", 2 ** 63],
    ["-9223372036854775808", -(2 ** 63)],
  ];
  test.each(demands)("of %s is a number of pages", (text, demand) => {
    expect(read("request", `{"subscriptionId":"7","demand":${text}}`)).toEqual({
      action: "request",
      subscriptionId: "7",
      demand,
    });
  });

  test("that is missing is none", () => {
    expect(read("request", '{"subscriptionId":"7"}')).toMatchObject({ demand: 0 });
  });

  const wrong: readonly [value: string, code: string][] = [
    ['{"subscriptionId":"7","demand":"3"}', "json.invalid"],
    ['{"subscriptionId":"7","demand":1.5}', "json.format.invalid"],
    ['{"subscriptionId":"7","demand":1e300}', "json.format.invalid"],
    ['{"subscriptionId":7,"demand":1}', "json.invalid"],
    ['{"demand":1}', "json.format.invalid"],
    ["null", "json.format.invalid"],
  ];
  test.each(wrong)("is not %s", (value, code) => {
    expect(codeOf(() => read("request", value))).toBe(code);
  });
});

test("a cancellation names a search", () => {
  expect(read("cancel", '{"subscriptionId":"7"}')).toEqual({ action: "cancel", subscriptionId: "7" });
  expect(codeOf(() => read("cancel", "{}"))).toBe("json.format.invalid");
});

test("what is told of a search has the headers that answers tell, and items are spliced in as they are", () => {
  const headers = printToldHeaders({
    "correlation-id": "c",
    "requested-acks": ["a"],
    "x-own": "yes",
    condition: "exists(a)",
    "content-type": "text/plain",
  });

  expect(printNext('1"', ['{"a":9223372036854775807}', "{}"], headers)).toBe(
    '{"topic":"_/_/things/twin/search/next",' +
      '"headers":{"correlation-id":"c","x-own":"yes","content-type":"application/json"},"path":"/",' +
      '"value":{"subscriptionId":"1\\"","items":[{"a":9223372036854775807},{}]}}',
  );
});
