import { expect, test } from "vitest";
import { scriptPlaceOf } from "../../../src/connectivity/mapping/errors.ts";
import {
  bytesMessage,
  context,
  event,
  mapper,
  modify,
  printed,
  refusalOf,
  textMessage,
  told,
} from "./given.ts";

function incoming(body: string, message = textMessage(""), options = {}) {
  const incomingScript = `function mapToDittoProtocolMsg(headers, textPayload, bytePayload, contentType) {\n${body}\n}`;
  const made = mapper("JavaScript", { incomingScript, ...options });
  try {
    return made.incoming(message, context);
  } finally {
    made.close();
  }
}

function outgoing(body: string, message = event) {
  const made = mapper("JavaScript", {
    outgoingScript: `function mapFromDittoProtocolMsg(namespace, name, group, channel, criterion, action, path, dittoHeaders, value, status, extra) {\n${body}\n}`,
  });
  try {
    return made.outgoing(told(message));
  } finally {
    made.close();
  }
}

test("a script builds a protocol message of JSON and headers", () => {
  const body = `
    let data = JSON.parse(textPayload);
    return Ditto.buildDittoProtocolMsg('acme', headers['device_id'], 'things', 'twin', 'commands', 'modify', '/features', headers,
      { temperature: { properties: { value: parseFloat(data.temp.split(' ')[0]) } } });`;

  const mapped = incoming(
    body,
    textMessage('{"temp":"23.42 °C"}', { device_id: "d1", "content-type": "application/json" }),
  );

  expect(mapped).toEqual([
    {
      topic: "acme/d1/things/twin/commands/modify",
      path: "/features",
      headers: { device_id: "d1", "content-type": "application/json" },
      value: { temperature: { properties: { value: 23.42 } } },
    },
  ]);
});

test("a script reads bytes by a DataView", () => {
  const body =
    "var view = new DataView(bytePayload); return { t: view.getInt16(0) / 100, p: view.getInt16(2), h: view.getUint8(4) };";

  expect(incoming(body, bytesMessage([0x09, 0xef, 0x03, 0xf7, 0x2a]))).toEqual([
    { t: 25.43, p: 1015, h: 42 },
  ]);
});

test("texts come as they are, with zeros, quotes and characters beyond the first plane", () => {
  const text = 'a\u0000b"\\\n😀ü';

  expect(incoming("return { text: textPayload, length: textPayload.length };", textMessage(text))).toEqual([
    { text, length: text.length },
  ]);
});

test("a message without a payload has null for both", () => {
  expect(
    incoming("return { t: textPayload, b: bytePayload, c: contentType };", {
      headers: {},
      payload: undefined,
    }),
  ).toEqual([{ t: null, b: null, c: null }]);
});

test("null drops a message, an empty list too", () => {
  expect(incoming("return null;")).toEqual([]);
  expect(incoming("return [];")).toEqual([]);
});

test("a list stands for several messages; its holes for none", () => {
  expect(incoming("return [{ a: 1 }, , { a: 2 }];")).toEqual([{ a: 1 }, { a: 2 }]);
});

for (const given of ["undefined", "1", "'text'", "[null]", "function () {}"]) {
  test(`a script that gives ${given} fails`, () => {
    expect(refusalOf(() => incoming(`return ${given};`)).code).toBe("connectivity:message.mapping.failed");
  });
}

test("an error tells its message, line and column in the script of the operator", () => {
  const error = refusalOf(() => incoming("var a = 1;\n  null.value;"));

  expect(scriptPlaceOf(error)).toEqual({ script: "incomingScript", line: 3, column: expect.any(Number) });
  expect(error.text.description).toContain(
    "TypeError: cannot read property 'value' of null (incomingScript, line 3, column ",
  );
});

test("an error of what a script calls is told where the script called it", () => {
  const error = refusalOf(() => incoming("\nJSON.parse('{');"));

  expect(scriptPlaceOf(error)).toMatchObject({ script: "incomingScript", line: 3 });
});

test("a script that cannot be read is refused with its line", () => {
  const error = refusalOf(() => mapper("JavaScript", { incomingScript: "var a = 1;\nvar b = ;" }));

  expect(error.code).toBe("connectivity:message.mapper.config.failed");
  expect(scriptPlaceOf(error)).toMatchObject({ script: "incomingScript", line: 2 });
});

test("a script that is too long is refused", () => {
  const error = refusalOf(() =>
    mapper("JavaScript", { outgoingScript: " ".repeat(101) }, { scriptBytes: 100 }),
  );

  expect(error.code).toBe("connectivity:message.mapper.config.failed");
});

test("a script keeps what it counts from message to message", () => {
  const counting = mapper("JavaScript", {
    incomingScript: "var seen = 0; function mapToDittoProtocolMsg() { return { seen: ++seen } }",
  });

  counting.incoming(textMessage(""), context);

  expect(counting.incoming(textMessage(""), context)).toEqual([{ seen: 2 }]);
  counting.close();
});

test("the wrapper is given the whole external message", () => {
  const made = mapper("JavaScript", {
    incomingScript:
      "let mapToDittoProtocolMsgWrapper = (message) => ({ keys: Object.keys(message).sort(), type: message.contentType });",
  });

  expect(made.incoming(textMessage("", { "content-type": "text/plain" }), context)).toEqual([
    { keys: ["bytePayload", "contentType", "headers", "textPayload"], type: "text/plain" },
  ]);
  made.close();
});

test("without an incoming script payloads are protocol messages, and none is dropped", () => {
  const made = mapper("JavaScript", { outgoingScript: "function mapFromDittoProtocolMsg() { return null }" });

  expect(made.incoming(textMessage(JSON.stringify(modify)), context)).toEqual([modify]);
  expect(made.incoming({ headers: {}, payload: undefined }, context)).toEqual([]);
  made.close();
});

test("without an outgoing script protocol messages are told with all of their headers", () => {
  const made = mapper("JavaScript", { incomingScript: "function mapToDittoProtocolMsg() { return null }" });

  expect(printed(made.outgoing(told(event)))).toEqual([
    {
      headers: {
        "correlation-id": "c-2",
        "response-required": "false",
        "content-type": "application/vnd.eclipse.ditto+json",
      },
      text: JSON.stringify(event),
    },
  ]);
  made.close();
});

test("where a script has only other functions, payloads of Ditto's content type are protocol messages", () => {
  const made = mapper("JavaScript", { incomingScript: "var unused = 1;" });
  const headers = { "content-type": "application/vnd.eclipse.ditto+json" };

  expect(made.incoming(textMessage(JSON.stringify(modify), headers), context)).toEqual([modify]);
  expect(made.incoming(textMessage(JSON.stringify(modify)), context)).toEqual([]);
  made.close();
});

test("an outgoing script is given the parts of the topic and of the message", () => {
  const body = `return Ditto.buildExternalMsg({ N: 1, flag: true, list: [1], none: null },
    [namespace, name, group, channel, criterion, action, path, value, dittoHeaders['correlation-id']].join(' '), null, 'text/plain');`;

  expect(printed(outgoing(body))).toEqual([
    {
      headers: { n: "1", flag: "true", list: "[1]", "content-type": "text/plain" },
      text: "acme lamp things twin events modified /features/light/properties/on true c-2",
    },
  ]);
});

test("topics of policies have no channel", () => {
  const message = { ...event, topic: "acme/lamp/policies/announcements/subjectDeletion" };

  const [mapped] = outgoing(
    "return Ditto.buildExternalMsg({}, channel + ' ' + criterion + ' ' + action, null, 'a/b');",
    message,
  );

  expect(mapped?.payload?.text()).toBe("none announcements subjectDeletion");
});

for (const bytes of ["new Uint8Array([1, 2, 255]).buffer", "[1, 2, 255]", "new Uint8Array([1, 2, 255])"]) {
  test(`an outgoing script can give bytes as ${bytes}`, () => {
    const [, mapped] = outgoing(`
      return [Ditto.buildExternalMsg({}, 'x', null, 'a/b'), Ditto.buildExternalMsg({}, null, ${bytes}, 'a/b')];`);

    expect(mapped?.payload?.bytes()).toEqual(Buffer.from([1, 2, 255]));
  });
}

test("an outgoing message without a payload fails", () => {
  expect(refusalOf(() => outgoing("return { headers: {}, contentType: 'a/b' };")).text.description).toContain(
    "textPayload",
  );
});

test("bytes of no length are bytes", () => {
  expect(
    outgoing("return Ditto.buildExternalMsg({}, null, new ArrayBuffer(0), 'a/b');")[0]?.payload?.bytes()
      .length,
  ).toBe(0);
});

test("the helpers turn texts into bytes and back", () => {
  const body = "return { same: Ditto.arrayBufferToString(Ditto.stringToArrayBuffer(textPayload)) };";

  expect(incoming(body, textMessage("abc\u00ff"))).toEqual([{ same: "abc\u00ff" }]);
});

test("scripts can use bytebuffer.js and long.js", () => {
  const body = `
    var buffer = Ditto.asByteBuffer(bytePayload);
    return { hex: buffer.toHex(), long: buffer.readLong().toString(), max: dcodeIO.Long.MAX_VALUE.toString() };`;
  const message = bytesMessage([0, 0x20, 0, 0, 0, 0, 0, 1]);

  expect(incoming(body, message, { loadBytebufferJS: "true", loadLongJS: true })).toEqual([
    { hex: "0020000000000001", long: "9007199254740993", max: "9223372036854775807" },
  ]);
});

test("libraries can be required without being loaded", () => {
  expect(
    incoming("return { hex: require('bytebuffer').wrap(bytePayload).toHex() };", bytesMessage([1, 2])),
  ).toEqual([{ hex: "0102" }]);
});

// Scripts that were written for Rhino.

test("a variable can be used before its declaration, as in the example of Ditto's page", () => {
  const body = `
    if (contentType === 'application/json') {
      value = JSON.parse(textPayload).a + 1;
      let value = { b: value };
      return value;
    }
    return null;`;

  expect(incoming(body, textMessage('{"a":1}', { "content-type": "application/json" }))).toEqual([{ b: 2 }]);
});

test("both scripts can declare the same names", () => {
  const made = mapper("JavaScript", {
    incomingScript:
      "const prefix = 'in'; let s = /[/]let x'/; function mapToDittoProtocolMsg() { return { p: prefix, t: 'const a' } }",
    outgoingScript:
      "const prefix = 'out'; function mapFromDittoProtocolMsg() { return { textPayload: `let ` + prefix, contentType: 'a/b' } }",
  });

  expect(made.incoming(textMessage(""), context)).toMatchObject([{ t: "const a" }]);
  expect(made.outgoing(told(event))[0]?.payload?.text()).toBe("let out");
  made.close();
});

test("headers are plain objects with texts", () => {
  const body =
    "return { keys: Object.keys(headers), own: headers.hasOwnProperty('a'), text: String(headers['a']), none: headers.b === undefined };";

  expect(incoming(body, textMessage("", { a: "1" }))).toEqual([
    { keys: ["a"], own: true, text: "1", none: true },
  ]);
});

test("a payload of no bytes is an empty text and an empty buffer", () => {
  expect(incoming("return { t: textPayload, l: bytePayload.byteLength };", bytesMessage([]))).toEqual([
    { t: "", l: 0 },
  ]);
});

// What is between the server and the scripts.

const echoed = "return { t: textPayload, l: textPayload.length, b: bytePayload.byteLength };";

test("bytes that are no UTF-8 are text with something in their place, and bytes as they are", () => {
  const bytes = [0x61, 0xff, 0x62];

  expect(incoming(echoed, bytesMessage(bytes))).toEqual([{ t: "a\ufffdb", l: 3, b: 3 }]);
});

test("bytes with zeros, with characters beyond the first plane, and none are text as well", () => {
  const text = "a\u0000b😀ü";

  expect(incoming(echoed, bytesMessage([...Buffer.from(text)]))).toEqual([
    { t: text, l: text.length, b: Buffer.byteLength(text) },
  ]);
  expect(incoming(echoed, bytesMessage([]))).toEqual([{ t: "", l: 0, b: 0 }]);
});

test("headers come as they are, whatever their names are and however many lists of names there are", () => {
  const made = mapper("JavaScript", {
    incomingScript:
      "function mapToDittoProtocolMsg(headers) { return { h: headers, keys: Object.keys(headers), own: Object.getPrototypeOf(headers) === Object.prototype } }",
  });
  const lists: Record<string, string>[] = [
    {},
    { 'a"b\\': "1", "x\u2028\u0000y": "2", "}); throw 1; ({": "3" },
    Object.fromEntries([["__proto__", "evil"]]),
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`name${i}`, `value${i}`])),
    ...Array.from({ length: 30 }, (_, i) => ({ [`only${i}`]: "é\u0000😀", also: "" })),
  ];

  for (const headers of [...lists, ...lists])
    expect(made.incoming({ headers, payload: undefined }, context)).toEqual([
      { h: headers, keys: Object.keys(headers), own: true },
    ]);
  made.close();
});
