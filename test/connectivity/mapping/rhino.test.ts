// Scripts that were written for Rhino, Ditto's engine. What Rhino makes of those in rhino/scripts.jsonl was recorded by
// rhino/RecordRhino.java.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { scriptPlaceOf } from "../../../src/connectivity/mapping/errors.ts";
import { rhinoSyntax } from "../../../src/connectivity/mapping/sandbox/rhino-syntax.ts";
import { context, event, mapper, printed, textMessage, told } from "./given.ts";

interface Recorded {
  readonly is: string;
  readonly script: string;
  /** Nothing where Rhino fails. */
  readonly gives?: JsonObject;
}

const file = fileURLToPath(new URL("rhino/scripts.jsonl", import.meta.url));
const recorded = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Recorded);

function mapped(incomingScript: string): JsonObject | undefined {
  const made = mapper("JavaScript", { incomingScript }, { scriptBytes: 5_000_000 });
  try {
    return made.incoming(textMessage("a=1;b=22", { "content-type": "text/plain" }), context)[0];
  } finally {
    made.close();
  }
}

function refusalOf(run: () => unknown): TwinError {
  try {
    run();
  } catch (error) {
    return error as TwinError;
  }
  throw new Error("Nothing was refused.");
}

describe("as in Rhino", () => {
  test.each(recorded)("$is", ({ script, gives }) => {
    if (gives) expect(mapped(script)).toEqual(gives);
    else expect(() => mapped(script)).toThrow(expect.objectContaining({ status: 400 }));
  });
});

test("an outgoing script may be written for Rhino, too", () => {
  const made = mapper("JavaScript", {
    incomingScript: "function mapToDittoProtocolMsg() null",
    outgoingScript: `function mapFromDittoProtocolMsg(namespace, name, group, channel, criterion, action, path, headers, value)
      Ditto.buildExternalMsg({}, [part for each (part in [name, path, value])].join(' '), null, 'text/plain')`,
  });

  expect(made.incoming(textMessage(""), context)).toEqual([]);
  expect(printed(made.outgoing(told(event)))[0]?.text).toBe("lamp /features/light/properties/on true");
  made.close();
});

test("a script can need Rhino's variables and Rhino's syntax", () => {
  const script = `
    let seen = [], seen = [];
    function mapToDittoProtocolMsg() { for each (let x in [1, 2]) seen.push(x); return { seen: seen }; }`;

  expect(mapped(script)).toEqual({ seen: [1, 2] });
});

test("modules may be written for Rhino, too, and what is wrong with one is told", () => {
  const commonJsPath = mkdtempSync(join(tmpdir(), "pollux-rhino-"));
  writeFileSync(join(commonJsPath, "good.js"), "exports.square = function (x) x * x;");
  writeFileSync(join(commonJsPath, "bad.js"), "exports.square = function (x) x * x; var a = ;");
  const script =
    "function mapToDittoProtocolMsg(headers, text) { return { nine: require(text).square(3) }; }";
  const made = mapper("JavaScript", { incomingScript: script }, { commonJsPath });

  expect(made.incoming(textMessage("good"), context)).toEqual([{ nine: 9 }]);
  expect(refusalOf(() => made.incoming(textMessage("bad"), context)).text.description).toContain(
    "SyntaxError",
  );
  made.close();
  rmSync(commonJsPath, { recursive: true });
});

const places = [
  { what: "a loop on the same line", body: "for each (var x in [1]) null.value;", line: 2, at: "null.value" },
  { what: "a function without braces", body: "var f = function (x) x.a.b;\nf({});", line: 2, at: "x.a.b" },
  {
    what: "a catch with a condition",
    body: "try { throw 1 }\ncatch (e if\n e.a.b) { }",
    line: 4,
    at: "e.a.b",
  },
  { what: "a let block", body: "let (a = 1,\n b = null.c) { }", line: 3, at: "null.c" },
  { what: "a list of loops", body: "return [x.y.z for each (x in\n [1])];", line: 2, at: "x.y.z" },
  {
    what: "what follows all that",
    body: "let (a = 1) a; for each (x in []) ; (null).y;",
    line: 2,
    at: "(null).y",
  },
];

test.each(places)("an error in $what is told where it was written", ({ body, line, at }) => {
  const script = `function mapToDittoProtocolMsg() {\n${body}\n}`;
  const written = (script.split("\n")[line - 1] as string).indexOf(at) + 1;

  const place = scriptPlaceOf(refusalOf(() => mapped(script)));

  expect(place).toMatchObject({ script: "incomingScript", line });
  expect(place?.column).toBeGreaterThanOrEqual(written);
  expect(place?.column).toBeLessThanOrEqual(written + at.length);
});

test("what is wrong behind Rhino's syntax is what is refused", () => {
  const error = refusalOf(() => mapped("for each (var x in [1]) x;\nvar a = ;"));

  expect(error.code).toBe("connectivity:message.mapper.config.failed");
  expect(scriptPlaceOf(error)).toEqual({ script: "incomingScript", line: 2, column: 9 });
});

test("an error of syntax while a script runs does not run it twice", () => {
  const script = "var runs = (this.runs || 0) + 1; if (runs < 2) JSON.parse('{');";

  expect(scriptPlaceOf(refusalOf(() => mapped(script)))).toMatchObject({ script: "incomingScript", line: 1 });
});

const loop = "for each (var x in [1]) x;\n";
const hostile = {
  "brackets within brackets": `${loop}var a = ${"[".repeat(50_000)}`,
  "brackets that are closed": `${loop}var a = ${"(".repeat(5_000)}1${")".repeat(5_000)};`,
  "functions within functions": `${loop}${"function f() { ".repeat(3_000)}${"}".repeat(3_000)}`,
  "functions without braces": `${loop}var f = ${"function () ".repeat(20_000)}1;`,
  "let within let": `${"let (a = 1) ".repeat(20_000)}1;`,
  "a long sum": `${loop}var a = ${"1 + ".repeat(100_000)}1;`,
  "a script that is too long": `${loop}${" ".repeat(1_000_000)}`,
  "a comment without an end": `${loop}${"let /* ".repeat(100_000)}`,
  "regular expressions without an end": `${loop}${"a = /[".repeat(50_000)}`,
};

test.each(Object.entries(hostile))("%s: refused soon, with a reason", (_, script) => {
  const before = performance.now();
  const error = refusalOf(() => mapped(script));

  expect(error.code).toBe("connectivity:message.mapper.config.failed");
  expect(error.message).toMatch(/nested|long|stack|SyntaxError|took too long/);
  expect(performance.now() - before).toBeLessThan(5_000);
});

const wide = {
  loops: "for each (var x in []) x;\n",
  names: "var nAt, mAt;\nfor each (nAt in []);\n",
  catches: "try { } catch (e if e) { } catch (f) { }\n",
  "functions without braces": "var f = function (x) x;\n",
  lists: "[x for (x in {})];\n",
  "let blocks": "let (a = 1) { a }\n",
};

test.each(Object.entries(wide))("translating many %s takes no more than in proportion", (_, piece) => {
  const many = (length: number) =>
    Array.from({ length }, (_, i) => piece.replaceAll("At", String(i))).join("");
  const took = (script: string) => {
    const before = performance.now();
    rhinoSyntax(script);
    return performance.now() - before;
  };
  took(many(2_000));

  const [few, more] = [took(many(2_000)), took(many(16_000))];

  expect(more).toBeLessThan(Math.max(few, 5) * 8 * 6);
});

const elseIfs = (count: number) =>
  Array.from({ length: count }, (_, i) => `if (x === ${i}) x = -${i};`).join("\nelse ");

test("a script may have many branches", () => {
  const script = `${loop}function mapToDittoProtocolMsg() { var x = 209; ${elseIfs(210)} return { x: x } }`;

  expect(mapped(script)).toEqual({ x: -209 });
});

test("a script with more branches than can be read is refused", () => {
  const translated = rhinoSyntax(`${loop}${"if (1);else ".repeat(50_000)};`);

  expect(translated).toMatchObject({ message: expect.stringContaining("nested too deeply") });
});

const lists = (loops: number) =>
  `var made = [x0${Array.from({ length: loops }, (_, i) => ` for (x${i} in [1])`).join("")}];`;

test("a list is made by at most 20 loops", () => {
  expect(mapped(`${lists(20)} function mapToDittoProtocolMsg() { return { made: made } }`)).toEqual({
    made: ["0"],
  });
  const refusal = refusalOf(() => mapped(lists(21)));
  expect(refusal.code).toBe("connectivity:message.mapper.config.failed");
  expect(refusal.text.message + refusal.text.description).toContain(
    "A list has 21 loops, and may have at most 20.",
  );
});

const name = "n".repeat(20_000);
const growing = {
  "a list of long names": `[x for each(${name} in b)${" for (x in a)".repeat(19)}];`,
  "catches of a long name": `try { } ${`catch (e if e) { } `.repeat(1_000).replace("(e if", `(${name} if`)}`,
};

test.each(Object.entries(growing))("%s: refused before it becomes too long", (_, script) => {
  expect(rhinoSyntax(script)).toMatchObject({ message: expect.stringContaining("becomes too long") });
});
