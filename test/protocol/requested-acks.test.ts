import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { labelsOfText, labelsOfValue } from "../../src/protocol/requested-acks.ts";

describe("requested acknowledgements", () => {
  test("are a list between commas over HTTP, or a JSON array", () => {
    expect(labelsOfText("twin-persisted,my-ack")).toEqual(["twin-persisted", "my-ack"]);
    expect(labelsOfText(" twin-persisted , my:ack,,")).toEqual(["twin-persisted", "my:ack"]);
    expect(labelsOfText('["twin-persisted","my-ack"]')).toEqual(["twin-persisted", "my-ack"]);
    expect(labelsOfText("")).toEqual([]);
    expect(labelsOfText("[]")).toEqual([]);
  });

  test("are a JSON array in a protocol message, or the text of one", () => {
    expect(labelsOfValue(["a-b", "c_d"])).toEqual(["a-b", "c_d"]);
    expect(labelsOfValue('["a-b"]')).toEqual(["a-b"]);
    for (const value of ["a-b,c-d", "", 7, {}, true]) expect(labelsOfValue(value)).toBeUndefined();
  });

  test("count once, in the order in which they come", () => {
    expect(labelsOfText("my-ack,twin-persisted,my-ack")).toEqual(["my-ack", "twin-persisted"]);
  });

  test.each([
    "abc",
    "a".repeat(165),
    "{{ connection:id }}:my-ack",
    "{{connection:id}}:abc",
    "A-9_:",
    "__proto__",
  ])("'%s' is one", (label) => {
    expect(labelsOfValue([label])).toEqual([label]);
  });

  test.each(["ab", "a".repeat(166), "bad label", "ümlaut", "a/b", "{{ id }}:abc", "{{a:b}}abc", "abc\n", ""])(
    "'%s' is none",
    (label) => {
      expect(labelsOfValue([label])).toBeUndefined();
    },
  );

  test("are strings, and no more than fit Ditto's headers", () => {
    for (const value of [[1], [null], [["abc"]], ["abc", {}]] satisfies JsonValue[])
      expect(labelsOfText(JSON.stringify(value))).toBeUndefined();
    expect(labelsOfValue(Array.from({ length: 1251 }, (_, i) => `label-${i}`))).toBeUndefined();
  });

  test("of many characters are judged at once", () => {
    const start = performance.now();

    expect(labelsOfText(`{{${" ".repeat(60_000)}a`)).toBeUndefined();
    expect(labelsOfText(`${"[".repeat(1_000_000)}`)).toBeUndefined();

    expect(performance.now() - start).toBeLessThan(500);
  });
});
