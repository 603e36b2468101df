import { type Bench, roundsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { HttpJob } from "../load/http.ts";
import type { Measured } from "../load/measured.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { requestText, type Target, thingCount, thingId } from "../target.ts";
import { predictor } from "./predictor.ts";

const connections = 32;
const SETTLING_SECONDS = 1;
const name = `PUT of a property with a model attached that hangs, ${connections} connections`;

/** PUTs that trigger a predictor whose model never answers, in turns with the same ones without it. */
export async function hangingModel({ target, rounds, roundSeconds }: Bench): Promise<BenchRow[]> {
  await using hanging = new Program<object, number>("peers/hanging-http.ts");
  await using load = new Program<HttpJob, Measured>("load/http.ts");
  const url = `http://127.0.0.1:${await hanging.run({})}`;
  const job = putsOf(target, roundSeconds);
  /** A predictor that is new reads the past of its things first. */
  const settled = async (): Promise<Measured> => {
    await load.run({ ...job, seconds: SETTLING_SECONDS });
    return await load.run(job);
  };
  const measured = await interleave(
    rounds,
    async () => {
      await using _ = await predictor(target, "bench-hanging", { type: "http", protocol: "json", url });
      return await settled();
    },
    settled,
  );
  const { ours, limit } = measured;
  const roundsFor = (figure: "p99" | "rate") => ({ rounds: roundsOf(measured, figure) });
  if ((await hanging.run({})) === 0) throw new Error("the model was never asked");
  return [
    { name: `${name}, p99 by that without`, value: ours.p99 / limit.p99, unit: "×", target: 1.2 },
    { name: `${name}, p99`, value: ours.p99, unit: "ms", limit: limit.p99, ...roundsFor("p99") },
    {
      ...{ name, value: ours.rate, unit: "answers/s", limit: limit.rate, ratio: ours.rate / limit.rate },
      ...roundsFor("rate"),
    },
  ];
}

function putsOf(target: Target, seconds: number): HttpJob {
  const { hostname, port } = new URL(target.url);
  const requests = Array.from({ length: thingCount * 8 }, (_, i) =>
    requestText(
      target,
      "PUT",
      `/api/2/things/${thingId(i % thingCount)}/features/vibration/properties/value`,
      `${1 + i / 100}`,
    ),
  );
  return { host: hostname, port: Number(port), connections, seconds, requests };
}
