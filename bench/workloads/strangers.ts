import { type Bench, roundsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { CommandsJob } from "../load/commands.ts";
import type { Measured } from "../load/measured.ts";
import type { SessionsJob } from "../load/sessions.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { listeners, subscribe } from "./fan-out.ts";
import { modifyJob } from "./modify.ts";

/**
 * What 1,000 sessions that may not read them cost the events: modify commands with one session that may read them,
 * with and without those strangers. Says nothing where there is nobody who may not.
 */
export async function strangers({ target, rounds, roundSeconds }: Bench): Promise<BenchRow[]> {
  if (!target.stranger) return [];
  await using reader = new Program<SessionsJob, undefined>("load/sessions.ts");
  await using crowd = new Program<SessionsJob, undefined>("load/sessions.ts");
  await using load = new Program<CommandsJob, Measured>("load/commands.ts");
  const url = `${target.url.replace(/^http/, "ws")}/ws/2`;
  const headers = target.stranger;
  const job = modifyJob(target, roundSeconds);
  await reader.run({ do: "hold", url, headers: target.owner, count: 1, subscribe });
  const measured = await interleave(
    rounds,
    async () => {
      await crowd.run({ do: "hold", url, headers, count: listeners, subscribe });
      const measured = await load.run(job);
      await crowd.run({ do: "release" });
      return measured;
    },
    () => load.run(job),
  );
  const { ours, limit } = measured;
  const name = `Events beside ${listeners} sessions that may not read them`;
  return [
    {
      name,
      value: ours.rate,
      unit: "events/s",
      limit: limit.rate,
      ratio: ours.rate / limit.rate,
      target: 0.95,
      rounds: roundsOf(measured, "rate"),
    },
  ];
}
