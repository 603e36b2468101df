import { describe, expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import { judge } from "../../../src/gateway/large-json/judge.ts";
import { nested, padded } from "./large.ts";

const body = (json: string | Uint8Array, most = 1_000_000, beside?: { key: string; most: number }) =>
  judge({ is: "body", bytes: Buffer.from(json), most, beside });
const message = (json: string, most: number) => judge({ is: "message", bytes: Buffer.from(json), most });

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof TwinError) return `${error.status} ${error.code} ${error.text.description}`;
    throw error;
  }
  return "none";
}

describe("a body", () => {
  const kept = [
    ["whitespace goes", padded('{ "a" : [ 1 , 2 ] }', 900_000), '{"a":[1,2]}'],
    ["integers beyond 2^53 stay", "[ 9223372036854775807, -9223372036854775808 ]", undefined],
    ["numbers are printed as they are kept", "[1.50, 1e3]", "[1.5,1000]"],
    ["the last of equal keys counts", '{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
    ["__proto__ is a key like any other", '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ["texts stay what they are", '"\\ud800 \\u00e9 \\n"', '"\\ud800 é \\n"'],
  ] as const;
  for (const [says, given, text = given.replaceAll(" ", "")] of kept) {
    test(`${says}`, () => expect(body(given)).toEqual({ text }));
  }

  const refused = [
    ["what is not UTF-8", new Uint8Array([0x22, 0xc3, 0x28, 0x22]), /^400 json.invalid .*UTF-8/],
    ["what is no JSON", '{"a":', /^400 json.invalid/],
    ["what is too deep", nested(201), /^400 json.invalid .*200 levels/],
    ["what makes a parser run out of stack", nested(100_000), /^400 json.invalid .*200 levels/],
    ["an empty key", '[{"a":{"":1}}]', /^400 json.invalid .*empty/],
    ["an integer beyond 64 bits", "9223372036854775808", /^400 json.invalid .*64 bits/],
  ] as const;
  for (const [says, given, refusal] of refused) {
    test(`${says} is refused`, () => expect(refusalOf(() => body(given))).toMatch(refusal));
  }

  test("tells how long it is where that is too long", () => {
    expect(body('{ "a": 12 }', 8)).toEqual({ text: '{"a":12}' });
    expect(body('{ "a": 123 }', 8)).toEqual({ text: "", excess: 9 });
  });

  test("may have a part that counts by itself", () => {
    const beside = { key: "_policy", most: 12 };
    expect(body('{"a":12,"_policy":{"b":"456"}}', 8, beside)).toEqual({
      text: '{"a":12,"_policy":{"b":"456"}}',
    });
    expect(body('{"a":123,"_policy":{"b":"456"}}', 8, beside)).toEqual({ text: "", excess: 9 });
    expect(body('{"a":123}', 8, beside)).toEqual({ text: "", excess: 9 });
    expect(body(`{"_policy":{"b":"${"x".repeat(20)}"}}`, 8, beside)).toEqual({ text: "", excess: 40 });
  });
});

describe("a message", () => {
  test("goes on as compact text where its value is short enough, whatever stands beside it", () => {
    const text = `{"topic":"${"t".repeat(50)}","value":{"a":1}}`;

    expect(message(padded(text, 900), 7)).toEqual({ text });
  });

  test("goes on without its value where that is too long", () => {
    const judged = message('{ "topic": "t", "value": {"a": 12}, "headers": {"big": 9007199254740993} }', 7);

    expect(judged).toEqual({ text: '{"topic":"t","headers":{"big":9007199254740993}}', excess: 8 });
  });

  test("keeps a value that is a single text, since escapes and base64 make it longer than what it stands for", () => {
    const text = JSON.stringify({ topic: "t", value: "x".repeat(100) });

    expect(message(text, 7)).toEqual({ text });
  });

  test("is refused where it has too much beside its value, or is no object", () => {
    const headers = JSON.stringify({ headers: "x".repeat(66_000), value: 1 });
    expect(refusalOf(() => message(headers, 100))).toMatch(/^400 json.invalid .*beside its value/);
    expect(refusalOf(() => message("[1,2]", 3))).toMatch(/^400 json.invalid .*object/);
  });
});
