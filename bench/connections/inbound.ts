// Messages of a broker on their way into the journal, beside those who do only a part of that.

import type { Place } from "../../test/campaigns/place.ts";
import { cpuSeconds } from "../cpu.ts";
import { median } from "../interleave.ts";
import type { AppendJob } from "../peers/bare-journal.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import type { ConsumeJob } from "./consumption.ts";
import type { FillJob } from "./fill.ts";
import type { ConnectionJson, Site } from "./site.ts";

/** A transport whose messages come in. */
export interface Inlet {
  readonly name: string;
  readonly port: number;
  /** For whom the broker keeps messages: for all, for who subscribed before, or for nobody. */
  readonly keeps: "for all" | "for subscribers" | "nothing";
  /** Programs that publish messages and that only consume them, relative to bench/. */
  readonly fill: string;
  readonly bare: string;
  /** Where the messages of a round are. */
  where(round: string): Pick<FillJob, "address" | "stream">;
  connection(where: Pick<FillJob, "address" | "stream">, source: SourceJson): ConnectionJson;
  /** What the rate is to be a share of. */
  limit(rates: { readonly bare: number; readonly journal: number }): number;
}

/** What sources of all transports have. */
export type SourceJson = Readonly<Record<string, unknown>>;

export interface InboundBench {
  readonly site: Site;
  /** Makes a place of the same kind as that of the site. */
  readonly newPlace: () => Promise<Place>;
  readonly rounds: number;
  readonly messages: number;
}

const SHARE = 0.4;

/** Each side has one round more than is counted, to warm up. */
export async function inbound(inlet: Inlet, bench: InboundBench): Promise<BenchRow[]> {
  await using fill = new Program<FillJob, void>(inlet.fill);
  await using bare = new Program<ConsumeJob, number>(inlet.bare);
  await using journal = new Program<AppendJob, number>("peers/bare-journal.ts");
  await using place = await bench.newPlace();
  const found: Found[] = [];
  for (let round = 0; round <= bench.rounds; round++) {
    found.push({
      ...(await oursRound(inlet, bench, fill, round)),
      bare: await bareRound(inlet, bench, fill, bare, round),
      journal: await journal.run({ storage: place.storage, count: bench.messages }),
    });
  }
  return rowsOf(inlet, found.slice(1));
}

interface Found {
  readonly ours: number;
  /** Microseconds of the server for one message. */
  readonly cpu: number;
  /** Seconds that the search index is behind at the end. */
  readonly behind: number;
  readonly bare: number;
  readonly journal: number;
}

function rowsOf({ name, limit: limitOf }: Inlet, found: readonly Found[]): BenchRow[] {
  const figureOf = (figure: keyof Found) => {
    const value = found.map((one) => one[figure]);
    return { value: median(value), rounds: { value } };
  };
  const [title, unit] = [`${name} in, to the journal`, "messages/s"];
  const limits = found.map((one) => limitOf(one));
  const { value, rounds } = figureOf("ours");
  const limit = median(limits);
  const ratio = value / limit;
  return [
    { name: title, value, unit, limit, ratio, target: SHARE, rounds: { ...rounds, limit: limits } },
    { name: `${title}: CPU of the server`, ...figureOf("cpu"), unit: "µs/message" },
    { name: `${title}: the search index is behind`, ...figureOf("behind"), unit: "s" },
    { name: `${title}: a bare consumer beside it`, ...figureOf("bare"), unit },
    { name: `${title}: the bare journal beside it`, ...figureOf("journal"), unit: "rows/s" },
  ];
}

async function oursRound(
  inlet: Inlet,
  { site, messages }: InboundBench,
  fill: Program<FillJob, void>,
  round: number,
): Promise<Pick<Found, "ours" | "cpu" | "behind">> {
  const where = inlet.where(`ours-${round}`);
  const connection = inlet.connection(where, sourceOf(site));
  const id = `bench-${inlet.port}-${round}`; // one that could not be made is not in the way of another kind
  if (inlet.keeps !== "for all") await site.put(id, "open", connection);
  if (inlet.keeps === "for subscribers") await site.put(id, "closed", connection);
  const filled = fill.run({ ...where, port: inlet.port, count: messages });
  if (inlet.keeps !== "nothing") await filled;
  await site.indexed();
  const before = cpuSeconds(site.pid);
  if (inlet.keeps !== "nothing") await site.put(id, "open", connection);
  const ours = await site.settledRate(id, messages);
  const cpu = ((cpuSeconds(site.pid) - before) / messages) * 1e6;
  const behind = await site.behind();
  await filled;
  await site.remove(id);
  await site.indexed();
  return { ours, cpu, behind };
}

const sourceOf = ({ subject }: Site): SourceJson => ({
  authorizationContext: [subject],
  acknowledgementRequests: { includes: ["twin-persisted"] },
});

async function bareRound(
  inlet: Inlet,
  { messages }: InboundBench,
  fill: Program<FillJob, void>,
  bare: Program<ConsumeJob, number>,
  round: number,
): Promise<number> {
  const job = { ...inlet.where(`bare-${round}`), port: inlet.port, count: messages };
  if (inlet.keeps !== "for all") await bare.run({ ...job, do: "subscribe" });
  const filled = fill.run(job);
  if (inlet.keeps !== "nothing") await filled;
  const rate = await bare.run({ ...job, do: "consume" });
  await filled;
  return rate;
}
