import { type Bench, rowsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { HttpJob } from "../load/http.ts";
import type { Measured } from "../load/measured.ts";
import type { BareHttpJob } from "../peers/bare-http.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";

export interface HttpLoad {
  readonly name: string;
  readonly connections: number;
  /** Whole requests, sent in turn to both sides. */
  readonly requests: readonly string[];
  /** What the bare server answers to a GET. */
  readonly peerBody: string;
  /** The least share of the bare server's rate. */
  readonly aim: number;
}

/** Puts the server under a load of requests, in turns with a bare hono server that does nothing about the same ones. */
export async function besideBareHttp(
  { target, rounds, roundSeconds }: Bench,
  { name, connections, requests, peerBody, aim }: HttpLoad,
): Promise<BenchRow[]> {
  await using peer = new Program<BareHttpJob, number>("peers/bare-http.ts");
  await using load = new Program<HttpJob, Measured>("load/http.ts");
  const barePort = await peer.run({ body: peerBody });
  const { hostname, port } = new URL(target.url);
  const job = { connections, seconds: roundSeconds, requests };
  const measured = await interleave(
    rounds,
    () => load.run({ ...job, host: hostname, port: Number(port) }),
    () => load.run({ ...job, host: "127.0.0.1", port: barePort }),
  );
  return rowsOf(`${name}, ${connections} connections`, "answers/s", aim, measured);
}
