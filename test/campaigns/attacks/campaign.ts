// One attack after another on one server, each beside clients that behave.

import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds } from "../../../bench/cpu.ts";
import { Program } from "../../../bench/program.ts";
import { residentMb } from "../../../bench/resident.ts";
import type { TestServer } from "../../support/server.ts";
import { newPlace, type StorageKind } from "../place.ts";
import type { Attack } from "./attack.ts";
import type { AttackJob } from "./attacker.ts";
import { Bystanders, type Watched } from "./bystanders.ts";
import type { Attacked } from "./make.ts";

export interface Campaign {
  /** Of each attack, and before all of rest. */
  readonly seconds: number;
  readonly size: number;
  readonly storage: StorageKind;
  readonly tell: (line: string) => void;
}

/** How much longer than at rest others may wait, at the 99th percentile. */
const PATIENCE = 5;
/** The heap that the server is given, which V8 fills with garbage before it collects it, whatever is alive in it. */
const HEAP_MB = 1_536;
/** Young garbage and what is kept beside the heap: the program, buffers, the library of the embedded database. */
const BESIDE_MB = 900;
const SAMPLE_MS = 100;
/** After an attack, until what it left behind is done with: the next is judged by what it does itself. */
const SETTLE_MS = 3_000;

/** Makes the attacks; resolves with how many findings there were. */
export async function attackAll(
  attacks: readonly Attack[],
  { seconds, size, storage, tell }: Campaign,
): Promise<number> {
  await using place = await newPlace(storage);
  await using server = await place.start({ NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
  await using attacker = new Program<AttackJob, Attacked>("../test/campaigns/attacks/attacker.ts");
  await using bystanders = await Bystanders.on(server.url);
  await bystanders.watch(Math.min(5, seconds)); // warm
  const rest = await bystanders.watch(seconds);
  tell(`at rest: ${figures(rest)}; ${residentMb(server.pid).toFixed(0)} MB`);
  let failures = 0;
  for (const attack of attacks) {
    const job = { name: attack.name, url: server.url, size };
    await attacker.run({ ...job, seconds: 0 });
    await sleep(SETTLE_MS);
    const peak = new Peak(server);
    const [attacked, watched] = await Promise.all([
      attacker.run({ ...job, seconds }),
      bystanders.watch(seconds),
    ]);
    const used = peak.end();
    tell(`\n${attack.name}: ${attack.about}`);
    tell(`  others: ${figures(watched, rest)}`);
    tell(
      `  memory: ${used.before.toFixed(0)} → ${used.peak.toFixed(0)} MB; processor: ${used.cores.toFixed(2)} cores`,
    );
    tell(
      `  attack: ${Object.entries(attacked.counts)
        .map(([what, times]) => `${what} ×${times}`)
        .join(", ")}`,
    );
    const findings = [...attacked.wrong, ...watched.wrong, ...lateness(watched, rest), ...excess(used)];
    for (const finding of findings.slice(0, 10)) tell(`  FOUND ${finding}`);
    failures += findings.length;
  }
  return failures;
}

const figures = ({ kinds }: Watched, rest?: Watched): string =>
  kinds
    .map(({ kind, count, p50, p99 }, i) => {
      const times = rest ? ` (×${(p99 / (rest.kinds[i]?.p99 ?? 1)).toFixed(1)})` : "";
      return `${kind} p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms${times} of ${count}`;
    })
    .join(", ");

const lateness = ({ kinds }: Watched, rest: Watched): readonly string[] =>
  kinds.flatMap(({ kind, p99 }, i) => {
    const most = PATIENCE * (rest.kinds[i]?.p99 ?? 0);
    return p99 <= most
      ? []
      : [`others wait ${p99.toFixed(1)} ms for a ${kind}, more than ${most.toFixed(1)} ms`];
  });

const excess = ({ peak }: Used): readonly string[] => {
  const most = HEAP_MB + BESIDE_MB;
  return peak <= most ? [] : [`the server takes ${peak.toFixed(0)} MB, more than ${most.toFixed(0)} MB`];
};

interface Used {
  readonly before: number;
  readonly peak: number;
  readonly cores: number;
}

/** What a server takes from now on. */
export class Peak {
  readonly #server: TestServer;
  readonly #timer: NodeJS.Timeout;
  readonly #before: number;
  readonly #cpu: number;
  readonly #since = performance.now();
  #peak: number;

  constructor(server: TestServer) {
    this.#server = server;
    this.#before = residentMb(server.pid);
    this.#peak = this.#before;
    this.#cpu = cpuSeconds(server.pid);
    this.#timer = setInterval(() => this.#look(), SAMPLE_MS);
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, residentMb(this.#server.pid));
  }

  end(): Used {
    clearInterval(this.#timer);
    this.#look();
    const cores = (cpuSeconds(this.#server.pid) - this.#cpu) / ((performance.now() - this.#since) / 1_000);
    return { before: this.#before, peak: this.#peak, cores };
  }
}
