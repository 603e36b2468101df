// Spans by OpenTelemetry's SDK, sent by OTLP over HTTP. What waits to be sent is bounded; beyond, spans are dropped.

import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  SpanKind as Kind,
  ROOT_CONTEXT,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";
import { setGlobalErrorHandler, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { adaptiveSampler } from "./adaptive-sampler.ts";
import type { SpanKind, Spans, TraceHeaders } from "./spans.ts";

export interface TracingSettings {
  readonly tracingSampler: "always" | "never" | "random" | "adaptive";
  /** Of all traces, 0 to 1. */
  readonly tracingProbability: number;
  /** Traces a second. */
  readonly tracingThroughput: number;
  readonly tracingReporterEnabled: boolean;
  readonly tracingEndpoint: string;
  readonly tracingHeaders: Readonly<Record<string, string>> | undefined;
  readonly tracingServiceName: string;
}

export interface TracingNode {
  /** Tells processes of the server apart. */
  readonly instance: string;
  /** Told when traces cannot be sent, at most once a minute. */
  onTrouble(error: unknown): void;
}

/** Bounds of what waits to be sent, and how long a stopping server waits for the collector. */
const QUEUE = { maxQueueSize: 4_096, maxExportBatchSize: 512, scheduledDelayMillis: 2_000 };
const EXPORT_MS = 5_000;
const TROUBLE_MS = 60_000;

const kinds: Readonly<Record<SpanKind, Kind>> = {
  server: Kind.SERVER,
  internal: Kind.INTERNAL,
  client: Kind.CLIENT,
  producer: Kind.PRODUCER,
};

const reading: TextMapGetter<TraceHeaders> = {
  get(headers, name) {
    const value = (headers as Readonly<Record<string, unknown>>)[name];
    return typeof value === "string" ? value : undefined;
  },
  keys: (headers) => Object.keys(headers),
};

const writing = {
  set(headers: Record<string, string>, name: string, value: string) {
    headers[name] = value;
  },
};

/** Opens tracing as the settings say. */
export function openSpans(settings: TracingSettings, { instance, onTrouble }: TracingNode): Spans {
  setGlobalErrorHandler(nowAndThen(onTrouble));
  const spanProcessors: SpanProcessor[] = settings.tracingReporterEnabled ? [reporter(settings)] : [];
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": settings.tracingServiceName,
      "service.instance.id": instance,
    }),
    sampler: new ParentBasedSampler({ root: samplerOf(settings) }),
    spanProcessors,
  });
  const tracer = provider.getTracer("pollux");
  // What is begun within a request may go on for ever, as the client of a connection does: it is below the span until that ends.
  const current = new AsyncLocalStorage<{ readonly context: Context; isOver: boolean } | undefined>();
  const underWay = () => {
    const place = current.getStore();
    return place?.isOver ? undefined : place;
  };
  const propagator = new W3CTraceContextPropagator();

  return {
    begin(name, kind, attributes, parent) {
      const above =
        underWay()?.context ?? (parent ? propagator.extract(ROOT_CONTEXT, parent, reading) : ROOT_CONTEXT);
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, above);
      const place = { context: trace.setSpan(above, span), isOver: false };
      return {
        run: (work) => current.run(place, work),
        set: (more) => {
          span.setAttributes(more);
        },
        end(error) {
          place.isOver = true;
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: textOf(error) });
          span.end();
        },
      };
    },
    isWithin: () => underWay() !== undefined,
    here() {
      const place = underWay();
      return (work) => current.run(place, work);
    },
    headers() {
      const place = underWay();
      const headers: Record<string, string> = {};
      if (place) propagator.inject(place.context, headers, writing);
      return headers;
    },
    async stop() {
      await provider.shutdown().catch(onTrouble);
    },
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function reporter({ tracingEndpoint, tracingHeaders }: TracingSettings): SpanProcessor {
  const exporter = new OTLPTraceExporter({
    url: `${tracingEndpoint.replace(/\/$/, "")}/v1/traces`,
    timeoutMillis: EXPORT_MS,
    ...(tracingHeaders && { headers: { ...tracingHeaders } }),
  });
  return new BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_MS, ...QUEUE });
}

function samplerOf({ tracingSampler, tracingProbability, tracingThroughput }: TracingSettings): Sampler {
  switch (tracingSampler) {
    case "always":
      return new AlwaysOnSampler();
    case "never":
      return new AlwaysOffSampler();
    case "random":
      return new TraceIdRatioBasedSampler(tracingProbability);
    case "adaptive":
      return adaptiveSampler(tracingThroughput);
  }
}

function nowAndThen(tell: (error: unknown) => void): (error: unknown) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - last < TROUBLE_MS) return;
    last = performance.now();
    tell(error);
  };
}
