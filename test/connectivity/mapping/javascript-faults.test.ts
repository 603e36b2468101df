// What is left of a script after its faults, and scripts that fail again and again.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { context, mapper, refusalOf, textMessage } from "./given.ts";

test("a script that fails keeps what it counts, though it uses the language as no message before", () => {
  const made = mapper("JavaScript", {
    incomingScript: `var seen = 0; var later;
      function mapToDittoProtocolMsg(headers, text) {
        seen++;
        if (text === 'fail') {
          later = new Map([[Math.PI, Math.max(1, parseInt('7'))]]);
          [3, 1].sort().flat().includes(1); 'a'.padStart(3).trimEnd(); Object.prototype.toString.call(later);
          new Date(0).toISOString(); Number('1').toFixed(2); Promise.resolve().finally; Symbol('s').description;
          throw new Error('no');
        }
        return { seen };
      }`,
  });

  expect(() => made.incoming(textMessage("fail"), context)).toThrow();
  expect(() => made.incoming(textMessage("fail"), context)).toThrow();

  expect(made.incoming(textMessage(""), context)).toEqual([{ seen: 3 }]);
  made.close();
});

for (const change of [
  "Array.prototype.evil = 1",
  "Array.prototype[0] = 'evil'",
  "Array.prototype.map = 'evil'",
  "Math.max = function () { return 'evil' }",
  "Math.PI2 = 1",
  "delete String.prototype.trim",
  "parseInt = 'evil'",
  "Ditto.buildTopic = null",
  "Object.setPrototypeOf(Map.prototype, { evil: 1 })",
  "Object.defineProperty(Number.prototype, 'toFixed', { get: function () { return 'evil' } })",
]) {
  test(`a script that fails after ${change} begins anew`, () => {
    const made = mapper("JavaScript", {
      incomingScript: `var seen = 0;
        function mapToDittoProtocolMsg(headers, text) { seen++; if (text === 'fail') { ${change}; throw 1 } return { seen } }`,
    });
    made.incoming(textMessage(""), context);

    expect(() => made.incoming(textMessage("fail"), context)).toThrow();

    expect(made.incoming(textMessage(""), context)).toEqual([{ seen: 1 }]);
    made.close();
  });
}

// Scripts that fail again and again.

test("a script that takes too long three times in a row rests, and works again after that", async () => {
  const incomingScript =
    "function mapToDittoProtocolMsg(headers, text) { while (text === 'loop'); return { is: text } }";
  const made = mapper("JavaScript", { incomingScript }, { scriptTimeMs: 20 });
  const map = (text: string) => made.incoming(textMessage(text), context);
  for (let i = 0; i < 3; i++)
    expect(refusalOf(() => map("loop")).text.description).toContain("took too long");

  const refusal = refusalOf(() => map("good"));
  expect(refusal.code).toBe("connectivity:message.mapping.failed");
  expect(refusal.text.description).toContain("3 times in a row");
  await sleep(1050);

  expect(map("good")).toEqual([{ is: "good" }]);
  made.close();
});

test("a script that takes too long now and then goes on", () => {
  const incomingScript =
    "function mapToDittoProtocolMsg(headers, text) { while (text === 'loop'); return { is: text } }";
  const made = mapper("JavaScript", { incomingScript }, { scriptTimeMs: 20 });

  for (let i = 0; i < 4; i++) {
    expect(() => made.incoming(textMessage("loop"), context)).toThrow(/cannot be mapped/);
    expect(made.incoming(textMessage("good"), context)).toEqual([{ is: "good" }]);
  }
  made.close();
});
