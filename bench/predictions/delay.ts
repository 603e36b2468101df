import type { Bench } from "../bench.ts";
import type { PredictionDelay, PredictionDelayJob } from "../load/prediction-delay.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { feature, predictor } from "./predictor.ts";

const name = "Reading to the event of its prediction, one at a time";

/** How long it takes from a reading over a WebSocket to the event of the prediction that a built-in model makes of it. */
export async function predictionDelay({ target, rounds, roundSeconds }: Bench): Promise<BenchRow[]> {
  await using _ = await predictor(target, "bench-delay", { type: "builtin", name: "anomaly" });
  await using load = new Program<PredictionDelayJob, PredictionDelay>("load/prediction-delay.ts");
  const url = `${target.url.replace(/^http/, "ws")}/ws/2`;
  const seconds = rounds * roundSeconds;
  const { p50, p99, count } = await load.run({ url, headers: target.owner, feature, seconds });
  if (count === 0) throw new Error("nothing was predicted");
  return [
    { name: `${name}, p50`, value: p50, unit: "ms", target: 20 },
    { name: `${name}, p99`, value: p99, unit: "ms" },
  ];
}
