import { type Bench, roundsOf, rowsOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import type { CommandsJob } from "../load/commands.ts";
import type { DeviceJob } from "../load/device.ts";
import type { HttpJob } from "../load/http.ts";
import type { Measured } from "../load/measured.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { requestText, type Target, thingCount, thingId } from "../target.ts";
import { modifyMessage } from "./modify.ts";

const connections = 64;
/** One device for all things: several would each be sent what only one of them has to answer. */
const devices = 1;

/**
 * Messages to a device: from HTTP to its WebSocket, and its answer back. Alone, one at a time; then many at a time, beside a
 * bare ws server that echoes the messages of as many clients; and beside a relay that does nothing but pass the same messages
 * on, since no server of node:http comes nearer to an echo than that.
 */
export async function liveRoundTrip({ target, rounds, roundSeconds }: Bench): Promise<BenchRow[]> {
  await using echoPeer = new Program<object, number>("peers/bare-ws.ts");
  await using relayPeer = new Program<object, number>("peers/bare-relay.ts");
  await using device = new Program<DeviceJob, undefined>("load/device.ts");
  await using relayDevice = new Program<DeviceJob, undefined>("load/device.ts");
  await using load = new Program<HttpJob, Measured>("load/http.ts");
  await using echoLoad = new Program<CommandsJob, Measured>("load/commands.ts");
  await device.run({ url: webSocketOf(target), headers: target.owner, sessions: devices });
  const relay = { ...target, url: `http://127.0.0.1:${await relayPeer.run({})}` };
  await relayDevice.run({ url: webSocketOf(relay), headers: target.owner, sessions: devices });
  const job = messagesJob(target, roundSeconds);
  const relayJob = messagesJob(relay, roundSeconds);
  const echo = echoJob(`ws://127.0.0.1:${await echoPeer.run({})}/echo`, roundSeconds);
  const alone = await load.run({ ...job, connections: 1 });
  const ours = () => load.run(job);
  const besideEcho = await interleave(rounds, ours, () => echoLoad.run(echo));
  const besideRelay = await interleave(rounds, ours, () => load.run(relayJob));
  return [
    {
      name: "Message to a device and its answer, one at a time, p50",
      value: alone.p50,
      unit: "ms",
      target: 1.5,
    },
    ...rowsOf(`The same, ${connections} at a time`, "answers/s", 0.25, besideEcho),
    {
      name: `The same, ${connections} at a time, beside a bare relay`,
      value: besideRelay.ours.rate,
      unit: "answers/s",
      limit: besideRelay.limit.rate,
      ratio: besideRelay.ours.rate / besideRelay.limit.rate,
      rounds: roundsOf(besideRelay, "rate"),
    },
  ];
}

const webSocketOf = ({ url }: Target): string => `${url.replace(/^http/, "ws")}/ws/2`;

function messagesJob(target: Target, seconds: number): HttpJob {
  const { hostname, port } = new URL(target.url);
  const requests = Array.from({ length: thingCount }, (_, i) =>
    requestText(target, "POST", `/api/2/things/${thingId(i)}/inbox/messages/ask`, '{"question":1}'),
  );
  return { host: hostname, port: Number(port), connections, seconds, requests };
}

/** As many clients, and as there each sends its next message once it is answered. */
const echoJob = (url: string, seconds: number): CommandsJob => ({
  url,
  headers: {},
  seconds,
  sockets: Array.from({ length: connections }, (_, i) => [[modifyMessage(i % thingCount, 0, 0)]]),
});
