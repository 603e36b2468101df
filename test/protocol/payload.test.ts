import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { bodyOfPayload, payloadOfBytes, payloadOfValue, valueOfPayload } from "../../src/protocol/payload.ts";
import type { Payload } from "../../src/signals/live.ts";
import { codeOf } from "../support/things.ts";

const utf8 = (text: string) => Uint8Array.from(Buffer.from(text));
const json = (value: JsonValue): Payload => ({ is: "json", value });
const text = (said: string): Payload => ({ is: "text", text: said });
const bytes = (said: string): Payload => ({ is: "bytes", bytes: utf8(said) });

describe("the value of a message is read by its content type", () => {
  const cases: readonly (readonly [type: string | undefined, value: JsonValue, read: Payload])[] = [
    ["application/json", { q: 1 }, json({ q: 1 })],
    ["application/json", "text", json("text")],
    ["application/json", null, json(null)],
    ["Application/JSON; charset=utf-8", [1], json([1])],
    ["application/vnd.acme+json", true, json(true)],
    ["application/td+json", {}, json({})],
    ["text/plain", "hello", text("hello")],
    ["text/plain;charset=utf-8", 5, text("5")],
    ["text/csv", { a: [1] }, text('{"a":[1]}')],
    ["application/javascript", "1+1", text("1+1")],
    ["application/vnd.x+ecmascript", "1", text("1")],
    ["application/octet-stream", "aGVsbG8=", bytes("hello")],
    ["application/octet-stream", "aGVsbG8", bytes("hello")],
    ["application/octet-stream", "aGVsbG8==", bytes("aGVsbG8==")],
    ["application/octet-stream", "aGVsb", bytes("aGVsb")],
    ["application/octet-stream", "hello, world", bytes("hello, world")],
    ["application/merge-patch+json", { a: 1 }, bytes('{"a":1}')],
    ["application/json-patch", "aGk=", bytes("hi")],
    [undefined, { q: 1 }, bytes('{"q":1}')],
    [undefined, "aGk=", bytes("hi")],
  ];
  test.each(cases)("%s: %j", (type, value, read) => {
    const payload = payloadOfValue(value, type);
    expect(payload && Buffer.from(bodyOfPayload(payload))).toEqual(Buffer.from(bodyOfPayload(read)));
    expect(payload?.is).toBe(read.is);
    expect(payload && valueOfPayload(payload)).toEqual(valueOfPayload(read));
  });

  test("no value is no payload", () => expect(payloadOfValue(undefined, "text/plain")).toBeUndefined());
});

describe("the body of a request is read by its content type", () => {
  test("JSON to the last digit", () => {
    const payload = payloadOfBytes(utf8('{"n":9007199254740993}'), "application/json") as Payload;
    expect(bodyOfPayload(payload)).toBe('{"n":9007199254740993}');
    expect(valueOfPayload(payload)).toEqual(parseJson('{"n":9007199254740993}'));
  });

  test("what should be JSON and is not is refused", () => {
    expect(codeOf(() => payloadOfBytes(utf8("{"), "application/json"))).toBe("json.invalid");
  });

  test("text in its charset, and one that nobody knows as UTF-8", () => {
    expect(payloadOfBytes(Uint8Array.of(0xe4), "text/plain; charset=ISO-8859-1")).toEqual(text("ä"));
    expect(payloadOfBytes(utf8("ä"), "text/plain; charset=klingon")).toEqual(text("ä"));
    expect(payloadOfBytes(utf8("ä"), "text/plain")).toEqual(text("ä"));
  });

  test("everything else as bytes, which the protocol tells in base64", () => {
    const payload = payloadOfBytes(Uint8Array.of(0, 255), "image/png") as Payload;
    expect(valueOfPayload(payload)).toBe("AP8=");
    expect(bodyOfPayload(payload)).toEqual(Uint8Array.of(0, 255));
  });

  test("an empty one is no payload", () => {
    expect(payloadOfBytes(new Uint8Array(), "application/json")).toBeUndefined();
  });
});
