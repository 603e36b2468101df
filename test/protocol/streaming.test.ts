import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { readEnvelope } from "../../src/protocol/envelope.ts";
import { printToldHeaders } from "../../src/protocol/headers.ts";
import {
  printPast,
  printPastEvent,
  printStreaming,
  printStreamingFailed,
  readStreamingCommand,
} from "../../src/protocol/streaming.ts";
import { parseTopic, type StreamingTopic } from "../../src/protocol/topic.ts";
import type { EntityEvent } from "../../src/signals/signal.ts";
import { thingNotFound } from "../../src/things/errors.ts";
import { readLines } from "../replay/recording.ts";
import { codeOf } from "../support/things.ts";

const read = (action: string, value?: JsonValue, path = "/") => {
  const topic = `org.acme/lamp/things/twin/streaming/${action}`;
  const envelope = readEnvelope({ topic, path, ...(value !== undefined && { value }) });
  return readStreamingCommand(envelope, parseTopic(topic) as StreamingTopic);
};
const subscribe = "subscribeForPersistedEvents";
const noon = Date.UTC(2026, 0, 2, 12);

describe("what a client asks of the past is read", () => {
  test("with revisions, times and a filter", () => {
    const asked = {
      ...{ fromHistoricalRevision: -5, toHistoricalRevision: 0, filter: "exists(attributes)" },
      ...{ fromHistoricalTimestamp: "2026-01-02T12:00:00Z", toHistoricalTimestamp: "2026-01-02T12:00:01Z" },
    };
    expect(read(subscribe, asked, "/attributes")).toEqual({
      action: subscribe,
      past: {
        ...{ fromRevision: -5, toRevision: 0, filter: "exists(attributes)", path: ["attributes"] },
        ...{ fromTimestamp: noon + 1, toTimestamp: noon + 999 },
      },
    });
  });

  test("without any of them, where null counts as nothing", () => {
    const nothing = { action: subscribe, past: { path: [] } };
    expect(read(subscribe)).toEqual(nothing);
    expect(read(subscribe, null)).toEqual(nothing);
    expect(read(subscribe, { fromHistoricalRevision: null, filter: null })).toEqual(nothing);
  });

  test("with a revision beyond what there can be", () => {
    const most = parseJson('{"toHistoricalRevision":9223372036854775807}');
    expect(read(subscribe, most)).toMatchObject({ past: { toRevision: Number.MAX_SAFE_INTEGER } });
  });

  test("as requests and cancellations of what was begun", () => {
    const subscriptionId = "0";
    expect(read("request", { subscriptionId, demand: 25 })).toEqual({
      action: "request",
      subscriptionId,
      demand: 25,
    });
    expect(read("request", { subscriptionId })).toEqual({ action: "request", subscriptionId, demand: 0 });
    expect(read("cancel", { subscriptionId })).toEqual({ action: "cancel", subscriptionId });
  });

  const refused: readonly (readonly [action: string, value: JsonValue | undefined, code: string])[] = [
    [subscribe, [], "json.invalid"],
    [subscribe, { fromHistoricalRevision: "1" }, "json.invalid"],
    [subscribe, { toHistoricalRevision: 1.5 }, "json.invalid"],
    [subscribe, { fromHistoricalTimestamp: "yesterday" }, "json.invalid"],
    [subscribe, { toHistoricalTimestamp: 5 }, "json.invalid"],
    [subscribe, { filter: {} }, "json.invalid"],
    ["request", undefined, "json.field.missing"],
    ["request", { demand: 1 }, "json.field.missing"],
    ["request", { subscriptionId: 0 }, "json.invalid"],
    ["request", { subscriptionId: "0", demand: "1" }, "json.invalid"],
    ["cancel", {}, "json.field.missing"],
  ];
  test.each(refused)("%s with %j is refused", (action, value, code) => {
    expect(codeOf(() => read(action, value))).toBe(code);
  });
});

describe("what Ditto told in the recording is printed as it was", () => {
  const of = { kind: "thing", id: "org.golden.ws:e1" } as const;
  const told = (readLines("ws-search.jsonl") as readonly { readonly server?: JsonObject }[])
    .map(({ server }) => server)
    .filter((message) => String(message?.topic).includes("/streaming/")) as unknown as Told[];
  interface Told {
    readonly topic: string;
    readonly headers: JsonObject;
    readonly value: { readonly subscriptionId: string; readonly item?: Told & Recorded };
  }
  interface Recorded {
    readonly path: string;
    readonly revision: number;
    readonly timestamp: string;
    readonly value: JsonValue;
  }

  const print = ({ topic, headers, value: { subscriptionId, item } }: Told): string => {
    const told = printToldHeaders(headers);
    if (!item)
      return printStreaming(of, topic.endsWith("created") ? "created" : "complete", subscriptionId, told);
    const { revision, path, timestamp, value } = item;
    const event = {
      ...{ ...of, revision, path: path.split("/").filter((key) => key !== ""), value: value as JsonValue },
      ...{ action: item.topic.split("/").at(-1), timestamp: Date.parse(timestamp), headers: {} },
    } as EntityEvent;
    const asked = { "correlation-id": item.headers["correlation-id"] as string };
    const printed = printPastEvent({ event, historicalHeaders: {} }, asked, { subjects: ["nginx:ditto"] });
    return printPast(of, subscriptionId, printed, told);
  };
  /** Ditto's times have nanoseconds. */
  const inMilliseconds = (message: Told): unknown =>
    JSON.parse(JSON.stringify(message).replace(/(\.\d{3})\d{6}Z/, "$1Z"));

  test("and there are some", () => expect(told).toHaveLength(5));
  test.each(told)("%j", (message) => expect(JSON.parse(print(message))).toEqual(inMilliseconds(message)));
});

test("a refusal is told with its error, of a policy on the topic of policies", () => {
  const text = printStreamingFailed({ kind: "policy", id: "a:b" }, "7", thingNotFound("a:b"), '{"x":1}');
  expect(JSON.parse(text)).toEqual({
    topic: "a/b/policies/streaming/failed",
    headers: { x: 1 },
    path: "/",
    value: {
      subscriptionId: "7",
      error: expect.objectContaining({ error: "things:thing.notfound", status: 404 }),
    },
  });
});

test("an event of the past tells the headers that history kept, and none for acknowledgements", () => {
  const event: EntityEvent = {
    ...{ kind: "thing", id: "a:b", action: "deleted", path: ["attributes"], revision: 3 },
    ...{ timestamp: noon, headers: {} },
  };
  const asked = { "correlation-id": "c", "content-type": "application/json", "requested-acks": ["my-ack"] };
  const historicalHeaders = { "ditto-originator": "acme:other" };
  expect(JSON.parse(printPastEvent({ event, historicalHeaders }, asked, { subjects: ["acme:me"] }))).toEqual({
    topic: "a/b/things/twin/events/deleted",
    headers: {
      "correlation-id": "c",
      "ditto-originator": "acme:me",
      "historical-headers": historicalHeaders,
      "response-required": false,
      "entity-revision": 3,
    },
    ...{ path: "/attributes", revision: 3, timestamp: "2026-01-02T12:00:00.000Z" },
  });
});
