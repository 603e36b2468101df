import { describe, expect, test } from "vitest";
import type { Publication } from "../../../src/connectivity/connectors/connector.ts";
import { textPayload } from "../../../src/connectivity/external-message.ts";
import type { Request } from "../../../src/connectivity/inbound/request.ts";
import type { Connection, ReplyTarget, ResponseType } from "../../../src/connectivity/model.ts";
import { exitOf, publishBy } from "../../../src/connectivity/outbound/outlet.ts";
import { paceOf } from "../../../src/connectivity/outbound/pace.ts";
import { type Diverted, repliesOf, typeOf } from "../../../src/connectivity/outbound/replies.ts";
import { usedTargets } from "../../../src/connectivity/outbound/target.ts";
import {
  answerOf,
  bodyOf,
  connectionOf,
  countingMonitor,
  mappingsWith,
  settle,
  sourceOf,
  targetOf,
} from "../world.ts";

const replyTarget = (more: Partial<ReplyTarget> = {}): ReplyTarget => ({
  ...{ enabled: true, address: "reply/{{ header:correlation-id }}", headerMapping: {} },
  expectedResponseTypes: ["response", "error"],
  ...more,
});

function worldOf(more: Partial<Connection>, takes = true, pace = paceOf(10)) {
  const published: Publication[] = [];
  const diverted: [string, Diverted][] = [];
  const { monitor, counts } = countingMonitor();
  const connection = connectionOf(more);
  const mappings = mappingsWith({
    shout: { outgoing: (message) => [{ headers: {}, payload: { ...textOf(message.text().toUpperCase()) } }] },
    dropping: { outgoing: () => [] },
  });
  const replies = repliesOf({
    ...{ connection, mappings, monitor, pace, targets: usedTargets(connection, monitor) },
    onFault(error) {
      throw error;
    },
    async publish(_key, publication) {
      published.push(publication);
      return { status: 204 };
    },
    divert(to, what) {
      diverted.push([to, what]);
      return takes;
    },
  });
  return { replies, published, diverted, counts };
}

const textOf = (text: string) => textPayload(text);
const request = (more: Partial<Request> = {}): Request => ({
  ...{ source: 0, mapper: undefined, headers: { "correlation-id": "c" }, subjects: ["device"] },
  spoken: { kind: "thing", id: "org.acme:lamp" },
  ...more,
});
const withReply = (more: Partial<ReplyTarget> = {}) => ({
  sources: [sourceOf({ replyTarget: replyTarget(more) })],
});

describe("an answer", () => {
  test("that comes, or still waits, when the connection is closed is noted as dropped", async () => {
    const pace = paceOf(10);
    const { replies, published, counts } = worldOf(withReply(), true, pace);
    const end = performance.now() + 30;
    const busy = () => {
      while (performance.now() < end);
    };
    pace.take(busy, () => undefined);
    replies.answer(request(), answerOf(204));

    pace.close();
    replies.answer(request(), answerOf(204));

    await settle();
    expect(published).toEqual([]);
    expect(counts).toEqual({ "response dispatched success": 2, "response dropped failure": 2 });
  });

  test("goes to the reply target of its source", async () => {
    const { replies, published, counts } = worldOf(
      withReply({ headerMapping: { about: "{{ thing:name }}" } }),
    );
    replies.answer(request(), answerOf(204));
    await settle();
    expect(published).toMatchObject([{ address: "reply/c", message: { headers: { about: "lamp" } } }]);
    expect(bodyOf((published[0] as Publication).message).status).toBe(204);
    expect(counts).toEqual({
      "response dispatched success": 1,
      "response mapped success": 1,
      "response published success": 1,
    });
  });

  test("is mapped by the mapper that its question came by", async () => {
    const { replies, published, counts } = worldOf(withReply());
    replies.answer(request({ mapper: "shout" }), answerOf(204));
    replies.answer(request({ mapper: "dropping" }), answerOf(204));
    await settle();
    expect(published.map(({ message }) => message.payload?.text().slice(0, 8))).toEqual(['{"TOPIC"']);
    expect(counts["response dropped success"]).toBe(1);
  });

  test("goes nowhere without a reply target, or without a value of its address", async () => {
    const none = worldOf({ sources: [sourceOf()] });
    const disabled = worldOf(withReply({ enabled: false }));
    const unresolved = worldOf(withReply({ address: "{{ header:reply-to }}" }));
    for (const { replies } of [none, disabled, unresolved]) replies.answer(request(), answerOf(204));
    await settle();
    for (const { published, counts } of [none, disabled, unresolved]) {
      expect(published).toEqual([]);
      expect(counts).toMatchObject({ "response dispatched success": 1, "response dropped success": 1 });
    }
  });

  const nack = { type: "acknowledgement", statuses: [200, 404] } as const;
  const ack = { type: "acknowledgement", statuses: [200, 204] } as const;
  const types: readonly (readonly [string, ReturnType<typeof answerOf>, ResponseType])[] = [
    ["a response", answerOf(200), "response"],
    ["an error", answerOf(404), "error"],
    ["acknowledgements that all succeeded", answerOf(200, ack), "response"],
    ["acknowledgements of which one failed", answerOf(424, nack), "nack"],
    ["one acknowledgement that failed", answerOf(503, { type: "acknowledgement" }), "nack"],
  ];
  for (const [name, answer, type] of types) {
    test(`that is ${name} is expected as '${type}' only`, async () => {
      expect(typeOf(answer)).toBe(type);
      const all: ResponseType[] = ["response", "error", "nack"];
      for (const expected of all) {
        const { replies, published } = worldOf(withReply({ expectedResponseTypes: [expected] }));
        replies.answer(request(), answer);
        await settle();
        expect(published).toHaveLength(expected === type ? 1 : 0);
      }
    });
  }

  test("that is a failure is counted as one when it is dispatched", () => {
    const { replies, counts } = worldOf(withReply());
    replies.answer(request(), answerOf(404));
    expect(counts["response dispatched failure"]).toBe(1);
  });

  test("of a search goes where answers of the source go", async () => {
    const { replies, published } = worldOf(withReply({ address: "reply" }));
    replies.tell(0, '{"topic":"_/_/things/twin/search/next","path":"/"}');
    await settle();
    expect(published).toMatchObject([{ address: "reply" }]);
  });
});

describe("diversion", () => {
  const source = { "is-diversion-source": "true" };
  const asks = request({ divertTo: "other" });

  test("sends an answer to another connection instead", async () => {
    const { replies, published, diverted } = worldOf({ ...withReply(), specificConfig: source });
    replies.answer(asks, answerOf(204));
    await settle();
    expect(diverted).toMatchObject([["other", { from: "bridge" }]]);
    expect(published).toEqual([]);
  });

  test("keeps it as well where the connection says so, or nobody takes it", async () => {
    const preserving = { ...source, "preserve-normal-response-via-source": "true" };
    const worlds = [
      worldOf({ ...withReply(), specificConfig: preserving }),
      worldOf({ ...withReply(), specificConfig: source }, false),
    ];
    for (const { replies, published, diverted } of worlds) {
      replies.answer(asks, answerOf(204));
      await settle();
      expect([diverted.length, published.length]).toEqual([1, 1]);
    }
  });

  test("is only for connections that are configured so, other ones, and the types that were named", () => {
    const closed = worldOf(withReply());
    closed.replies.answer(asks, answerOf(204));
    const { replies, diverted } = worldOf({ ...withReply(), specificConfig: source });
    replies.answer(request({ divertTo: "bridge" }), answerOf(204));
    replies.answer(request({ divertTo: "other", divertTypes: "error, nack" }), answerOf(204));
    replies.answer(request({ divertTo: "other", divertTypes: "error, nack" }), answerOf(400));
    expect(closed.diverted).toEqual([]);
    expect(diverted).toHaveLength(1);
  });

  const authorized = { "is-diversion-target": "true", "authorized-connections-as-sources": "a, source" };
  const targets = [
    targetOf({ address: "first/{{ thing:id }}", topics: [] }),
    targetOf({ address: "second", topics: [] }),
  ];

  test("is published at the target in the place of the source, or at the only one", async () => {
    const two = worldOf({ targets, specificConfig: authorized });
    const one = worldOf({ targets: targets.slice(0, 1), specificConfig: authorized });
    for (const { replies } of [two, one])
      replies.diverted({ from: "source", request: request({ source: 1 }), answer: answerOf(204) });
    await settle();
    expect(two.published).toMatchObject([{ address: "second" }]);
    expect(one.published).toMatchObject([{ address: "first/org.acme:lamp" }]);
    const { headers } = bodyOf((one.published[0] as Publication).message) as { headers: object };
    expect(headers).toMatchObject({ "diverted-response-from-connection": "source" });
  });

  test("takes nothing of connections that are not authorized", async () => {
    const { replies, published } = worldOf({ targets, specificConfig: authorized });
    replies.diverted({ from: "stranger", request: request(), answer: answerOf(204) });
    await settle();
    expect(published).toEqual([]);
  });
});

describe("the way out", () => {
  const publication: Publication = {
    address: "a",
    qos: undefined,
    message: { headers: {}, payload: undefined },
  };

  test("holds so many messages and refuses more", async () => {
    const ends: (() => void)[] = [];
    const exit = exitOf(
      { publish: () => new Promise((resolve) => ends.push(() => resolve({ status: 204 }))) },
      2,
    );
    const first = [exit.publish(publication), exit.publish(publication)];
    await expect(exit.publish(publication)).rejects.toMatchObject({
      code: "connectivity:message.sending.failed",
      status: 503,
    });
    for (const end of ends) end();
    await Promise.all(first);
    void exit.publish(publication);
    expect(ends).toHaveLength(3);
  });

  test("is the same client for one entity, and several for many", async () => {
    const used = [0, 0, 0];
    const exits = used.map((_, i) => ({
      async publish() {
        used[i] = (used[i] as number) + 1;
        return { status: 204 };
      },
    }));
    const publish = publishBy(() => exits);
    for (let i = 0; i < 10; i++) await publish("org.acme:lamp", publication);
    expect(used.filter((count) => count > 0)).toEqual([10]);
    for (let i = 0; i < 100; i++) await publish(`org.acme:lamp-${i}`, publication);
    expect(used.every((count) => count > 0)).toBe(true);
    await expect(publishBy(() => [])("k", publication)).rejects.toMatchObject({ status: 503 });
  });
});
