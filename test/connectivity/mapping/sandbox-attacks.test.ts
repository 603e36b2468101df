import { expect, test } from "vitest";
import type { Mapper } from "../../../src/connectivity/mapping/mapper.ts";
import { context, mapper, modify, textMessage } from "./given.ts";

/** What a script does when a message says so; any other is mapped. */
const attacks: Readonly<Record<string, string>> = {
  "loops without an end": "while (true);",
  "loops natively over a huge array-like": "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);",
  "loops natively over a sparse array": "var a = []; a.length = 4294967295; a.includes(1);",
  "searches a text for longer than anybody waits":
    "'a'.repeat(300000).indexOf('a'.repeat(150000) + 'b') + 'a'.repeat(300000).lastIndexOf('b' + 'a'.repeat(150000));",
  "matches a catastrophic regular expression": "/^(a+)+$/.test('a'.repeat(60) + 'b');",
  "calls itself": "(function f() { return f() + 1; })();",
  "nests JSON": "var a = []; for (var i = 0; i < 1e6; i++) a = [a]; return a;",
  "takes all memory with arrays": "var a = []; while (true) a.push(new Array(10000).fill(1));",
  "takes all memory with one text": "var s = 'x'; while (true) s += s + 'y';",
  "takes all memory with buffers": "var a = []; while (true) a.push(new ArrayBuffer(1000000));",
  "catches that memory is over, and goes on":
    "var a = []; while (true) try { a.push(new ArrayBuffer(1e6)) } catch (e) { }",
  "makes promises without an end": "(function again() { Promise.resolve().then(again); })(); return [];",
  "gives a proxy without an end":
    "return new Proxy([], { get: function (t, k) { return k === 'length' ? 1e15 : {}; }, has: function () { return true; } });",
  "gives an object whose toJSON loops": "return { toJSON: function () { while (true); } };",
  "throws an error that cannot be told":
    "throw { get message() { while (true); }, toString: function () { while (true); } };",
  "gives a huge array": "return new Array(4294967295);",
  "gives a cyclic object": "var o = {}; o.o = o; return o;",
  "pollutes all objects": "Object.prototype.topic = 'evil'; throw 1;",
  "pollutes all objects, and gives something": "Object.prototype.topic = 'evil'; return [];",
  "breaks JSON": "JSON.parse = JSON.stringify = null; throw new Error('broken');",
  "breaks arrays": "Array.isArray = function () { return true; }; Array.prototype.push = null; throw 1;",
  "breaks what all texts come from": "String.prototype.split = function () { return ['evil']; }; throw 1;",
  "takes its own function away": "mapToDittoProtocolMsg = null; throw 1;",
  "replaces what objects say": "Object.prototype.toString = function () { return 'evil'; }; return [];",
  "symbol tricks": "Array.prototype[Symbol.iterator] = function () { while (true); }; return [1];",
};

const script = (attack: string) => `
function mapToDittoProtocolMsg(headers, textPayload, bytePayload, contentType) {
  if (textPayload === 'attack') { ${attack} }
  return JSON.parse(textPayload);
}`;

/** Whatever comes of it. */
function attack(attacked: Mapper): void {
  try {
    attacked.incoming(textMessage("attack"), context);
  } catch (error) {
    expect(error).toMatchObject({ code: "connectivity:message.mapping.failed" });
  }
}

for (const [name, attacking] of Object.entries(attacks)) {
  test(`a script that ${name} costs one message`, () => {
    const attacked = mapper("JavaScript", { incomingScript: script(attacking) });
    const beside = mapper("JavaScript", { incomingScript: script("") });
    const started = performance.now();

    attack(attacked);

    expect(performance.now() - started).toBeLessThan(2500);
    expect(attacked.incoming(textMessage(JSON.stringify(modify)), context)).toEqual([modify]);
    expect(beside.incoming(textMessage(JSON.stringify(modify)), context)).toEqual([modify]);
    attacked.close();
    beside.close();
  });
}

const escapes = [
  "typeof process",
  "typeof Buffer",
  "typeof fetch",
  "typeof setTimeout",
  "typeof WebAssembly",
  "typeof std",
  "typeof os",
  "typeof java",
  "typeof Packages",
  "typeof exit",
  "typeof print",
  "typeof (function () { return this }()).process",
];

for (const found of escapes) {
  test(`a script finds nothing of the server by ${found}`, () => {
    const curious = mapper("JavaScript", {
      incomingScript: `function mapToDittoProtocolMsg() { return { is: ${found} } }`,
    });

    expect(curious.incoming(textMessage(""), context)).toEqual([{ is: "undefined" }]);
    curious.close();
  });
}

test("a function that is made of a text sees no more than the script", () => {
  const curious = mapper("JavaScript", {
    incomingScript:
      "function mapToDittoProtocolMsg() { return { is: [].constructor.constructor('return typeof process + typeof globalThis.constructor')() } }",
  });

  expect(curious.incoming(textMessage(""), context)).toEqual([{ is: "undefinedfunction" }]);
  curious.close();
});

test("a script cannot import modules", () => {
  const curious = mapper("JavaScript", {
    incomingScript: "function mapToDittoProtocolMsg() { import('node:fs'); return { is: 1 } }",
  });

  attack(curious);
  curious.close();
});

test("a message that merges into all objects changes no other message", () => {
  const merging = mapper("JavaScript", {
    incomingScript: `
      function merge(into, from) {
        for (var key in from) {
          if (typeof from[key] === 'object') { into[key] = into[key] || {}; merge(into[key], from[key]); }
          else into[key] = from[key];
        }
        return into;
      }
      function mapToDittoProtocolMsg(headers, textPayload) {
        var merged = merge({}, JSON.parse(textPayload));
        return { polluted: String({}.evil), merged: merged.ok };
      }`,
  });
  const evil =
    '{"ok":1,"__proto__":{"evil":"yes","toString":"no"},"constructor":{"prototype":{"evil":"yes"}}}';

  attackWith(merging, evil);

  expect(merging.incoming(textMessage('{"ok":2}'), context)).toEqual([{ polluted: "undefined", merged: 2 }]);
  merging.close();
});

function attackWith(attacked: Mapper, text: string): void {
  try {
    attacked.incoming(textMessage(text), context);
  } catch (error) {
    expect(error).toMatchObject({ code: "connectivity:message.mapping.failed" });
  }
}
