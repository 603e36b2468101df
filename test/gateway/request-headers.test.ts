// Which headers of an HTTP request become those of a command.

import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { checkSubjects, requestHeaders } from "../../src/gateway/http/request-headers.ts";
import { codeOf } from "../support/things.ts";

const MAX = 5_120;

function read(
  headers: Record<string, string>,
  { method = "PUT", query = "", raw = Object.entries(headers).flat() } = {},
) {
  const incoming = { headers, rawHeaders: raw, method } as unknown as IncomingMessage;
  return requestHeaders(incoming, query === "" ? undefined : new URLSearchParams(query), MAX);
}

describe("a command that writes takes along", () => {
  test("the headers that the server reads, by their types, and those that it does not know", () => {
    expect(
      read({
        host: "h",
        "x-mine": "1",
        "user-agent": "test",
        "correlation-id": "c",
        "response-required": "false",
        "at-historical-revision": "3",
      }),
    ).toEqual({
      host: "h",
      "x-mine": "1",
      "user-agent": "test",
      "correlation-id": "c",
      "response-required": false,
      "at-historical-revision": 3,
    });
  });

  test("neither credentials nor what speaks of the connection or the body, nor Ditto's own headers", () => {
    const headers = {
      authorization: "Basic x",
      cookie: "a=b",
      connection: "close",
      "accept-encoding": "gzip",
      "content-type": "application/json",
      "content-length": "2",
      "ditto-originator": "somebody:else",
      "correlation-id": "c",
    };
    expect(read(headers)).toEqual({ "correlation-id": "c" });
  });

  test("UTF-8 as it was meant", () => {
    const sent = Buffer.from("größer €").toString("latin1");
    expect(read({ "x-mine": sent, condition: sent })).toMatchObject({
      "x-mine": "größer €",
      condition: "größer €",
    });
  });

  test("a header called __proto__ as plain data", () => {
    const headers = JSON.parse('{"__proto__":"x","correlation-id":"c"}') as Record<string, string>;
    expect(Object.keys(read(headers))).toEqual(["__proto__", "correlation-id"]);
  });
});

test("a retrieve takes along only what the server reads", () => {
  const headers = { host: "h", "x-mine": "1", accept: "application/json", "correlation-id": "c" };
  expect(read(headers, { method: "GET" })).toEqual({ accept: "application/json", "correlation-id": "c" });
});

describe("the correlation ID", () => {
  test("is made when absent", () => {
    expect(read({})["correlation-id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  test("may come as x-correlation-id, which counts less", () => {
    expect(read({ "x-correlation-id": "x" })["correlation-id"]).toBe("x");
    expect(read({ "x-correlation-id": "x", "correlation-id": "c" })["correlation-id"]).toBe("c");
    expect(codeOf(() => read({ "x-correlation-id": "" }))).toBe("header.invalid");
  });
});

describe("query parameters that count as headers", () => {
  test("are those of Ditto's configuration, and policy-view", () => {
    const query = [
      "accept=a/b&channel=twin&correlation-id=c&requested-acks=twin-persisted&declared-acks=my-ack",
      "response-required=true&timeout=1&live-channel-timeout-strategy=fail&allow-policy-lockout=true",
      "condition=exists(thingId)&at-historical-revision=2&at-historical-timestamp=2022-10-24T03:11:15Z",
      "dry-run=false&policy-view=original&if-match=nonsense&put-metadata=[]&if-equal=skip&x-mine=1&fields=thingId",
    ].join("&");

    expect(read({}, { query })).toEqual({
      accept: "a/b",
      channel: "twin",
      "correlation-id": "c",
      "requested-acks": ["twin-persisted"],
      "declared-acks": ["my-ack"],
      "response-required": true,
      timeout: "1",
      "live-channel-timeout-strategy": "fail",
      "allow-policy-lockout": true,
      condition: "exists(thingId)",
      "at-historical-revision": 2,
      "at-historical-timestamp": Date.parse("2022-10-24T03:11:15Z"),
      "dry-run": false,
      "policy-view": "original",
    });
  });

  test("may repeat what the header says, but not contradict it", () => {
    expect(read({ "response-required": "true" }, { query: "response-required=true" })).toMatchObject({
      "response-required": true,
    });
    expect(codeOf(() => read({ timeout: "1" }, { query: "timeout=2" }))).toBe(
      "gateway:duplicate.header.field",
    );
  });
});

describe("refused are", () => {
  test("what a request of any kind says of timeouts, acknowledgements and metadata, if it makes no sense", () => {
    const code = (headers: Record<string, string>) => codeOf(() => read(headers, { method: "GET" }));
    expect(code({ timeout: "soon" })).toBe("timeout.invalid");
    expect(code({ "requested-acks": "?" })).toBe("header.invalid");
    expect(code({ "put-metadata": '[{"key":"a"}]' })).toBe("header.invalid");
  });

  test("headers that are given twice, but not cookies", () => {
    const twice = (name: string) => [name, "1", name.toUpperCase(), "1"];
    expect(codeOf(() => read({ "x-mine": "1, 1" }, { raw: twice("x-mine") }))).toBe(
      "gateway:duplicate.header.field",
    );
    expect(codeOf(() => read({ "if-match": '"1", "1"' }, { raw: twice("if-match") }))).toBe(
      "gateway:duplicate.header.field",
    );
    expect(() => read({ cookie: "1; 1" }, { raw: twice("cookie") })).not.toThrow();
  });

  test("more headers than the limit, by those that matter", () => {
    expect(codeOf(() => read({ "x-mine": "x".repeat(MAX) }))).toBe("headers.too.large");
    expect(codeOf(() => read({ "x-mine": "x".repeat(MAX) }, { method: "GET" }))).toBe("headers.too.large");
    expect(() => read({ cookie: "x".repeat(MAX) })).not.toThrow();
    expect(() => read({ "x-mine": "x".repeat(MAX - 6) })).not.toThrow();
  });

  test("more subjects than the limit", () => {
    expect(() => checkSubjects(["a:b", "a:c"], 2)).not.toThrow();
    expect(codeOf(() => checkSubjects(["a:b", "a:c"], 1))).toBe("headers.too.large");
  });
});
