import { once } from "node:events";
import { WebSocket } from "ws";
import { type Bench, rowsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { Measured } from "../load/measured.ts";
import type { SessionsJob } from "../load/sessions.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { propertyPath, put, type Target, thingId } from "../target.ts";
import { modifyMessage } from "./modify.ts";

export const listeners = 1_000;
export const subscribe = "START-SEND-EVENTS";

/** Events under way at once: enough that the server never waits for the next write, few enough to fill no queue. */
const underWay = 4;

/** One event to 1,000 sessions that may read it, beside a bare ws server that sends each message to all others. */
export async function fanOut({ target, rounds, roundSeconds }: Bench): Promise<BenchRow[]> {
  await using peer = new Program<object, number>("peers/bare-ws.ts");
  await using ours = new Program<SessionsJob, Measured>("load/sessions.ts");
  await using bare = new Program<SessionsJob, Measured>("load/sessions.ts");
  const bareUrl = `ws://127.0.0.1:${await peer.run({})}`;
  const url = `${target.url.replace(/^http/, "ws")}/ws/2`;
  const headers = target.owner;
  const event = await anEvent(target);
  await ours.run({ do: "hold", url, headers, count: listeners, subscribe });
  await bare.run({ do: "hold", url: `${bareUrl}/listen`, headers: {}, count: listeners });
  const load = { do: "deliver", seconds: roundSeconds, underWay } as const;
  const messages = [0, 1, 2, 3].map((turn) => modifyMessage(turn, turn, turn));
  const measured = await interleave(
    rounds,
    () => ours.run({ ...load, url, headers, messages }),
    () => bare.run({ ...load, url: `${bareUrl}/write`, headers: {}, messages: [event] }),
  );
  return rowsOf(`Event to ${listeners} sessions that may read it`, "deliveries/s", 0.5, measured);
}

/** The text of an event as the server sends it, so that the limit sends as many bytes. */
async function anEvent(target: Target): Promise<string> {
  const socket = new WebSocket(`${target.url.replace(/^http/, "ws")}/ws/2`, { headers: target.owner });
  await once(socket, "open");
  socket.send(subscribe);
  await once(socket, "message");
  const [[event]] = await Promise.all([
    once(socket, "message"),
    put(target, `/api/2/things/${thingId(0)}/${propertyPath}`, "19.5"),
  ]);
  socket.terminate();
  return String(event);
}
