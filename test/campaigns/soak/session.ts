import { once } from "node:events";
import { WebSocket } from "ws";
import { authorization, type Stage } from "./actor.ts";

export interface Envelope {
  readonly topic: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly status?: number;
  readonly value?: unknown;
}

/** Opens a session; its close code is wrong unless it is among the expected ones. */
export async function openSession(
  { server, tally }: Stage,
  { query = "", expected = [1000, 1005, 1006] }: { query?: string; expected?: readonly number[] } = {},
): Promise<WebSocket | undefined> {
  const socket = new WebSocket(`${server.wsUrl}/ws/2${query}`, { headers: { authorization } });
  socket.on("error", (error) => tally.wrong(`a session failed: ${error.message}`));
  try {
    await once(socket, "open");
  } catch {
    return undefined; // told above
  }
  tally.count("session opened");
  socket.on("close", (code, reason) => {
    if (expected.includes(code)) tally.count(`session closed: ${code}`);
    else tally.wrong(`a session was closed with ${code} ${reason}`);
  });
  return socket;
}

/** Sends text as it is, anything else as JSON; nothing where the session is over. */
export function say(socket: WebSocket, what: unknown): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(typeof what === "string" ? what : JSON.stringify(what));
}

/** Hands every message of the Ditto Protocol on; what acknowledges a control message is counted. */
export function listen(socket: WebSocket, { tally }: Stage, take: (envelope: Envelope) => void): void {
  socket.on("message", (data) => {
    const text = data.toString();
    if (text.endsWith(":ACK")) tally.count("control message acknowledged");
    else take(JSON.parse(text) as Envelope);
  });
}

export const isError = ({ topic }: Envelope): boolean => topic.endsWith("/errors");
