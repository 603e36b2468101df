// Traces of requests, for OpenTelemetry.

import { optional, setting } from "../setting.ts";
import { decimal, flag, oneOf, text, url } from "../setting-kinds.ts";
import { otlpHeaders } from "../tracing/otlp-headers.ts";

export const tracingSettings = {
  tracingEnabled: setting(
    "DITTO_TRACING_ENABLED",
    flag,
    "false",
    "Whether requests and commands are traced. Off, it costs nothing; traceparent and tracestate are passed on as they are.",
    "ditto.tracing.enabled",
  ),
  tracingSampler: setting(
    "DITTO_TRACING_SAMPLER",
    oneOf(["always", "never", "random", "adaptive"]),
    "never",
    "Which of the traces that begin here are recorded. One that a client began is recorded if the client says so in traceparent.",
    "ditto.tracing.sampler",
  ),
  tracingProbability: setting(
    "DITTO_TRACING_RANDOM_SAMPLER_PROBABILITY",
    decimal(0, 1),
    "0.01",
    "Which share of traces the sampler random records.",
    "ditto.tracing.random-sampler.probability",
  ),
  tracingThroughput: setting(
    "DITTO_TRACING_ADAPTIVE_SAMPLER_THROUGHPUT",
    decimal(0, 1_000_000),
    "10",
    "How many traces a second the sampler adaptive records at most, on average.",
    "ditto.tracing.adaptive-sampler.throughput",
  ),
  tracingReporterEnabled: setting(
    "DITTO_TRACING_OTEL_TRACE_REPORTER_ENABLED",
    flag,
    "false",
    "Whether recorded traces are sent to the collector; if not, they are only passed on in traceparent.",
    "ditto.tracing.otel-trace-reporter.enabled",
  ),
  tracingEndpoint: setting(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    url("http", "https"),
    "http://localhost:4318",
    "The collector, which takes OTLP over HTTP; unlike Ditto's, which takes it over gRPC. /v1/traces is added.",
  ),
  tracingHeaders: optional(
    "OTEL_EXPORTER_OTLP_HEADERS",
    otlpHeaders,
    "Headers of what is sent to the collector, such as authorization=Bearer%20…",
  ),
  tracingServiceName: setting("OTEL_SERVICE_NAME", text, "pollux", "What this server is called in traces."),
} as const;
