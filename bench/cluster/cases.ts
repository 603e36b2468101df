// One kind of load on a cluster, and what each command of it costs whom.

import { setTimeout as sleep } from "node:timers/promises";
import { median, sound } from "../interleave.ts";
import type { HttpJob, HttpMeasured } from "../load/http.ts";
import type { SessionsJob } from "../load/sessions.ts";
import { Program } from "../program.ts";
import { propertyPath, requestText, type Target } from "../target.ts";
import type { CommandCost, IdleCost } from "./costs.ts";
import type { Members } from "./ground.ts";
import { difference, type Meter, type Used } from "./meter.ts";
import { chosenOwner } from "./owners.ts";

/** As many programs load each cluster, whatever its size, so that what is compared gets the same. */
export const LOADERS = 3;
const CONNECTIONS_EACH = 11;
/** The first round, which does not count, is so many times as long. */
const WARM_UP = 3;

export interface Case {
  readonly method: "GET" | "PUT";
  /** Each command to the owner of its thing, or to any member in turn. */
  readonly to: "owner" | "any";
  readonly thingIds: readonly string[];
  readonly seconds: number;
  readonly rounds: number;
}

/** The medians, and what they are of. */
export interface MeasuredCost extends CommandCost {
  readonly rounds: readonly CommandCost[];
}

interface Round {
  readonly measured: readonly HttpMeasured[];
  readonly used: Used;
}

/** What a command costs, with what follows of it in the search index; the medians of rounds, after one that warms up. */
export async function costOf(members: Members, meter: Meter, asked: Case): Promise<MeasuredCost> {
  await using stack = new AsyncDisposableStack();
  const loaders = Array.from({ length: LOADERS }, () =>
    stack.use(new Program<HttpJob, HttpMeasured>("load/http.ts")),
  );
  const jobs = loaders.map((_, at) => jobOf(members, asked, at));
  const rounds: CommandCost[] = [];
  for (let round = 0; round <= asked.rounds; round++) {
    // Members that were just started still compile what they run.
    const seconds = asked.seconds * (round === 0 ? WARM_UP : 1);
    await members.indexed();
    const before = await meter.read();
    const measured = await Promise.all(
      loaders.map(async (loader, at) => sound(await loader.run({ ...(jobs[at] as HttpJob), seconds }))),
    );
    if (asked.method === "PUT") await members.indexed();
    const used = difference(await meter.read(), before);
    if (round > 0) rounds.push(perCommand({ measured, used }));
  }
  const of = (figure: keyof CommandCost) => median(rounds.map((one) => one[figure]));
  return {
    ...{ rate: of("rate"), p50: of("p50"), p99: of("p99") },
    ...{ membersUs: of("membersUs"), natsUs: of("natsUs"), postgresUs: of("postgresUs") },
    ...{ natsMessages: of("natsMessages"), natsBytes: of("natsBytes") },
    ...{ walBytes: of("walBytes"), journalBytes: of("journalBytes") },
    rounds,
  };
}

function perCommand({ measured, used }: Round): CommandCost {
  const sum = (figure: "rate" | "answers") => measured.reduce((total, one) => total + one[figure], 0);
  const commands = sum("answers");
  const us = (seconds: number) => (seconds / commands) * 1e6;
  return {
    rate: sum("rate"),
    p50: median(measured.map(({ p50 }) => p50)),
    p99: Math.max(...measured.map(({ p99 }) => p99)),
    ...{ membersUs: us(used.members), natsUs: us(used.nats), postgresUs: us(used.postgres) },
    natsMessages: used.natsMessages / commands,
    natsBytes: used.natsBytes / commands,
    walBytes: used.walBytes / commands,
    journalBytes: used.journalBytes / commands,
  };
}

/** What one of the loaders does: it speaks to one member only. */
function jobOf({ all, targets }: Members, { method, to, thingIds, seconds }: Case, at: number): HttpJob {
  const member = at % all.length;
  const target = targets[member] as Target;
  const ids = all.map(({ memberId }) => memberId);
  const own = thingIds.filter((id) => to === "any" || chosenOwner(id, ids) === member);
  // The loaders do not come by at the same things at the same time.
  const start = Math.floor((own.length / LOADERS) * at);
  const requests = [...own.slice(start), ...own.slice(0, start)].map((id, n) =>
    method === "GET"
      ? requestText(target, "GET", `/api/2/things/${id}`)
      : requestText(target, "PUT", `/api/2/things/${id}/${propertyPath}`, `${n / 8}`),
  );
  const { hostname: host, port } = new URL(target.url);
  return { host, port: Number(port), connections: CONNECTIONS_EACH, seconds, requests };
}

/** What is used while nobody asks for anything, in a second. */
export async function idleCost(meter: Meter, seconds: number): Promise<IdleCost> {
  const before = await meter.read();
  const startedAt = performance.now();
  await sleep(seconds * 1_000);
  const used = difference(await meter.read(), before);
  const elapsed = (performance.now() - startedAt) / 1_000;
  const each = (figure: keyof Used) => used[figure] / elapsed;
  return {
    members: each("members"),
    nats: each("nats"),
    postgres: each("postgres"),
    natsMessages: each("natsMessages"),
  };
}

/** Runs something while so many sessions, spread over the members, hear of all changes. */
export async function heard<T>({ targets }: Members, listeners: number, run: () => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  for (const { url, owner } of targets) {
    const program = stack.use(new Program<SessionsJob, undefined>("load/sessions.ts"));
    const count = listeners / targets.length;
    await program.run({
      ...{ do: "hold", url: `${url.replace(/^http/, "ws")}/ws/2`, headers: owner, count },
      subscribe: "START-SEND-EVENTS",
    });
    stack.defer(async () => {
      await program.run({ do: "release" });
    });
  }
  return await run();
}
