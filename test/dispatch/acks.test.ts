import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { invalidJson } from "../../src/base/json/errors.ts";
import type { JsonValue } from "../../src/base/json/json.ts";
import { type Ack, acksJson, combinedStatus, timedOut, twinPersisted } from "../../src/dispatch/acks/ack.ts";
import { type AwaitedAcks, awaitedOverHttp, awaitedOverWebSocket } from "../../src/dispatch/acks/awaited.ts";
import { Deadlines } from "../../src/dispatch/acks/deadlines.ts";
import { httpForm, protocolForm } from "../../src/dispatch/acks/forms.ts";
import { customLabels, labelsOfText, labelsOfValue } from "../../src/dispatch/acks/labels.ts";
import { type Feed, type Outcome, outcomeOf, type Waiting } from "../../src/dispatch/acks/outcome.ts";
import { durationMs, httpTimeoutMs } from "../../src/dispatch/acks/timeout.ts";
import type { Reply } from "../../src/signals/reply.ts";
import type { Command, DittoHeaders } from "../../src/signals/signal.ts";

const command = (headers: DittoHeaders, how: Partial<Command> = {}): Command => ({
  kind: "thing",
  id: "org.acme:lamp",
  action: "modify",
  path: ["attributes", "a"],
  auth: { subjects: ["nginx:ditto"] },
  headers,
  ...how,
});
const refused = (header: string) =>
  expect.objectContaining({
    code: "header.invalid",
    status: 400,
    text: expect.objectContaining({ invalidHeaderKey: header }),
  });
const withCode = (code: string) => expect.objectContaining({ code });

describe("labels", () => {
  test("are a list between commas over HTTP, or a JSON array", () => {
    expect(labelsOfText("twin-persisted,my-ack")).toEqual(["twin-persisted", "my-ack"]);
    expect(labelsOfText(" twin-persisted , my:ack,,")).toEqual(["twin-persisted", "my:ack"]);
    expect(labelsOfText('["twin-persisted","my-ack"]')).toEqual(["twin-persisted", "my-ack"]);
    expect(labelsOfText("")).toEqual([]);
    expect(labelsOfText("[]")).toEqual([]);
  });

  test("are a JSON array in a protocol message, or the text of one", () => {
    expect(labelsOfValue(["a-b", "c_d"])).toEqual(["a-b", "c_d"]);
    expect(labelsOfValue('["a-b"]')).toEqual(["a-b"]);
    for (const value of ["a-b,c-d", "", 7, {}, true])
      expect(() => labelsOfValue(value)).toThrow(refused("requested-acks"));
  });

  test("count once, in the order in which they come", () => {
    expect(labelsOfText("my-ack,twin-persisted,my-ack")).toEqual(["my-ack", "twin-persisted"]);
  });

  test.each([
    "abc",
    "a".repeat(165),
    "{{ connection:id }}:my-ack",
    "{{connection:id}}:abc",
    "A-9_:",
    "__proto__",
  ])("'%s' is one", (label) => {
    expect(labelsOfValue([label])).toEqual([label]);
  });

  test.each(["ab", "a".repeat(166), "bad label", "ümlaut", "a/b", "{{ id }}:abc", "{{a:b}}abc", "abc\n", ""])(
    "'%s' is none",
    (label) => {
      expect(() => labelsOfValue([label])).toThrow(refused("requested-acks"));
    },
  );

  test("are strings, and no more than fit Ditto's headers", () => {
    for (const value of [[1], [null], [["abc"]], ["abc", {}]] satisfies JsonValue[])
      expect(() => labelsOfText(JSON.stringify(value))).toThrow(refused("requested-acks"));
    expect(() => labelsOfValue(Array.from({ length: 1251 }, (_, i) => `label-${i}`))).toThrow(
      refused("requested-acks"),
    );
  });

  test("of many characters are refused at once", () => {
    const start = performance.now();

    expect(() => labelsOfText(`{{${" ".repeat(60_000)}a`)).toThrow(refused("requested-acks"));
    expect(() => labelsOfText(`${"[".repeat(1_000_000)}`)).toThrow(refused("requested-acks"));

    expect(performance.now() - start).toBeLessThan(500);
  });

  test("of the server itself are not shown to others", () => {
    expect(customLabels(["twin-persisted", "my-ack", "search-persisted", "live-response"])).toEqual([
      "my-ack",
    ]);
  });
});

describe("a timeout", () => {
  test.each([
    ["10", 10_000],
    ["10s", 10_000],
    ["500ms", 500],
    ["1m", 60_000],
    ["0", 0],
    ["0ms", 0],
    ["+5s", 5000],
    [7, 7000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
    ["1mo", 2_592_000_000],
  ])("of %j is %d ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  test.each(["abc", "", "-1", "1.5s", "1 s", "5S", "s", 1.5, true, null, ["5s"], "9".repeat(40)])(
    "of %j is refused",
    (value) => {
      expect(() => durationMs(value)).toThrow(withCode("timeout.invalid"));
    },
  );

  test("of an HTTP request is at most a minute", () => {
    expect(httpTimeoutMs("60s")).toBe(60_000);
    for (const text of ["60001ms", "61s", "10m", "1y"])
      expect(() => httpTimeoutMs(text)).toThrow(withCode("gateway:timeout.invalid"));
  });
});

describe("what is awaited", () => {
  const http = (headers: DittoHeaders, how?: Partial<Command>) => awaitedOverHttp(command(headers, how));
  const ws = (headers: DittoHeaders, how?: Partial<Command>) => awaitedOverWebSocket(command(headers, how));

  test("of a write that says nothing is its response", () => {
    const unsaid = { labels: ["twin-persisted"], isTimed: false, responseRequired: true, shown: undefined };

    expect(http({})).toEqual({ ...unsaid, timeoutMs: 60_000 });
    expect(ws({})).toEqual({ ...unsaid, timeoutMs: 65_000 });
  });

  test("of a read or of a policy is the same without acknowledgements", () => {
    for (const how of [{ action: "retrieve" }, { kind: "policy" }] as const) {
      expect(http({}, how)).toMatchObject({ labels: [], responseRequired: true, shown: undefined });
      expect(ws({ timeout: "5s" }, how)).toMatchObject({ labels: [], timeoutMs: 5000, shown: undefined });
      expect(http({ "requested-acks": "my-ack" }, how)).toMatchObject({ labels: [], shown: ["my-ack"] });
      expect(() => http({ timeout: "0" }, how)).toThrow(refused("timeout"));
    }
  });

  test("is nothing without a response and with a timeout of zero", () => {
    const nothing = { labels: [], responseRequired: false, shown: [] };

    expect(http({ timeout: "0" })).toMatchObject(nothing);
    expect(http({ "response-required": false })).toMatchObject(nothing);
    expect(ws({ timeout: "0s", "response-required": false })).toMatchObject(nothing);
    expect(http({ "requested-acks": "", timeout: "0" })).toMatchObject(nothing);
  });

  test("is the plain response where no acknowledgement is requested", () => {
    expect(http({ "requested-acks": "[]" })).toMatchObject({ labels: [], responseRequired: true, shown: [] });
    expect(ws({ "requested-acks": [] })).toMatchObject({ labels: [], responseRequired: true, shown: [] });
  });

  test("is never a live response", () => {
    expect(http({ "requested-acks": "live-response" })).toMatchObject({ labels: [], shown: [] });
    expect(http({ "requested-acks": "live-response,my-ack" })).toMatchObject({ labels: ["my-ack"] });
  });

  test("shows the labels that are not of the server", () => {
    expect(http({ "requested-acks": "twin-persisted" }).shown).toBeUndefined();
    expect(http({ "requested-acks": "twin-persisted,search-persisted" }).shown).toBeUndefined();
    expect(http({ "requested-acks": "twin-persisted,my-ack" }).shown).toEqual(["my-ack"]);
  });

  test("cannot come within no time", () => {
    for (const headers of [
      { timeout: "0", "requested-acks": '["twin-persisted"]' },
      { timeout: "0", "response-required": true },
      { timeout: "0", "requested-acks": '["my-ack"]', "response-required": false },
    ]) {
      expect(() => http(headers)).toThrow(refused("timeout"));
      expect(() => ws(headers)).toThrow(refused("timeout"));
    }
  });

  test("over a WebSocket cannot be acknowledgements without a response", () => {
    const headers = { "requested-acks": ["twin-persisted"], "response-required": false };

    expect(() => ws(headers)).toThrow(refused("requested-acks"));
    expect(ws(headers, { kind: "policy" })).toMatchObject({ labels: [], responseRequired: false });
    expect(http({ ...headers, "requested-acks": "twin-persisted" })).toMatchObject({
      labels: ["twin-persisted"],
      responseRequired: false,
    });
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

describe("a command", () => {
  let deadlines: Deadlines;
  let waiting: Waiting;
  const faults: unknown[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    faults.length = 0;
    deadlines = new Deadlines(3);
    waiting = { deadlines, refusalMs: 3000, onFault: (error) => faults.push(error) };
  });
  afterEach(() => {
    expect(deadlines.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  /** What has become of an outcome by now. */
  const soFar = async (outcome: Promise<Outcome>): Promise<unknown> => {
    let now: unknown = "waits";
    outcome.then(
      (value) => {
        now = value;
      },
      (error: { code?: string }) => {
        now = error.code ?? error;
      },
    );
    await vi.advanceTimersByTimeAsync(0);
    return now;
  };
  const elapse = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const start = (headers: DittoHeaders) => {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const awaited: AwaitedAcks = awaitedOverHttp(command(headers));
    let feed: Feed | undefined;
    const outcome = outcomeOf(
      awaited,
      {
        correlationId: "c",
        run: (given) => {
          feed = given;
          return promise;
        },
        ackOf: ({ status }) => ({ label: "twin-persisted", status, headers: {} }),
      },
      waiting,
    );
    outcome.catch(() => undefined); // it may be looked at later
    const acknowledge = (label: string, status = 200) => feed?.({ label, status, headers: {} });
    return { outcome, reply: () => resolve({ status: 204 }), refuse: reject, acknowledge };
  };
  const refusal = invalidJson("because");
  const labelled = (outcome: unknown): Record<string, number> =>
    Object.fromEntries((outcome as { acks: Ack[] }).acks.map(({ label, status }) => [label, status]));

  test("with nothing said is answered with its reply, and needs no timer", async () => {
    const { outcome, reply } = start({});
    expect(deadlines.size).toBe(0);
    await elapse(120_000);
    expect(await soFar(outcome)).toBe("waits");

    reply();

    expect(await soFar(outcome)).toEqual({ reply: { status: 204 } });
  });

  test("is refused as it is, whatever was requested", async () => {
    for (const headers of [{}, { timeout: "5" }, { "requested-acks": "my-ack" }, { timeout: "0" }]) {
      const { outcome, refuse } = start(headers);
      refuse(refusal);
      expect(await soFar(outcome)).toBe("json.invalid");
    }
  });

  test("that is answered too late is told so, and its end is nobody's business any more", async () => {
    const first = start({ timeout: "2s" });
    const second = start({ timeout: "2s", "requested-acks": "twin-persisted", "response-required": false });
    await elapse(1999);
    expect(await soFar(first.outcome)).toBe("waits");
    await elapse(1);

    expect(await soFar(first.outcome)).toBe("command.timeout");
    expect(await soFar(second.outcome)).toBe("command.timeout");
    first.refuse(refusal);
    second.refuse(new Error("a fault"));
    await elapse(0);
    expect(faults).toEqual([new Error("a fault")]);
  });

  test("that nobody waits for is accepted as soon as it is committed, or not refused for a while", async () => {
    const quick = start({ timeout: "0" });
    expect(await soFar(quick.outcome)).toBe("waits");
    quick.reply();
    expect(await soFar(quick.outcome)).toBe("accepted");

    const slow = start({ "response-required": false });
    await elapse(3000);
    expect(await soFar(slow.outcome)).toBe("accepted");
    slow.reply();
  });

  test("is answered with all acknowledgements as soon as they are there", async () => {
    const { outcome, reply, acknowledge } = start({ "requested-acks": "my-ack,twin-persisted,other" });
    acknowledge("other", 400);
    acknowledge("other", 200);
    acknowledge("stranger");
    reply();
    expect(await soFar(outcome)).toBe("waits");

    acknowledge("my-ack", 202);

    expect(labelled(await soFar(outcome))).toEqual({ "my-ack": 202, "twin-persisted": 204, other: 400 });
  });

  test("is answered with those that came in time, and nothing changes that later", async () => {
    const { outcome, reply, acknowledge } = start({
      "requested-acks": "twin-persisted,my-ack",
      timeout: "100ms",
    });
    acknowledge("my-ack");
    await elapse(100);
    reply();

    expect(labelled(await soFar(outcome))).toEqual({ "twin-persisted": 408, "my-ack": 200 });
    const late = start({ "requested-acks": "my-ack", timeout: "100ms" });
    await elapse(100);
    late.refuse(new Error("a fault"));
    expect(labelled(await soFar(late.outcome))).toEqual({ "my-ack": 408 });
    expect(faults).toEqual([new Error("a fault")]);
  });

  test("without a response is accepted when all succeed, and told only the status when not", async () => {
    const headers = { "requested-acks": "my-ack,other", "response-required": false };
    const good = start(headers);
    good.acknowledge("my-ack");
    good.acknowledge("other");
    expect(await soFar(good.outcome)).toBe("accepted");

    const bad = start(headers);
    bad.acknowledge("my-ack");
    bad.acknowledge("other", 503);
    expect(await soFar(bad.outcome)).toEqual({
      acks: [
        { label: "my-ack", status: 200, headers: { "response-required": false } },
        { label: "other", status: 503, headers: { "response-required": false } },
      ],
    });
  });

  test("is not run when too many wait", async () => {
    const [one, two, three] = [
      start({ timeout: "1s" }),
      start({ "requested-acks": "my-ack" }),
      start({ timeout: "0" }),
    ];
    const run = vi.fn();
    const outcomes = [{ timeout: "1s" }, { "requested-acks": "my-ack" }].map((headers) =>
      soFar(outcomeOf(awaitedOverHttp(command(headers)), { correlationId: "c", run, ackOf: run }, waiting)),
    );

    expect(await Promise.all(outcomes)).toEqual(["too.many.requests", "too.many.requests"]);
    expect(run).not.toHaveBeenCalled();
    expect(await soFar(start({}).outcome)).toBe("waits");
    one.reply();
    three.reply();
    two.acknowledge("my-ack");
    await Promise.all([one.outcome, two.outcome, three.outcome]);
  });

  test("keeps a stopping server waiting for its response only", async () => {
    const headers = { "requested-acks": "twin-persisted,my-ack" };
    const [plain, acks, committed] = [start({ timeout: "10s" }), start(headers), start(headers)];
    committed.reply();
    await elapse(0);

    deadlines.close();

    expect(labelled(await soFar(committed.outcome))).toEqual({ "twin-persisted": 204, "my-ack": 408 });
    const later = start(headers);
    for (const { outcome } of [plain, acks, later]) expect(await soFar(outcome)).toBe("waits");
    for (const { reply } of [plain, acks, later]) reply();
    expect(await soFar(plain.outcome)).toEqual({ reply: { status: 204 } });
    for (const { outcome } of [acks, later])
      expect(labelled(await soFar(outcome))).toEqual({ "twin-persisted": 204, "my-ack": 408 });
  });
});
