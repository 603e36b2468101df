import { type Bench, rowsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { HttpJob } from "../load/http.ts";
import type { Measured } from "../load/measured.ts";
import type { BareHttpJob } from "../peers/bare-http.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { propertyPath, requestText, thingCount, thingId } from "../target.ts";

/** PUT of one property, answered after commit, beside a bare hono PUT that does nothing. */
async function put(
  { target, rounds, roundSeconds }: Bench,
  connections: number,
  ratio: number,
): Promise<BenchRow[]> {
  await using peer = new Program<BareHttpJob, number>("peers/bare-http.ts");
  await using load = new Program<HttpJob, Measured>("load/http.ts");
  const barePort = await peer.run({ body: "" });
  const requests = Array.from({ length: thingCount * 8 }, (_, i) =>
    requestText(target, "PUT", `/api/2/things/${thingId(i % thingCount)}/${propertyPath}`, `${20 + i / 10}`),
  );
  const { hostname, port } = new URL(target.url);
  const job = { connections, seconds: roundSeconds, requests };
  const measured = await interleave(
    rounds,
    () => load.run({ ...job, host: hostname, port: Number(port) }),
    () => load.run({ ...job, host: "127.0.0.1", port: barePort }),
  );
  return rowsOf(`PUT of a property, ${connections} connections`, "answers/s", ratio, measured);
}

export const put32 = (bench: Bench): Promise<BenchRow[]> => put(bench, 32, 0.4);
export const put128 = (bench: Bench): Promise<BenchRow[]> => put(bench, 128, 0.5);
