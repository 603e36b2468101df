// Spans from a request to its events, as a collector gets them.

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openSpans, type TracingSettings } from "../../../src/ops/tracing/otel.ts";
import {
  answered,
  requestSpan,
  tracedDispatch,
  tracedJournal,
  tracedPublish,
} from "../../../src/ops/tracing/traced.ts";

interface Sent {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly status: { readonly code?: number };
}

const settings: TracingSettings = {
  tracingSampler: "always",
  tracingProbability: 1,
  tracingThroughput: 10,
  tracingReporterEnabled: true,
  tracingEndpoint: "http://127.0.0.1:1",
  tracingHeaders: { authorization: "Bearer x" },
  tracingServiceName: "pollux",
};
const node = { instance: "1", onTrouble: () => undefined };

async function collector() {
  const spans: Sent[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    requests.push(request);
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    for (const { scopeSpans } of body.resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans);
    response.setHeader("content-type", "application/json").end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { spans, requests, endpoint: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

test("a request, its command, its commit and its event are one trace, which goes on from the client's", async () => {
  const { spans: sent, requests, endpoint, close } = await collector();
  const spans = openSpans({ ...settings, tracingEndpoint: endpoint }, node);
  const published: unknown[] = [];
  const publish = tracedPublish(spans, (headers: unknown) => published.push(headers));
  // A commit is settled by another turn of the event loop, which belongs to nobody's trace.
  let settle: (() => void) | undefined;
  const journal = tracedJournal(spans, {
    append: (_: readonly { id: string }[], settled: () => void) => (settle = settled),
  });
  setInterval(() => settle?.(), 5).unref();
  const dispatch = tracedDispatch(
    spans,
    async (command: { kind: string; action: string; id: string; headers: object }) => {
      await Promise.resolve();
      return new Promise<string>((resolve) => {
        journal.append([{ id: command.id }], () => {
          settle = undefined;
          publish(command.headers);
          resolve("done");
        });
      });
    },
  );

  const request = requestSpan(spans, "PUT", "/api/2/things/x", { traceparent, tracestate: "vendor=1" });
  const command = { kind: "thing", action: "modify", id: "org.a:b", headers: { "correlation-id": "c-1" } };
  expect(await request.run(() => dispatch(command))).toBe("done");
  answered(request, 204);
  await spans.stop();
  close();

  const byName = new Map(sent.map((span) => [span.name, span]));
  expect([...byName.keys()].sort()).toEqual([
    "PUT /api/2/things/x",
    "journal.commit",
    "publish",
    "thing.modify",
  ]);
  expect(new Set(sent.map((span) => span.traceId))).toEqual(new Set([traceId]));
  const [root, handled] = [byName.get("PUT /api/2/things/x") as Sent, byName.get("thing.modify") as Sent];
  expect(root.parentSpanId).toBe("b7ad6b7169203331");
  expect(handled.parentSpanId).toBe(root.spanId);
  expect(byName.get("journal.commit")?.parentSpanId).toBe(handled.spanId);
  expect(byName.get("publish")?.parentSpanId).toBe(handled.spanId);
  expect(JSON.stringify(handled.attributes)).toContain("c-1");
  // The event tells its readers of the command it comes from.
  expect(published).toEqual([
    { "correlation-id": "c-1", traceparent: `00-${traceId}-${handled.spanId}-01`, tracestate: "vendor=1" },
  ]);
  expect(requests[0]?.headers.authorization).toBe("Bearer x");
});

test("a command that was sent on goes on with the trace of who sent it", async () => {
  const { spans: sent, endpoint, close } = await collector();
  const spans = openSpans({ ...settings, tracingSampler: "never", tracingEndpoint: endpoint }, node);
  const dispatch = tracedDispatch(spans, async () => "done");
  const command = { kind: "thing", action: "retrieve", id: "org.a:b" };
  await dispatch({ ...command, headers: { traceparent } });
  await dispatch({ ...command, headers: { traceparent: "not-a-trace" } }); // begins here, so it is never recorded
  await spans.stop();
  close();

  expect(sent).toMatchObject([{ traceId, parentSpanId: "b7ad6b7169203331" }]);
});

test("a command that fails is told so, and its failure is the caller's", async () => {
  const { spans: sent, endpoint, close } = await collector();
  const spans = openSpans({ ...settings, tracingEndpoint: endpoint }, node);
  const dispatch = tracedDispatch(spans, () => Promise.reject(new Error("broken")));
  const command = { kind: "thing", action: "modify", id: "org.a:b", headers: {} };
  await expect(dispatch(command)).rejects.toThrow("broken");
  await spans.stop();
  close();

  expect(sent).toMatchObject([{ status: { code: 2, message: "broken" } }]);
});

test("a collector that is away costs spans, nothing else", async () => {
  const troubles: unknown[] = [];
  const spans = openSpans(settings, { ...node, onTrouble: (error) => troubles.push(error) });
  const dispatch = tracedDispatch(spans, async () => "done");
  const command = { kind: "thing", action: "modify", id: "org.a:b", headers: {} };
  for (let i = 0; i < 20_000; i++) expect(await dispatch(command)).toBe("done");
  await spans.stop();

  expect(troubles.length).toBeGreaterThan(0);
});

test("what a request leaves running is no part of its trace once it has ended", async () => {
  const { spans: sent, endpoint, close } = await collector();
  const spans = openSpans({ ...settings, tracingEndpoint: endpoint }, node);
  const dispatch = tracedDispatch(spans, async () => "done");
  const command = { kind: "thing", action: "modify", id: "org.a:b", headers: {} };
  const request = requestSpan(spans, "PUT", "/api/2/connections/x", {});
  const later = Promise.withResolvers<void>();
  request.run(() =>
    setTimeout(async () => {
      await dispatch(command);
      later.resolve();
    }, 20),
  );
  answered(request, 200);
  await later.promise;
  await spans.stop();
  close();

  expect(new Set(sent.map((span) => span.traceId)).size).toBe(2);
});

test("what two wrappers hand on to one another is one span", async () => {
  const { spans: sent, endpoint, close } = await collector();
  const spans = openSpans({ ...settings, tracingEndpoint: endpoint }, node);
  const here = tracedDispatch(spans, async () => "done");
  const anywhere = tracedDispatch(spans, here);
  await anywhere({ kind: "thing", action: "modify", id: "org.a:b", headers: {} });
  await spans.stop();
  close();

  expect(sent).toHaveLength(1);
});

test("without a reporter traces are passed on only", async () => {
  const spans = openSpans({ ...settings, tracingReporterEnabled: false }, node);
  const span = spans.begin("x", "internal", {}, { traceparent });

  expect(span.run(() => spans.headers().traceparent)).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  expect(spans.headers()).toEqual({});
  await spans.stop();
});
