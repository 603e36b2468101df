// Connections of attackers: bytes as they are, since no library would send them.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ditto, type Stage } from "./attack.ts";

/** How long an attacker waits for an answer. */
const PATIENCE_MS = 30_000;

/** Connects; gives the socket whatever becomes of it. Its errors are nobody's business. */
export async function open({ url, stop }: Stage, localAddress = "127.0.0.1"): Promise<Socket> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), localAddress, noDelay: true });
  socket.on("error", () => undefined);
  await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => undefined);
  if (stop.aborted) socket.destroy();
  return socket;
}

/** Sends bytes and gives the status of the first answer: 0 where the connection is closed without one. */
export async function ask(stage: Stage, bytes: string | Buffer, localAddress?: string): Promise<number> {
  const socket = await open(stage, localAddress);
  socket.write(bytes);
  const status = await statusOn(socket, stage);
  socket.destroy();
  return status;
}

/** The status of the first answer that comes on a connection, 408 where none comes in time; 0 where it is closed. */
export function statusOn(socket: Socket, { stop }: Stage): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const isOver = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]);
  const giveUp = () => resolve(stop.aborted ? 0 : 408);
  if (socket.destroyed || stop.aborted) return Promise.resolve(0);
  isOver.addEventListener("abort", giveUp, { once: true });
  socket.once("data", (chunk) => resolve(Number(chunk.toString("latin1", 9, 12))));
  socket.once("close", () => resolve(0));
  return promise.finally(() => isOver.removeEventListener("abort", giveUp));
}

/** The text of a request, as `ditto` unless told otherwise. */
export function request(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string | Buffer } = {},
): string {
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const all = { host: "localhost", authorization: ditto, ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}

export const json = { "content-type": "application/json" };

/** Waits so long, or until the attack is over. */
export const pause = ({ stop }: Stage, ms: number): Promise<void> =>
  sleep(ms, undefined, { signal: stop }).catch(() => undefined);

/** Ends when the attack does. */
export const over = async ({ stop }: Stage): Promise<void> => {
  if (!stop.aborted) await once(stop, "abort");
};

/** Opens so many connections, some at a time, as an attacker with one machine would. */
export async function openMany(stage: Stage, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const left = Array.from({ length: count }).keys();
  const lane = async () => {
    for (const _ of left) {
      if (stage.stop.aborted) return;
      sockets.push(await open(stage));
    }
  };
  await Promise.all(Array.from({ length: 50 }, lane));
  return sockets;
}

/** A PUT that creates or changes something; any failure is one of the attack. */
export async function put(stage: Stage, path: string, value: unknown): Promise<void> {
  const init = { method: "PUT", headers: { authorization: ditto, ...json }, body: JSON.stringify(value) };
  const response = await fetch(new URL(path, stage.url), init);
  if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
