import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Said } from "../../../src/connectivity/inbound/converse.ts";
import { type ReceiverParts, receiverOf } from "../../../src/connectivity/inbound/receiver.ts";
import { usedSources } from "../../../src/connectivity/inbound/source.ts";
import { loadMappingEngines } from "../../../src/connectivity/mapping/engines.ts";
import type { MappingLimits } from "../../../src/connectivity/mapping/mapper.ts";
import { mappingsOf } from "../../../src/connectivity/mapping/mappings.ts";
import type { Source } from "../../../src/connectivity/model.ts";
import { repliesOf } from "../../../src/connectivity/outbound/replies.ts";
import {
  acksOf,
  answerOf,
  connectionOf,
  countingMonitor,
  modifyOf,
  receivedOf,
  settle,
  sourceOf,
} from "../world.ts";

const engines = await loadMappingEngines(16 * 1024 * 1024);
const limits: MappingLimits = {
  ...{ scriptBytes: 50_000, scriptTimeMs: 500, scriptStackDepth: 25, incomingMessages: 10 },
  ...{ outgoingMessages: 10, sourceMappers: 10, targetMappers: 10 },
};

/** A source that uses every header of a message, with all mappers that need no definition, and its replies. */
function worldOf(more: Partial<Source> = {}, payloadBytes = 100_000) {
  const source = sourceOf({
    authorizationContext: ["device:{{ header:device | fn:default('x') }}"],
    headerMapping: { "reply-to": "{{ header:reply-to }}", twin: "{{ thing:id }} {{ header:constructor }}" },
    acknowledgementRequests: { includes: ["custom:ack"], filter: "fn:filter(header:qos,'ne','0')" },
    payloadMapping: ["Ditto", "RawMessage", "CloudEvents", "UpdateTwinWithLiveResponse"],
    replyTarget: {
      ...{
        enabled: true,
        address: "{{ header:reply-to }}/{{ thing:id }}",
        headerMapping: { c: "{{ header:c }}" },
      },
      expectedResponseTypes: ["response", "error", "nack"],
    },
    ...more,
  });
  const connection = connectionOf({ sources: [source] });
  const { monitor } = countingMonitor();
  const faults: unknown[] = [];
  const said: Said[] = [];
  const published: string[] = [];
  const mappings = mappingsOf(connection, engines, limits);
  const onFault = (error: unknown) => void faults.push(error);
  const replies = repliesOf({
    ...{ connection, mappings, targets: [], monitor, divert: () => false, onFault },
    publish: async (_, { address }) => {
      published.push(address);
      return { status: 204 };
    },
  });
  const acks = acksOf();
  const parts: ReceiverParts = {
    ...{ connectionId: "bridge", mappings, monitor, onFault, onAnswer: replies.answer },
    limits: { most: 1000, lifetimeMs: 1000, payloadBytes },
    sources: usedSources(connection),
    peerOf: ({ declaredAcks }) => ({
      ...{ connectionId: "bridge", origin: acks, acks, declaredAcks, settlesByAcks: true },
      ...{ tell: () => undefined, onGone: () => () => undefined },
    }),
    async converse(one) {
      said.push(one);
      return answerOf(204);
    },
  };
  return { receiver: receiverOf(parts, vi.fn()), said, faults, published };
}

const name = fc.constantFrom(
  ...[
    "__proto__",
    "constructor",
    "tostring",
    "correlation-id",
    "requested-acks",
    "response-required",
    "timeout",
  ],
  ...["reply-to", "content-type", "device", "divert-response-to-connection", "channel", "", "\0", "ä"],
);
const text = fc.oneof(
  fc.string(),
  fc.constantFrom("\ud800", "application/vnd.eclipse.ditto+json;charset=none", "[", "0s"),
);
const externalHeaders = fc.dictionary(name, text);
const message = fc.oneof(
  fc.string(),
  fc.json({ maxDepth: 3 }),
  fc
    .record(
      {
        topic: fc.oneof(
          fc.constantFrom(
            "a/b/things/twin/commands/modify",
            "_/_/things/twin/search/subscribe",
            "a/b/things/live/messages/x",
          ),
          fc.constantFrom(
            "a/b/things/twin/acks/l:x",
            "a/b/policies/commands/create",
            "//things//",
            "a/b/things/twin/errors",
          ),
          fc.string(),
        ),
        headers: fc.oneof(fc.dictionary(name, fc.jsonValue({ maxDepth: 2 })), fc.jsonValue({ maxDepth: 1 })),
        path: fc.oneof(
          fc.constantFrom("/", "/features/~2/x", "/inbox/messages/x"),
          fc.jsonValue({ maxDepth: 1 }),
        ),
        value: fc.jsonValue({ maxDepth: 2 }),
        status: fc.jsonValue({ maxDepth: 1 }),
      },
      { requiredKeys: [] },
    )
    .map((json) => JSON.stringify(json)),
);

describe("whatever a broker sends", () => {
  test("is settled once, is answered without a fault, and does not end anything", async () => {
    await fc.assert(
      fc.asyncProperty(message, externalHeaders, async (body, headers) => {
        const { receiver, faults } = worldOf();
        const received = receivedOf(body, headers);
        receiver.received(0, received);
        await settle();
        receiver.close();
        expect(faults).toEqual([]);
        expect(received.settled).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  test("a header __proto__ says nothing of other headers", async () => {
    const { receiver, said } = worldOf({ payloadMapping: [] });
    const hostile = `{"__proto__":{"response-required":false,"requested-acks":["a:b"],"correlation-id":"stolen"}}`;
    receiver.received(
      0,
      receivedOf(JSON.stringify(modifyOf()).replace('"headers":{}', `"headers":${hostile}`)),
    );
    await settle();

    const headers = said[0]?.message.headers as JsonObject;
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect(headers["correlation-id"]).not.toBe("stolen");
    expect(headers["response-required"]).toBeUndefined();
  });

  test("that is longer than the operator allows is refused before it is read", async () => {
    const { receiver, said, faults } = worldOf({}, 10);
    const received = receivedOf(modifyOf());
    receiver.received(0, received);
    await settle();

    expect(said).toEqual([]);
    expect(faults).toEqual([]);
    expect(received.settled).toEqual(["accept"]);
  });

  test("a few long messages are as much as many short ones: no more are taken", async () => {
    const long = {
      text: () => JSON.stringify(modifyOf()),
      bytes: () => Buffer.alloc(0),
      isText: true,
      length: 40 * 1024 ** 2,
    };
    const slow = worldOf({ payloadMapping: [] }, 1e9);
    const took = [1, 2].map(() => slow.receiver.received(0, { ...receivedOf(modifyOf()), payload: long }));

    expect(took).toEqual([true, false]);
    slow.receiver.close();
  });

  test.each([
    ["nested arrays", "[".repeat(200_000)],
    ["nested objects", '{"a":'.repeat(100_000)],
    ["a number of many digits", `{"topic":${"9".repeat(100_000)}}`],
    ["a topic of slashes", JSON.stringify({ ...modifyOf(), topic: "/".repeat(90_000) })],
    ["a path of slashes", JSON.stringify({ ...modifyOf(), path: "/".repeat(90_000) })],
    ["escapes", JSON.stringify({ ...modifyOf(), path: "~".repeat(90_000) })],
  ])("%s take no time", async (_, body) => {
    const { receiver, faults } = worldOf({}, 10_000_000);
    const received = receivedOf(body);
    const started = performance.now();
    receiver.received(0, received);
    await settle();

    expect(performance.now() - started).toBeLessThan(500);
    expect(faults).toEqual([]);
    expect(received.settled).toHaveLength(1);
  });

  test.each(["content-type", "reply-to", "correlation-id", "device", "ce-id"])(
    "a long header %s takes no time",
    async (header) => {
      for (const part of ["a", "/", "+", ";", ";charset=", "{{", "\\", "application/+", " "]) {
        const { receiver, faults } = worldOf({}, 10_000_000);
        const received = receivedOf(modifyOf(), { [header]: part.repeat(100_000) });
        const started = performance.now();
        receiver.received(0, received);
        await settle();
        expect(performance.now() - started).toBeLessThan(500);
        expect(faults).toEqual([]);
        expect(received.settled).toHaveLength(1);
      }
    },
  );
});
