// Lines of tables.

import { expect, test } from "vitest";
import { type JsonValue, rawNumber } from "../../../src/base/json/json.ts";
import { csvLines } from "../../../src/gateway/http/csv.ts";

test.each<[says: string, cell: JsonValue, printed: string]>([
  ["null is nothing", null, ""],
  ["an empty text is two quotes", "", '""'],
  ["a CR is quoted", "a\rb", '"a\rb"'],
  ["an LF is quoted", "a\nb", '"a\nb"'],
  ["quotes and commas are quoted", 'a,"b"', '"a,""b"""'],
  ["a formula is a text", "=1+1", "'=1+1"],
  ["so is one that begins with a plus", "+1", "'+1"],
  ["so is one that begins with a minus", "-1+1", "'-1+1"],
  ["so is one that begins with an at sign", "@sum(a1)", "'@sum(a1)"],
  ["a number stays one", -1.5e-7, "-1.5e-7"],
  ["also a long one", rawNumber("-12345678901234567890"), "-12345678901234567890"],
  ["a boolean is a word", false, "false"],
  ["a list is JSON", ["=1", 2], '"[""=1"",2]"'],
])("%s", (_, cell, printed) => {
  expect(csvLines([["x", cell, 1]])).toBe(`x,${printed},1\n`);
});
