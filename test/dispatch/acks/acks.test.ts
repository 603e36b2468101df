import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../src/base/json/json.ts";
import {
  type Ack,
  acksJson,
  combinedStatus,
  timedOut,
  twinPersisted,
} from "../../../src/dispatch/acks/ack.ts";
import { awaitedInProtocol, awaitedOverHttp } from "../../../src/dispatch/acks/awaited.ts";
import { httpForm, protocolForm } from "../../../src/dispatch/acks/forms.ts";
import { customLabels } from "../../../src/dispatch/acks/labels.ts";
import type { Reply } from "../../../src/signals/reply.ts";
import type { Command, DittoHeaders } from "../../../src/signals/signal.ts";
import { command } from "./asked.ts";

const refused = (header: string) =>
  expect.objectContaining({
    code: "header.invalid",
    status: 400,
    text: expect.objectContaining({ invalidHeaderKey: header }),
  });
const withCode = (code: string) => expect.objectContaining({ code });

test("labels of the server itself are not shown to others", () => {
  expect(customLabels(["twin-persisted", "my-ack", "search-persisted", "live-response"])).toEqual(["my-ack"]);
});

describe("what is awaited", () => {
  const http = (headers: DittoHeaders, how?: Partial<Command>) => awaitedOverHttp(command(headers, how));
  const ws = (headers: DittoHeaders, how?: Partial<Command>) =>
    awaitedInProtocol(command(headers, how), false);

  test("of a write that says nothing is its response", () => {
    const unsaid = { labels: ["twin-persisted"], isTimed: false, responseRequired: true, shown: undefined };

    expect(http({})).toEqual({ ...unsaid, timeoutMs: 60_000 });
    expect(ws({})).toEqual({ ...unsaid, timeoutMs: 65_000 });
  });

  test("of a read or of a policy is the same without acknowledgements", () => {
    for (const how of [{ action: "retrieve" }, { kind: "policy" }] as const) {
      expect(http({}, how)).toMatchObject({ labels: [], responseRequired: true, shown: undefined });
      expect(ws({ timeout: "5s" }, how)).toMatchObject({ labels: [], timeoutMs: 5000, shown: undefined });
      expect(http({ "requested-acks": ["my-ack"] }, how)).toMatchObject({ labels: [], shown: ["my-ack"] });
      expect(() => http({ timeout: "0" }, how)).toThrow(refused("timeout"));
    }
  });

  test("is nothing without a response and with a timeout of zero", () => {
    const nothing = { labels: [], responseRequired: false, shown: [] };

    expect(http({ timeout: "0" })).toMatchObject(nothing);
    expect(http({ "response-required": false })).toMatchObject(nothing);
    expect(ws({ timeout: "0s", "response-required": false })).toMatchObject(nothing);
    expect(http({ "requested-acks": [], timeout: "0" })).toMatchObject(nothing);
  });

  test("is the plain response where no acknowledgement is requested", () => {
    expect(http({ "requested-acks": [] })).toMatchObject({ labels: [], responseRequired: true, shown: [] });
    expect(ws({ "requested-acks": [] })).toMatchObject({ labels: [], responseRequired: true, shown: [] });
  });

  test("is never a live response", () => {
    expect(http({ "requested-acks": ["live-response"] })).toMatchObject({ labels: [], shown: [] });
    expect(http({ "requested-acks": ["live-response", "my-ack"] })).toMatchObject({ labels: ["my-ack"] });
  });

  test("shows the labels that are not of the server", () => {
    expect(http({ "requested-acks": ["twin-persisted"] }).shown).toBeUndefined();
    expect(http({ "requested-acks": ["twin-persisted", "search-persisted"] }).shown).toBeUndefined();
    expect(http({ "requested-acks": ["twin-persisted", "my-ack"] }).shown).toEqual(["my-ack"]);
  });

  test("cannot come within no time", () => {
    for (const headers of [
      { timeout: "0", "requested-acks": ["twin-persisted"] },
      { timeout: "0", "response-required": true },
      { timeout: "0", "requested-acks": ["my-ack"], "response-required": false },
    ]) {
      expect(() => http(headers)).toThrow(refused("timeout"));
      expect(() => ws(headers)).toThrow(refused("timeout"));
    }
  });

  test("over a WebSocket cannot be acknowledgements without a response", () => {
    const headers = { "requested-acks": ["twin-persisted"], "response-required": false };

    expect(() => ws(headers)).toThrow(refused("requested-acks"));
    expect(ws(headers, { kind: "policy" })).toMatchObject({ labels: [], responseRequired: false });
    expect(http(headers)).toMatchObject({
      labels: ["twin-persisted"],
      responseRequired: false,
    });
  });

  test("over HTTP comes within a minute", () => {
    expect(http({ timeout: "60s" }).timeoutMs).toBe(60_000);
    for (const timeout of ["60001ms", "61s", "10m", "1y"])
      expect(() => http({ timeout })).toThrow(withCode("gateway:timeout.invalid"));
  });

  test("over a WebSocket is cut to 65 seconds", () => {
    expect(ws({ timeout: "64s" }).timeoutMs).toBe(64_000);
    expect(ws({ timeout: "5m" }).timeoutMs).toBe(65_000);
  });
});

describe("several acknowledgements", () => {
  const ack = (label: string, status: number, payload?: JsonValue): Ack => ({
    label,
    status,
    headers: {},
    ...(payload !== undefined && { payload }),
  });

  test("have a status of their own, unless there is but one", () => {
    expect(combinedStatus([ack("a", 201), ack("b", 204)])).toBe(200);
    expect(combinedStatus([ack("a", 201), ack("b", 300)])).toBe(424);
    expect(combinedStatus([ack("a", 408), ack("b", 408)])).toBe(424);
    expect(combinedStatus([ack("a", 408)])).toBe(408);
    expect(combinedStatus([ack("a", 299)])).toBe(299);
  });

  test("stand in a body by label, whatever it is", () => {
    const json = JSON.stringify(acksJson([ack("__proto__", 200, { a: 1 }), ack("b-b", 204)]));

    expect(json).toBe(
      '{"__proto__":{"status":200,"payload":{"a":1},"headers":{}},"b-b":{"status":204,"headers":{}}}',
    );
  });

  test("of a single label are answered over HTTP as if it were the response", () => {
    const echoed = { "correlation-id": "c", timeout: "1s" };

    expect(httpForm([ack("a", 200, { done: true })], echoed)).toEqual({
      status: 200,
      headers: { ...echoed, "response-required": "false", "content-type": "application/json" },
      body: { done: true },
    });
    expect(httpForm([ack("a", 204)], echoed)).toEqual({
      status: 204,
      headers: { ...echoed, "response-required": "false" },
      body: undefined,
    });
  });

  test("are told in the Ditto Protocol by label, even a single one", () => {
    const asked = command({ "correlation-id": "c" });
    const carried = { "correlation-id": "c", timeout: "1s", mine: "x" };
    const reply: Reply = { status: 201, value: 1, revision: 3, etag: '"hash:1"' };
    const persisted = twinPersisted(asked, reply, carried);

    expect(JSON.parse(protocolForm(asked, [persisted, timedOut("my-ack", 1000, "c")], carried))).toEqual({
      topic: "org.acme/lamp/things/twin/acks",
      headers: { ...carried, "response-required": false, "content-type": "application/json" },
      path: "/",
      value: {
        "twin-persisted": {
          status: 201,
          payload: 1,
          headers: {
            ...carried,
            "ditto-originator": "nginx:ditto",
            "entity-revision": 3,
            "response-required": false,
            etag: '"hash:1"',
          },
        },
        "my-ack": {
          status: 408,
          payload: {
            status: 408,
            error: "acknowledgement:request.timeout",
            message: "The acknowledgement did not arrive within 1000 ms.",
            description: expect.any(String),
          },
          headers: { "correlation-id": "c", "response-required": false },
        },
      },
      status: 424,
    });
    expect(JSON.parse(protocolForm(asked, [timedOut("my-ack", 1000, "c")], carried))).toMatchObject({
      value: { "my-ack": { status: 408 } },
      status: 408,
    });
  });
});
