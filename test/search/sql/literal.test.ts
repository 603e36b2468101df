import fc from "fast-check";
import { assert, test } from "vitest";
import { literalPath, printArray, storableText, textLiteral } from "../../../src/search/sql/literal.ts";
import { behindPrefix } from "../../../src/search/sql/range.ts";
import { type Index, useIndex } from "./index.ts";

let index: Index;
useIndex((opened) => (index = opened));

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom("'", '"', "\\", "{", "}", ",", "$", "E", "\0", "\ud800", "\n"),
    maxLength: 8,
  }),
);

test("a constant of SQL is the text it was made of, whatever a backslash means", async () => {
  const texts = fc.sample(anyText, { numRuns: 500, seed: 1 });
  const constants = texts.map((text) => `(${textLiteral(text)})`).join(",");
  for (const setting of ["off", "on"]) {
    await index.query(`set standard_conforming_strings = ${setting}`);
    const rows = await index.query(`values ${constants}`);
    assert.deepEqual(
      rows.map(({ column1 }) => column1),
      texts.map(storableText),
    );
  }
});

test("a path in a statement, constant or parameter, has the keys it was made of", async () => {
  const paths = fc.sample(fc.array(anyText, { maxLength: 4 }), { numRuns: 90, seed: 1 });
  const constants = paths.map((path) => `to_jsonb(${literalPath(path)})`);
  const parameters = paths.map((_, i) => `to_jsonb($${i + 1}::text[])`);
  const [row] = await index.query(
    `select jsonb_build_array(${constants}) as constants,
      jsonb_build_array(${parameters}) as parameters`,
    paths.map(printArray),
  );
  const expected = paths.map((path) => path.map(storableText));
  assert.deepEqual(JSON.parse(String(row?.constants)), expected);
  assert.deepEqual(JSON.parse(String(row?.parameters)), expected);
});

test("the end of a range of texts is behind all that begin with its prefix, and behind no others", () => {
  assert.equal(behindPrefix("ab"), "ac");
  assert.equal(behindPrefix("a\u{10ffff}"), "b");
  assert.equal(behindPrefix("\ud7ff"), "\ue000");
  assert.equal(behindPrefix("\u{10ffff}"), undefined);
  assert.equal(behindPrefix(""), undefined);
});
