import { ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { SamplingDecision } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { adaptiveSampler } from "../../../src/ops/tracing/adaptive-sampler.ts";
import { otlpHeaders } from "../../../src/ops/tracing/otlp-headers.ts";

function recorded(perSecond: number, everyMs: number, times: number): number {
  let now = 0;
  const sampler = adaptiveSampler(perSecond, () => now);
  let count = 0;
  for (let i = 0; i < times; i++, now += everyMs) {
    const { decision } = sampler.shouldSample(ROOT_CONTEXT, "", "", SpanKind.SERVER, {}, []);
    if (decision === SamplingDecision.RECORD_AND_SAMPLED) count++;
  }
  return count;
}

test("few traces are all recorded, many as many as wanted a second", () => {
  expect(recorded(10, 200, 100)).toBe(100);
  expect(recorded(10, 1, 10_000)).toBeGreaterThanOrEqual(100);
  expect(recorded(10, 1, 10_000)).toBeLessThanOrEqual(111);
  expect(recorded(0.5, 100, 100)).toBeLessThanOrEqual(6);
  expect(recorded(0, 1, 1_000)).toBe(0);
});

test("headers for the collector are pairs, encoded as in URLs", () => {
  expect(otlpHeaders.parse("Authorization=Bearer%20x, b=1")).toEqual({ authorization: "Bearer x", b: "1" });
  for (const bad of ["x", "=1", "a=%zz", "a b=1"]) expect(() => otlpHeaders.parse(bad)).toThrow("pairs");
});
