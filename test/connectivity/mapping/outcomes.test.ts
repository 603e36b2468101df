import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { heapOf } from "../../../src/connectivity/mapping/sandbox/heap.ts";
import { memoryBudget } from "../../../src/connectivity/mapping/sandbox/memory-budget.ts";
import { outcomesOf } from "../../../src/connectivity/mapping/sandbox/outcomes.ts";
import { newQuickJs } from "../../../src/connectivity/mapping/sandbox/quickjs.ts";
import { mapper, context as received, textMessage } from "./given.ts";

const bytes = 64 * 1024 * 1024;
const quickJs = await newQuickJs(memoryBudget(bytes), bytes);
const runtime = quickJs.newRuntime();
const context = runtime.newContext();
const heap = heapOf(context);
const outcomes = outcomesOf(context, heap);

afterAll(() => {
  heap.close();
  context.dispose();
  runtime.dispose();
});

function evaluated(source: string) {
  return context.unwrapResult(context.evalCode(`(${source})`));
}

/** What is read of the memory; nothing where it is left to JSON.stringify. */
function read(source: string): unknown {
  using value = evaluated(source);
  return outcomes.read(value.value as Parameters<typeof outcomes.read>[0]);
}

/** What QuickJS itself says. */
function told(source: string): unknown {
  using text = evaluated(`JSON.stringify(${source})`);
  return JSON.parse(context.getString(text));
}

/** With the same keys in the same order, and the same prototypes. */
function expectAsTold(source: string): void {
  const [found, wanted] = [read(source), told(source)];
  expect(JSON.stringify(found)).toBe(JSON.stringify(wanted));
  expect(isDeepStrictEqual(found, wanted)).toBe(true);
}

const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.nat().map(String),
  fc.constantFrom("__proto__", "toString", "constructor", "length", "", "-1", "4294967295", "007"),
);
const leaf = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.integer({ min: 0xd7f0, max: 0xe010 }).map((code) => String.fromCharCode(code)) }),
  fc.double(),
  fc.integer(),
  fc.constantFrom(null, true, false, 0, 2 ** 31, -(2 ** 31), 2 ** 53, Number.MAX_VALUE, Number.MIN_VALUE),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    leaf,
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(key, tie("value"), { maxKeys: 6 }),
  ),
}));

/** A value in the words of the language, with what JSON does not have. */
function written(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return `[${value.map(written).join()}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value).map(([name, one]) => `[${JSON.stringify(name)}]:${written(one)}`)}}`;
  return JSON.stringify(value);
}

test("whatever is plain is read as JSON would tell it", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const source = written(value);

      expectAsTold(source);
    }),
    { numRuns: 1000 },
  );
});

const plain: Readonly<Record<string, string>> = {
  "what is undefined": "{ a: undefined, b: [undefined], c: 1 }",
  "numbers that are none": "[NaN, Infinity, -Infinity, -0]",
  "deleted and added keys":
    "(() => { const o = {}; for (let i = 0; i < 40; i++) o['k' + i] = i; for (let i = 0; i < 39; i++) delete o['k' + i]; o.z = 1; return o; })()",
  "keys that are indexes, in their order": "{ b: 1, 10: 2, a: 3, 2: 4, 4294967294: 5, 4294967295: 6 }",
  "more keys than names are kept":
    "Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ['n' + i, { ['m' + i]: i }]))",
  "frozen objects": "Object.freeze({ a: Object.freeze({ b: 1 }) })",
  "the same object twice": "((o) => ({ a: o, b: [o, o] }))({ x: 1 })",
  "shortened arrays": "((a) => { a.length = 2; a.push(9); a.shift(); return a; })([1, 2, 3, 4])",
  "a toJSON that is no function": "{ toJSON: 'text' }",
  "what JSON.parse gives": `JSON.parse('{"__proto__":{"a":1},"b":[1e400,"\\\\ud800"]}')`,
};

for (const [name, source] of Object.entries(plain)) {
  test(`${name} can be read`, () => {
    expectAsTold(source);
  });
}

/** Values of which only JSON.stringify can tell. */
const tricky: Readonly<Record<string, string>> = {
  "a getter": "{ get a() { return 1; } }",
  "a toJSON of its own": "{ a: 1, toJSON() { return { b: 2 }; } }",
  "a toJSON that is not enumerable": "Object.defineProperty({ a: 1 }, 'toJSON', { value: () => ({ b: 2 }) })",
  "a toJSON of its class": "new (class { a = 1; toJSON() { return { b: 2 }; } })()",
  "a toJSON of an array": "Object.assign([1], { toJSON: () => ({ b: 2 }) })",
  "another prototype": "Object.setPrototypeOf({ a: 1 }, { toJSON: () => ({ b: 2 }) })",
  "an array of a class": "((a) => ({ a }))(new (class extends Array { toJSON() { return 1; } })())",
  "a proxy": "new Proxy({ a: 1 }, { get: () => 2 })",
  "a proxy of an array": "{ a: new Proxy([1], {}) }",
  "an array with holes": "{ a: [1, , 2] }",
  "an array that was made longer": "((a) => { a.length = 3; return { a }; })([1])",
  "a sparse array": "((a) => { a[1000] = 1; return { a }; })([1])",
  "a frozen array": "{ a: Object.freeze([1]) }",
  "an array with a getter": "{ a: Object.defineProperty([1, 2], 0, { get: () => 5 }) }",
  "a date": "{ a: new Date(0) }",
  "wrapped values": "{ a: Object('text'), b: Object(1), c: Object(true) }",
  "functions and symbols": "{ a() {}, b: Symbol('s'), c: [() => 1, Symbol('s')] }",
  "keys that are symbols": "{ [Symbol('s')]: 1, a: 1 }",
  "keys that are not enumerable": "Object.defineProperty({ a: 1 }, 'b', { value: 2 })",
  "maps, sets, errors and regular expressions": "{ a: new Map([[1, 2]]), b: new Error('x'), c: /x/ }",
  "typed arrays": "{ a: new Uint8Array([1, 2]), b: new ArrayBuffer(2) }",
  arguments: "{ a: (function () { return arguments; })(1, 2) }",
  "long texts made of many":
    "((s) => { for (let i = 0; i < 20000; i++) s += 'ab\\u20ac'; return { s }; })('')",
  "deep nesting": "((o) => { for (let i = 0; i < 150; i++) o = { o }; return o; })({})",
  "many values": "Array.from({ length: 300000 }, () => 1)",
};

for (const [name, source] of Object.entries(tricky)) {
  test(`${name} comes as JSON.stringify tells it`, () => {
    const incomingScript = `function mapToDittoProtocolMsg() { return { it: ${source} }; }`;
    const made = mapper("JavaScript", { incomingScript });

    expect(read(source)).toBeUndefined();
    expect(made.incoming(textMessage(""), received)).toStrictEqual([told(`{ it: ${source} }`)]);
    made.close();
  });
}

test("an object that is unfolded without an end is left to the clock", () => {
  const source = "((o) => { for (let i = 0; i < 60; i++) o = [o, o]; return o; })({})";
  const started = performance.now();

  expect(read(source)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(500);
});

for (const [name, source] of Object.entries({
  "a cyclic object": "((o) => { o.o = o; return o; })({})",
  "a number of any size": "{ a: 1n }",
})) {
  test(`${name} is read by nobody`, () => {
    expect(read(source)).toBeUndefined();
  });
}

/** Scripts that say how all objects are told, while they are loaded or by a message. */
const prototypes = {
  "Object.prototype": "Object.prototype.toJSON = function () { return { b: 2 }; };",
  "Array.prototype": "Array.prototype.toJSON = function () { return { b: 2 }; };",
  "what arrays come from":
    "Object.setPrototypeOf(Array.prototype, { __proto__: Object.prototype, toJSON: function () { return { b: 2 }; } });",
};

for (const [name, change] of Object.entries(prototypes)) {
  const body = "function mapToDittoProtocolMsg(headers, text)";

  test(`a toJSON of ${name} counts for a script that has it`, () => {
    const made = mapper("JavaScript", { incomingScript: `${change} ${body} { return { a: [1] }; }` });

    expect(made.incoming(textMessage(""), received)).toEqual([
      name.startsWith("O") ? { b: 2 } : { a: { b: 2 } },
    ]);
    made.close();
  });

  test(`a toJSON of ${name} counts from the message on that makes it`, () => {
    const made = mapper("JavaScript", { incomingScript: `${body} { ${change} return { a: [1] }; }` });

    expect(made.incoming(textMessage(""), received)).toEqual([
      name.startsWith("O") ? { b: 2 } : { a: { b: 2 } },
    ]);
    made.close();
  });
}

test("what a message hides in all objects is gone with it", () => {
  const made = mapper("JavaScript", {
    incomingScript: `function mapToDittoProtocolMsg(headers, text) {
      if (text === 'hide') Object.defineProperty(Object.prototype, 'evil', { value: 'yes', configurable: true });
      return { evil: String({}.evil) };
    }`,
  });

  expect(made.incoming(textMessage("hide"), received)).toEqual([{ evil: "yes" }]);
  expect(made.incoming(textMessage("look"), received)).toEqual([{ evil: "undefined" }]);
  made.close();
});

test("values are read while the memory grows", () => {
  const made = mapper("JavaScript", {
    incomingScript:
      "var all = []; function mapToDittoProtocolMsg() { all.push(new ArrayBuffer(1e6)); return { n: all.length, t: 'x' + all.length }; }",
  });

  for (let n = 1; n <= 30; n++) expect(made.incoming(textMessage(""), received)).toEqual([{ n, t: `x${n}` }]);
  made.close();
});

test("texts that are not well-formed come as they are", () => {
  const made = mapper("JavaScript", {
    incomingScript:
      "function mapToDittoProtocolMsg(headers, text) { return { text, h: headers.h, length: text.length }; }",
  });
  const text = "a\ud800b\u0000c\udc00";

  expect(made.incoming(textMessage(text, { h: text }), received)).toEqual([{ text, h: text, length: 6 }]);
  made.close();
});

test("an error is told whatever a script does to JSON", () => {
  const made = mapper("JavaScript", {
    incomingScript:
      "function mapToDittoProtocolMsg() { Object.prototype.toJSON = function () {}; throw new Error('mine'); }",
  });
  const beside = mapper("JavaScript", {
    incomingScript: "var n = 0; function mapToDittoProtocolMsg() { return { n: ++n }; }",
  });
  beside.incoming(textMessage(""), received);

  expect(() => made.incoming(textMessage(""), received)).toThrow(
    expect.objectContaining({
      text: expect.objectContaining({ description: expect.stringContaining("mine") }),
    }),
  );
  expect(beside.incoming(textMessage(""), received)).toEqual([{ n: 2 }]);
  made.close();
  beside.close();
});
