// How fast things come in over WebSockets, piece by piece, and what the server takes meanwhile.

import type { TestServer } from "../../test/support/server.ts";
import type { BulkJob } from "../load/bulk.ts";
import type { Created, CreateJob } from "../load/create.ts";
import { Program } from "../program.ts";
import type { LinePlot } from "../report/report.ts";
import { residentMb } from "../resident.ts";
import type { BenchRow } from "../row.ts";
import { targetOf } from "../storage.ts";
import { namespace, subjectOf } from "../target.ts";
import { policies } from "./things.ts";

const PIECES = 40;
const LEAST_PIECE = 500;
/** A storage that takes things so much slower than at best has given up. */
const GIVES_UP_AT = 0.05;

export interface Loaded {
  readonly things: number;
  readonly rows: readonly BenchRow[];
  readonly plots: readonly LinePlot[];
  /** Why there are fewer than asked for. */
  readonly gaveUp: string | undefined;
}

export async function load(server: TestServer, wanted: number): Promise<Loaded> {
  const { url, owner: headers } = targetOf(server);
  const subject = await subjectOf(targetOf(server));
  await using bulk = new Program<BulkJob, number>("load/bulk.ts");
  await bulk.run({ do: "policies", url, headers, subject, namespace, things: 0, policies });
  await using create = new Program<CreateJob, Created>("load/create.ts");
  const job = { url: `${url.replace(/^http/, "ws")}/ws/2`, headers, namespace, policies };
  const piece = Math.max(LEAST_PIECE, Math.ceil(wanted / PIECES));
  const rates: [number, number][] = [];
  const memory: [number, number][] = [];
  let seconds = 0;
  let things = 0;
  let gaveUp: string | undefined;
  while (things < wanted && gaveUp === undefined) {
    const count = Math.min(piece, wanted - things);
    try {
      const made = await create.run({ ...job, from: things, count });
      if (made.refused > 0) throw new Error(`${made.refused} were refused, the first: ${made.firstRefusal}`);
      seconds += made.seconds;
      things += count;
      rates.push([things / 1e3, count / made.seconds]);
      memory.push([things / 1e3, residentMb(server.pid)]);
      console.error(`… ${things} things, ${Math.round(count / made.seconds)} a second`);
      const best = Math.max(...rates.map(([, rate]) => rate));
      if (count / made.seconds < best * GIVES_UP_AT)
        gaveUp = `less than ${GIVES_UP_AT * 100} % of its best rate`;
    } catch (error) {
      gaveUp = error instanceof Error ? error.message : String(error);
    }
  }
  if (things === 0) throw new Error(`not one piece was loaded: ${gaveUp}`);
  const across = "thousand things";
  return {
    ...{ things, gaveUp },
    rows: [
      { name: "Things of 1 KB created", value: things, unit: "things", floor: wanted },
      { name: "Creating them over WebSockets, all", value: things / seconds, unit: "things/s" },
      { name: "The first of them", value: rates[0]?.[1] ?? 0, unit: "things/s" },
      { name: "The last of them", value: rates.at(-1)?.[1] ?? 0, unit: "things/s" },
      {
        name: "Resident memory while they were created, at most",
        value: Math.max(...memory.map(([, mb]) => mb)),
        unit: "MB",
      },
    ],
    plots: [
      { title: "Creating things", across, unit: "things/s", lines: [{ name: "things/s", points: rates }] },
      { title: "Resident memory meanwhile", across, unit: "MB", lines: [{ name: "server", points: memory }] },
    ],
  };
}
