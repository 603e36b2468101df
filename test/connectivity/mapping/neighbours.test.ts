// What scripts that live in the same memory learn and feel of one another.

import { expect, test } from "vitest";
import type { Mapper } from "../../../src/connectivity/mapping/mapper.ts";
import { memoryBudget } from "../../../src/connectivity/mapping/sandbox/memory-budget.ts";
import { newQuickJs } from "../../../src/connectivity/mapping/sandbox/quickjs.ts";
import { context, event, mapper, refusalOf, textMessage, told } from "./given.ts";

const counting =
  "var n = 0; function mapToDittoProtocolMsg(headers, text) { secret = 'SECRET-' + '4711'; last = text; return { n: ++n } } var secret, last;";

/** Takes all memory down to its last crumbs, but not what is named `mine`. */
const fill = `
  all = [];
  for (var size = 1 << 20; size >= 4096; size >>= 1)
    try { while (true) all.push(new ArrayBuffer(size)) } catch (e) { }
  all.length -= 2;
  all.pop();`;

const greedy = {
  bytes: `var all; function mapFromDittoProtocolMsg() {
    globalThis.mine = new ArrayBuffer(6 * 1024 * 1024);
    ${fill}
    return Ditto.buildExternalMsg({}, null, mine, 'x');
  }`,
  "a text": `var all; function mapFromDittoProtocolMsg() {
    globalThis.mine = '\\u00e9'.repeat(6 * 1024 * 1024);
    ${fill}
    var headers = {};
    Object.defineProperty(headers, 'x', { enumerable: true, get: function () { return mine } });
    return Ditto.buildExternalMsg(headers, 'x', null, 'x');
  }`,
};

test.each(Object.entries(greedy))(
  "who gives %s where no memory is left is given none of others",
  (_, outgoingScript) => {
    const neighbour = mapper("JavaScript", { incomingScript: counting });
    neighbour.incoming(textMessage("payload of a neighbour"), context);
    const attacker = mapper("JavaScript", { outgoingScript });

    const refusal = refusalOf(() => {
      const [message] = attacker.outgoing(told(event));
      throw new Error(
        message?.payload?.text().includes("4711") ? "It was given a secret." : "It was given something.",
      );
    });

    expect(refusal.code).toBe("connectivity:message.mapping.failed");
    expect(neighbour.incoming(textMessage(""), context)).toEqual([{ n: 1 }]);
    neighbour.close();
    attacker.close();
  },
);

test("no text is written over others where no memory is left for it", async () => {
  const quickJs = await newQuickJs(memoryBudget(16 * 1024 ** 2), 16 * 1024 ** 2);
  const inner = quickJs.newRuntime().newContext();
  inner.unwrapResult(inner.evalCode(`var all; ${fill} all.push(1)`)).dispose();

  expect(() => inner.evalCode(" ".repeat(200_000))).toThrow("out of memory");
  expect(inner.unwrapResult(inner.evalCode("1")).value).not.toBe(0);
});

const lies = {
  "the text of the server": "'The script needed more memory than there is for scripts.'",
  "an object with the name of such an error":
    "{ name: 'InternalError', message: 'out of memory', stack: '' }",
  "such an error": "new InternalError('out of memory')",
  "an error that time is over": "new InternalError('interrupted')",
  "a name that all objects have": "{ name: 'InternalError', message: 'constructor' }",
};

test.each(Object.entries(lies))("who throws %s tears nobody down", (_, lie) => {
  const neighbour = mapper("JavaScript", { incomingScript: counting });
  const liar = mapper("JavaScript", { incomingScript: `function mapToDittoProtocolMsg() { throw ${lie} }` });

  const seen = Array.from({ length: 4 }, () => {
    expect(() => liar.incoming(textMessage(""), context)).toThrow();
    return neighbour.incoming(textMessage(""), context)[0];
  });

  expect(seen).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  neighbour.close();
  liar.close();
});

const reasonOf = (made: Mapper) =>
  refusalOf(() => made.incoming(textMessage(""), context)).text.description ?? "";

test("who says again and again that memory was missing rests", () => {
  const liar = mapper("JavaScript", {
    incomingScript: "function mapToDittoProtocolMsg() { throw new InternalError('out of memory') }",
  });

  expect(Array.from({ length: 3 }, () => reasonOf(liar)).join()).not.toContain("in a row");
  expect(reasonOf(liar)).toContain("3 times in a row");
  liar.close();
});

test("who takes all memory again and again rests", () => {
  const attacker = mapper(
    "JavaScript",
    {
      incomingScript:
        "function mapToDittoProtocolMsg() { for (var a = []; ; ) a.push(new ArrayBuffer(1 << 20)) }",
    },
    { scriptTimeMs: 2000 },
  );

  expect(reasonOf(attacker)).toContain("more memory than there is");
  for (let i = 0; i < 2; i++) reasonOf(attacker);
  expect(reasonOf(attacker)).toContain("3 times in a row");
  attacker.close();
});
