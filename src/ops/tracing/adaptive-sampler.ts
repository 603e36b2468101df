import { type Sampler, SamplingDecision } from "@opentelemetry/sdk-trace";

/** Records so many traces a second on average, and as many at once after a quiet second; `now` gives milliseconds. */
export function adaptiveSampler(perSecond: number, now: () => number = () => performance.now()): Sampler {
  const most = Math.max(1, perSecond);
  let left = perSecond > 0 ? most : 0;
  let filled = now();
  return {
    shouldSample() {
      const moment = now();
      left = Math.min(most, left + ((moment - filled) / 1_000) * perSecond);
      filled = moment;
      if (left < 1) return { decision: SamplingDecision.NOT_RECORD };
      left--;
      return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    },
    toString: () => `adaptive(${perSecond}/s)`,
  };
}
