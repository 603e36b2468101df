// The logs of connections at a receiver of the forward protocol.

import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { monitoring } from "../../../src/connectivity/monitoring/monitoring.ts";
import type { FluentSettings } from "../../../src/connectivity/monitoring/publishing/fluent-link.ts";
import {
  type LogPublisher,
  type LogPublisherSettings,
  logPublisher,
} from "../../../src/connectivity/monitoring/publishing/log-publisher.ts";
import { newAuthority } from "../../support/brokers/certificates.ts";
import { freePort } from "../../support/brokers/process.ts";
import { connectionOf, sourceOf, targetOf } from "../world.ts";
import { type FluentReceiver, fluentReceiver, silentReceiver } from "./fluent-receiver.ts";

const logSettings = {
  successCapacity: 3,
  failureCapacity: 2,
  maxLogSizeBytes: 10_000,
  logDurationMs: 60_000,
};

const bridge = connectionOf({
  uri: "tcp://user:s3cr3t@broker:1883",
  sources: [sourceOf()],
  targets: [targetOf()],
});

function silentLog() {
  const log = { info: vi.fn(), warn: vi.fn() };
  return { log: log as never, ...log };
}

type More = Partial<Omit<LogPublisherSettings, "fluent">> & { readonly fluent?: Partial<FluentSettings> };

const timeouts = { connectionTimeoutMs: 1_000, readTimeoutMs: 5_000 };

/** A publisher to a port, which is closed when the test is over. */
function publishingTo(port: number, { fluent, ...more }: More = {}) {
  const told = silentLog();
  const publisher = logPublisher(
    {
      fluent: { host: "127.0.0.1", port, isSecure: false, ...timeouts, isAcknowledged: false, ...fluent },
      levels: new Set(["success", "failure"] as const),
      context: { instanceId: "server-1", additional: {} },
      ...{ maxBufferBytes: 1_000_000, minRetryMs: 10, maxRetryMs: 50, flushMs: 1_000 },
      ...more,
    },
    told.log,
  );
  onTestFinished(() => publisher.close());
  return { publisher, ...told, monitor: monitorBy(publisher) };
}

const monitorBy = (publisher: LogPublisher) => monitoring(logSettings, publisher).monitorOf(bridge);

async function receiving(...args: Parameters<typeof fluentReceiver>) {
  const receiver = await fluentReceiver(...args);
  onTestFinished(() => receiver.close());
  return receiver;
}

const messagesAt = (receiver: FluentReceiver, messages: readonly unknown[]) =>
  vi.waitFor(() => expect(receiver.messages).toEqual(messages), { timeout: 3_000, interval: 5 });

test("an entry has Ditto's members, the tag of its connection and its time", async () => {
  const receiver = await receiving();
  const { monitor } = publishingTo(receiver.port);
  const before = Date.now();

  monitor
    .source("in/#", "enforced")
    .failure({ correlationId: "c", entityType: "thing", entityId: "a:b" }, () => "no");

  await vi.waitFor(() => expect(receiver.entries).toHaveLength(1));
  const { tag, at, record } = receiver.entries[0] as FluentReceiver["entries"][number];
  expect(tag).toBe("connection:bridge");
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
  expect(Object.entries(record)).toEqual([
    ["connectionId", "bridge"],
    ["level", "failure"],
    ["category", "source"],
    ["type", "enforced"],
    ["correlationId", "c"],
    ["address", "in/#"],
    ["entityType", "thing"],
    ["entityId", "a:b"],
    ["message", "no"],
    ["instanceId", "server-1"],
  ]);
});

test("what an entry does not know it does not have", async () => {
  const receiver = await receiving();
  const { monitor } = publishingTo(receiver.port);

  monitor.connection("success", "The connection is made.");
  monitor.response("published").success({});

  await vi.waitFor(() => expect(receiver.entries).toHaveLength(2));
  const common = { connectionId: "bridge", level: "success", instanceId: "server-1" };
  expect(receiver.entries.map(({ record }) => record)).toEqual([
    { ...common, category: "connection", type: "other", message: "The connection is made." },
    {
      ...{ ...common, category: "response", type: "published", address: "_responses" },
      message: "The message was published.",
    },
  ]);
});

test("an operator chooses the tag, the levels and what is added", async () => {
  const receiver = await receiving();
  const { monitor } = publishingTo(receiver.port, {
    tag: "ditto.logs",
    levels: new Set(["failure"] as const),
    context: { instanceId: "server-1", additional: { site: "Berlin", line: 7 } },
  });
  const step = monitor.target("out/{{ thing:id }}", "published");

  step.success(undefined, () => "good");
  step.failure(undefined, () => "bad");
  monitor.connection("success", "made");

  await messagesAt(receiver, ["bad"]);
  expect(receiver.entries[0]).toMatchObject({ tag: "ditto.logs", record: { site: "Berlin", line: 7 } });
});

test("secrets are masked", async () => {
  const receiver = await receiving();
  const { monitor } = publishingTo(receiver.port);

  monitor.connection("failure", "tcp://user:s3cr3t@broker does not answer");

  await messagesAt(receiver, ["tcp://user:*****@broker does not answer"]);
});

test("secrets are masked where a text is cut as well", async () => {
  const receiver = await receiving();
  const { monitor } = publishingTo(receiver.port);

  monitor.connection("failure", `${"x".repeat(9_997)}s3cr3t`);

  await messagesAt(receiver, [`${"x".repeat(9_997)}***`]);
});

test("a receiver that takes nothing any more is left for a new connection to it", async () => {
  const silent = await silentReceiver();
  const { monitor, warn } = publishingTo(silent.port, {
    maxBufferBytes: 50_000_000,
    fluent: { readTimeoutMs: 100 },
  });
  const text = "x".repeat(9_000);
  for (let i = 0; i < 3_000; i++) monitor.connection("success", text);

  await vi.waitFor(() => expect(silent.sockets.length).toBeGreaterThan(1), { timeout: 5_000 });
  expect(warn).toHaveBeenCalled();
});

test("entries are published while the logs are off, and noted in the logs while they are on", async () => {
  const receiver = await receiving();
  const { publisher } = publishingTo(receiver.port);
  const all = monitoring({ ...logSettings, logDurationMs: 0 }, publisher);
  const monitor = all.monitorOf(bridge);
  monitor.source("in/#", "mapped").success(undefined, () => "off");
  expect(all.logs("bridge").connectionLogs).toEqual([]);

  const on = monitoring(logSettings, publisher);
  on.monitorOf(bridge)
    .source("in/#", "mapped")
    .success(undefined, () => "on");

  await messagesAt(receiver, ["off", "on"]);
  expect(on.logs("bridge").connectionLogs).toMatchObject([{ message: "on" }]);
});

test("without a publisher texts are made only for logs that are on", () => {
  const all = monitoring({ ...logSettings, logDurationMs: 0 });
  const text = vi.fn(() => "text");

  all.monitorOf(bridge).source("in/#", "mapped").success(undefined, text);

  expect(text).not.toHaveBeenCalled();
});

test("what is noted before a receiver is there is published once it is, in its order", async () => {
  const port = await freePort();
  const { monitor, warn, info } = publishingTo(port);
  for (let i = 0; i < 250; i++) monitor.connection("success", `${i}`);
  await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce());

  const receiver = await receiving(port);

  await messagesAt(
    receiver,
    Array.from({ length: 250 }, (_, i) => `${i}`),
  );
  expect(warn).toHaveBeenCalledOnce();
  expect(info).toHaveBeenCalledOnce();
});

test("a receiver that is started again is told of what came meanwhile", async () => {
  const first = await receiving();
  const { monitor } = publishingTo(first.port);
  monitor.connection("success", "before");
  await messagesAt(first, ["before"]);

  await first.close();
  await sleep(20); // until the end of the connection is known here
  monitor.connection("success", "between");
  await sleep(50);
  const second = await receiving(first.port);
  monitor.connection("success", "after");

  await messagesAt(second, ["between", "after"]);
});

test("while nothing can be sent the oldest entries make room, and that is told now and then", async () => {
  const port = await freePort();
  const { monitor, warn } = publishingTo(port, { maxBufferBytes: 5_000, maxRetryMs: 10 });
  for (let i = 0; i < 1_000; i++) monitor.connection("success", `${i}`);
  const losses = () => warn.mock.calls.filter(([told]) => "entries" in told);
  expect(losses()).toHaveLength(1);

  const receiver = await receiving(port);

  await vi.waitFor(() => expect(receiver.messages.at(-1)).toBe("999"));
  expect(receiver.messages.length).toBeLessThan(15);
});

test("a receiver that reads nothing holds up nobody", async () => {
  const receiver = await silentReceiver();
  onTestFinished(receiver.close);
  const { monitor, publisher } = publishingTo(receiver.port, { maxBufferBytes: 10_000_000, flushMs: 50 });
  const text = "x".repeat(9_000);
  const began = performance.now();
  for (let i = 0; i < 3_000; i++) {
    monitor.connection("success", text);
    if (i % 100 === 0) await new Promise(setImmediate);
  }
  expect(performance.now() - began).toBeLessThan(2_000);

  const stopped = performance.now();
  await publisher.close();
  expect(performance.now() - stopped).toBeLessThan(500);
});

test("a slow receiver gets everything in the end", async () => {
  const silent = await silentReceiver();
  onTestFinished(silent.close);
  const { monitor } = publishingTo(silent.port, { maxBufferBytes: 50_000_000 });
  const text = "x".repeat(5_000);
  for (let i = 0; i < 2_000; i++) monitor.connection("success", text);
  await vi.waitFor(() => expect(silent.sockets).toHaveLength(1));
  await sleep(100);
  let bytes = 0;
  silent.sockets[0]?.on("data", (data) => {
    bytes += data.length;
  });
  silent.sockets[0]?.resume();

  await vi.waitFor(() => expect(bytes).toBeGreaterThan(10_000_000), { timeout: 5_000 });
});

test("entries that are not acknowledged come again", async () => {
  const silent = await silentReceiver();
  const { monitor } = publishingTo(silent.port, { fluent: { isAcknowledged: true, readTimeoutMs: 50 } });
  monitor.connection("success", "important");
  await vi.waitFor(() => expect(silent.sockets.length).toBeGreaterThan(1));
  silent.close();

  const receiver = await receiving(silent.port);

  await messagesAt(receiver, ["important"]);
});

test("entries that are acknowledged come once", async () => {
  const receiver = await receiving();
  const { monitor, publisher } = publishingTo(receiver.port, {
    fluent: { isAcknowledged: true, readTimeoutMs: 2_000 },
  });
  monitor.connection("success", "acknowledged");

  await publisher.close();

  expect(receiver.messages).toEqual(["acknowledged"]);
});

test("what waits is sent before the server stops, and nothing after", async () => {
  const receiver = await receiving();
  const { monitor, publisher } = publishingTo(receiver.port);
  for (let i = 0; i < 300; i++) monitor.connection("success", `${i}`);

  await publisher.close();
  monitor.connection("success", "too late");

  await vi.waitFor(() => expect(receiver.entries).toHaveLength(300));
  await sleep(30);
  expect(receiver.messages).not.toContain("too late");
});

test("a stop without a receiver is not held up, and tells what is lost", async () => {
  const { monitor, publisher, warn } = publishingTo(await freePort(), {
    ...{ minRetryMs: 60_000, maxRetryMs: 60_000, flushMs: 60_000 },
  });
  monitor.connection("success", "lost");
  await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce());

  const began = performance.now();
  await publisher.close();

  expect(performance.now() - began).toBeLessThan(1_000);
  expect(warn).toHaveBeenLastCalledWith({ entries: 1 }, expect.stringMatching(/not published/));
});

test("over TLS entries go only to whom Node trusts", async () => {
  const authority = await newAuthority();
  const { cert, key } = await authority.issue("fluentd", ["IP:127.0.0.1"]);
  const receiver = await receiving(0, { tlsOptions: { cert, key } });
  const { monitor, warn } = publishingTo(receiver.port, { fluent: { isSecure: true } });
  monitor.connection("success", "encrypted");
  await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce());
  expect(receiver.entries).toEqual([]);

  const usual = getCACertificates();
  onTestFinished(() => setDefaultCACertificates(usual));
  setDefaultCACertificates([...usual, authority.ca]);

  await messagesAt(receiver, ["encrypted"]);
});
