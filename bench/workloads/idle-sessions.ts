import type { Place } from "../../test/campaigns/place.ts";
import type { Measured } from "../load/measured.ts";
import type { SessionsJob } from "../load/sessions.ts";
import { Program } from "../program.ts";
import { settledMb } from "../resident.ts";
import type { BenchRow } from "../row.ts";
import { startOurs, targetOf } from "../storage.ts";

const sessions = 10_000;
/** Opened and closed before it is measured: a process takes memory that it does not give back, whatever the sessions are. */
const warmUp = 2_000;

/** Resident memory of idle sessions, each beyond that of a session of a bare ws server. */
export async function idleSessions(place: Place): Promise<BenchRow[]> {
  await using server = await startOurs(place);
  await using peer = new Program<object, number>("peers/bare-ws.ts");
  const { url, owner } = targetOf(server);
  const bareUrl = `ws://127.0.0.1:${await peer.run({})}/listen`;
  const ours = await kilobytesEach(server.pid, `${url.replace(/^http/, "ws")}/ws/2`, owner);
  const bare = await kilobytesEach(peer.pid, bareUrl, {});
  const name = `${sessions.toLocaleString("en-US")} idle WebSocket sessions, resident memory of each`;
  return [
    { name, value: ours, unit: "kB", limit: bare },
    { name: "The same beyond a session of a bare ws server", value: ours - bare, unit: "kB", target: 20 },
  ];
}

async function kilobytesEach(
  pid: number,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  await using clients = new Program<SessionsJob, Measured | undefined>("load/sessions.ts");
  await clients.run({ do: "hold", url, headers, count: warmUp });
  await clients.run({ do: "release" });
  const before = await settledMb(pid);
  await clients.run({ do: "hold", url, headers, count: sessions });
  const after = await settledMb(pid);
  await clients.run({ do: "release" });
  return ((after - before) * 1_000) / sessions;
}
