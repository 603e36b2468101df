import type { Bench } from "../bench.ts";
import { rowsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { HttpJob } from "../load/http.ts";
import type { Measured } from "../load/measured.ts";
import type { BareHttpJob } from "../peers/bare-http.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { ask, requestText, thingCount, thingId } from "../target.ts";

const connections = 32;

/** GET of a 1 KB thing, authenticated and enforced, beside a bare hono server that returns the same bytes. */
export async function get({ target, rounds, roundSeconds }: Bench): Promise<BenchRow[]> {
  await using peer = new Program<BareHttpJob, number>("peers/bare-http.ts");
  await using load = new Program<HttpJob, Measured>("load/http.ts");
  const body = await ask(target, "GET", `/api/2/things/${thingId(0)}`);
  const barePort = await peer.run({ body });
  const requests = Array.from({ length: thingCount }, (_, i) =>
    requestText(target, "GET", `/api/2/things/${thingId(i)}`),
  );
  const { hostname, port } = new URL(target.url);
  const job = { connections, seconds: roundSeconds, requests };
  const measured = await interleave(
    rounds,
    () => load.run({ ...job, host: hostname, port: Number(port) }),
    () => load.run({ ...job, host: "127.0.0.1", port: barePort }),
  );
  const name = `GET of a ${Buffer.byteLength(body)} byte thing, ${connections} connections`;
  return rowsOf(name, "answers/s", 0.6, measured);
}
