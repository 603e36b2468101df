// The tables of the basic-acknowledgements page, and where Ditto's source says more than they do.

import { describe, expect, test } from "vitest";
import { awaitsOthers } from "../../../src/dispatch/acks/awaited.ts";
import {
  awaitedLiveInProtocol,
  awaitedLiveOverHttp,
  claimTimeouts,
  liveCommandTimeouts,
  messageTimeouts,
} from "../../../src/dispatch/acks/awaited-live.ts";
import type { DittoHeaders } from "../../../src/signals/signal.ts";
import { codeOf } from "../../support/things.ts";

const http = (headers: DittoHeaders) => awaitedLiveOverHttp({ headers }, liveCommandTimeouts);
const ws = (headers: DittoHeaders) => awaitedLiveInProtocol({ says: "message", headers }, false);
const outcomeOf = (read: typeof http, headers: DittoHeaders): string => {
  const refusal = codeOf(() => read(headers));
  if (refusal !== "none") return refusal;
  const awaited = read(headers);
  if (!awaited.responseRequired) return awaited.labels.length > 0 ? "accepted after acks" : "accepted";
  return awaitsOthers(awaited) ? "acks" : "response";
};

const refused = "header.invalid";
const some = ["live-response", "my-ack"];
// response-required, requested-acks, timeout: by HTTP, by WebSocket
const table: readonly (readonly [boolean, readonly string[], string, string, string])[] = [
  [false, [], "0", "accepted", "accepted"],
  [false, [], "5s", "accepted", "accepted"],
  [false, some, "0", refused, refused],
  [false, some, "5s", "accepted after acks", refused],
  [true, [], "0", refused, refused],
  [true, [], "5s", "response", "response"],
  [true, some, "0", refused, refused],
  [true, some, "5s", "acks", "acks"],
];
test.each(table)(
  "response-required %s, acks %s and timeout %s",
  (required, labels, timeout, byHttp, byWs) => {
    const headers = { "response-required": required, "requested-acks": labels, timeout };

    expect([outcomeOf(http, headers), outcomeOf(ws, headers)]).toEqual([byHttp, byWs]);
  },
);

// requested-acks, response-required (absent: undefined) → what is awaited
const labels: readonly (readonly [readonly string[] | undefined, boolean | undefined, readonly string[]])[] =
  [
    [undefined, undefined, ["live-response"]],
    [undefined, true, ["live-response"]],
    [undefined, false, []],
    [[], undefined, []],
    [["my-ack"], undefined, ["my-ack", "live-response"]],
    [["my-ack"], true, ["my-ack", "live-response"]],
    [["my-ack"], false, ["my-ack"]],
    [["live-response", "my-ack"], true, ["live-response", "my-ack"]],
    [["live-response", "my-ack"], false, ["my-ack"]],
    [["live-response"], false, []],
    // Labels of the twin are taken out, and then nothing is added or removed.
    [["twin-persisted"], undefined, []],
    [["twin-persisted", "my-ack"], true, ["my-ack"]],
    [["search-persisted", "live-response"], false, ["live-response"]],
  ];
test.each(labels)(
  "of the labels %s with response-required %s are awaited %s",
  (requested, required, awaited) => {
    const headers = {
      ...(requested && { "requested-acks": requested }),
      ...(required !== undefined && { "response-required": required }),
    };

    expect(http(headers).labels).toEqual(awaited);
  },
);

describe("what is awaited of a live signal", () => {
  test("is its answer, where nothing is said", () => {
    const unsaid = { labels: ["live-response"], isTimed: false, responseRequired: true, shown: undefined };

    expect(http({})).toEqual({ ...unsaid, timeoutMs: 60_000 });
    expect(ws({})).toEqual({ ...unsaid, timeoutMs: 65_000 });
    expect(ws({})).toBe(ws({}));
  });

  test("is nothing within no time", () => {
    const nothing = { labels: [], responseRequired: false, isTimed: true, shown: [] };

    expect(http({ timeout: "0" })).toMatchObject(nothing);
    expect(ws({ timeout: "0s" })).toMatchObject(nothing);
  });

  test("shows only the labels that are not of the server", () => {
    expect(http({ "requested-acks": ["live-response"] }).shown).toBeUndefined();
    expect(http({ "requested-acks": some }).shown).toEqual(["my-ack"]);
    expect(http({ "response-required": false }).shown).toEqual([]);
  });

  test("is never anything of an event", () => {
    const event = (headers: DittoHeaders) => awaitedLiveInProtocol({ says: "live-event", headers }, false);
    const nothing = { labels: [], responseRequired: false, isTimed: false, timeoutMs: 65_000 };

    expect(event({})).toEqual({ ...nothing, shown: undefined });
    expect(event({ "requested-acks": ["my-ack"], timeout: "5s" })).toEqual({ ...nothing, shown: ["my-ack"] });
    expect(codeOf(() => event({ timeout: "0" }))).toBe(refused);
  });

  test("is waited for as long as the sender says, within the limits of its door", () => {
    const limited = (timeout: string, limit = liveCommandTimeouts) => {
      const read = () => awaitedLiveOverHttp({ headers: { timeout } }, limit);
      const refusal = codeOf(read);
      return refusal === "none" ? read().timeoutMs : refusal;
    };

    expect(limited("300ms")).toBe(300);
    expect(limited("60001ms")).toBe("gateway:timeout.invalid");
    expect(limited("60999ms", messageTimeouts)).toBe(60_000);
    expect(limited("61s", messageTimeouts)).toBe("timeout.invalid");
    expect(limited("10m", claimTimeouts)).toBe(60_000);
    expect(limited("601s", claimTimeouts)).toBe("timeout.invalid");
    expect(ws({ timeout: "10m" }).timeoutMs).toBe(65_000);
  });
});
