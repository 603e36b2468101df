// A WebSocket session of a test: what it sends, and what comes back in order.

import { once } from "node:events";
import { WebSocket } from "ws";
import type { TestServer } from "./server.ts";

/** A message of the Ditto Protocol as a test looks at it. */
export interface Message {
  readonly topic: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly value?: unknown;
  readonly status?: number;
  readonly revision?: number;
}

/** The code of the error that a message tells. */
export const errorOf = (message: Message): string | undefined =>
  (message.value as { error?: string } | null | undefined)?.error;

export interface Session extends AsyncDisposable {
  readonly socket: WebSocket;
  /** Everything that came and was not yet taken, as text. */
  readonly inbox: string[];
  /** Sends text as it is, anything else as JSON. */
  send(message: unknown): void;
  /** Takes the next text that comes. */
  next(withinMs?: number): Promise<string>;
  /** Takes the next message. */
  message(): Promise<Message>;
  /** Sends a message and takes the next one that comes. */
  ask(message: unknown): Promise<Message>;
  /** The close code, once the session is closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Opens a session as `ditto`, or with other headers. */
export async function openSession(
  server: Pick<TestServer, "wsUrl">,
  headers?: Record<string, string>,
  query = "",
): Promise<Session> {
  const authorization = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;
  const socket = new WebSocket(`${server.wsUrl}/ws/2${query}`, { headers: headers ?? { authorization } });
  const inbox: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.on("message", (data) => {
    const text = data.toString();
    const taker = waiting.shift();
    if (taker) taker(text);
    else inbox.push(text);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => undefined); // told by the close code

  const next = (withinMs = 10_000): Promise<string> => {
    const here = inbox.shift();
    if (here !== undefined) return Promise.resolve(here);
    return new Promise((resolve, reject) => {
      const taker = (text: string): void => {
        clearTimeout(late);
        resolve(text);
      };
      const late = setTimeout(() => {
        waiting.splice(waiting.indexOf(taker), 1);
        reject(new Error(`nothing came within ${withinMs} ms`));
      }, withinMs);
      waiting.push(taker);
    });
  };
  const send = (message: unknown) =>
    socket.send(typeof message === "string" ? message : JSON.stringify(message));
  const message = async () => JSON.parse(await next()) as Message;
  return {
    socket,
    inbox,
    send,
    next,
    message,
    ask: (what) => {
      send(what);
      return message();
    },
    closed,
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await closed;
    },
  };
}

/** The status of a handshake: 101, or what it was refused with; a session that opens is closed again. */
export async function handshakeStatus(
  server: Pick<TestServer, "wsUrl">,
  headers: Record<string, string> = {},
  query = "",
): Promise<number> {
  const socket = new WebSocket(`${server.wsUrl}/ws/2${query}`, { headers });
  const status = await Promise.race([
    once(socket, "open").then(() => 101),
    once(socket, "unexpected-response").then(([, response]) => response.statusCode as number),
  ]);
  socket.on("error", () => undefined); // a refused handshake that is ended is an error of the client
  socket.terminate();
  return status;
}

/** A command on a thing; the name is what follows the namespace `org.acme`. */
export function commandMessage(
  name: string,
  action: string,
  path: string,
  value?: unknown,
  headers: Record<string, unknown> = {},
) {
  const topic = `org.acme/${name}/things/twin/commands/${action}`;
  return { topic, headers: { "correlation-id": "c", ...headers }, path, value };
}
