import { type Bench, rowsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { CommandsJob } from "../load/commands.ts";
import type { Measured } from "../load/measured.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { namespace, propertyPath, type Target, thingCount } from "../target.ts";

const sockets = 8;
const inFlight = 32;

/** Modify commands over WebSockets, answered after commit, beside a bare ws server that echoes the same messages. */
export async function modify({ target, rounds, roundSeconds }: Bench): Promise<BenchRow[]> {
  await using peer = new Program<object, number>("peers/bare-ws.ts");
  await using load = new Program<CommandsJob, Measured>("load/commands.ts");
  const echo = `ws://127.0.0.1:${await peer.run({})}/echo`;
  const job = modifyJob(target, roundSeconds);
  const measured = await interleave(
    rounds,
    () => load.run(job),
    () => load.run({ ...job, url: echo }),
  );
  return rowsOf(
    `WebSocket modify, ${sockets} sockets with ${inFlight} in flight`,
    "answers/s",
    0.3,
    measured,
  );
}

/** The load alone, for workloads that put something beside it. */
export const modifyJob = (target: Target, seconds: number): CommandsJob => ({
  url: `${target.url.replace(/^http/, "ws")}/ws/2`,
  headers: target.owner,
  seconds,
  sockets: Array.from({ length: sockets }, (_, socket) =>
    Array.from({ length: inFlight }, (_, slot) =>
      [0, 1, 2, 3].map((turn) =>
        modifyMessage((socket * inFlight + slot + turn * 7) % thingCount, slot, turn),
      ),
    ),
  ),
});

export const modifyMessage = (thing: number, slot: number, turn: number): string =>
  JSON.stringify({
    topic: `${namespace}/thing-${thing}/things/twin/commands/modify`,
    headers: { "correlation-id": `c${slot}`, "content-type": "application/json" },
    path: `/${propertyPath}`,
    value: 20 + turn / 10 + slot,
  });
