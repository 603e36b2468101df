// The WebSocket door: handshake, authentication, heartbeats.

import type { IncomingMessage, Server } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { TwinError } from "../../base/errors.ts";
import { internalError } from "../../base/internal-error.ts";
import { refusalHeaders } from "../auth/challenge.ts";
import { errorAnswer, notFoundAnswer } from "../http/answers.ts";
import type { Entrance } from "../http/entrance.ts";
import { unsupportedApiVersion } from "../http/errors.ts";
import { type Admission, admit } from "../http/request-headers.ts";
import { readTarget } from "../http/uri.ts";
import { restAfter } from "../throttling/arrivals.ts";
import { readOnInTurn } from "../throttling/in-pieces.ts";
import type { Places } from "../throttling/places.ts";
import { underWayTo } from "../throttling/under-way.ts";
import { watchFrames } from "./frames.ts";
import { type Drain, type Opener, type SessionParts, serveSession } from "./session.ts";

export interface WebSocketParts extends SessionParts, Admission {
  /** What a handshake has to pass first, as any other request. */
  readonly enter: Entrance;
  readonly maxFrameBytes: number;
  /** Bounds how many sessions are open; absent: any number. */
  readonly places?: Places | undefined;
  readonly heartbeatMs: number;
}

/** Keeps nothing of the request alive, as a closure beside others that look at it would. */
function destroy(this: Duplex): void {
  this.destroy();
}

/** Takes no more sessions and messages, answers what is in work for so many milliseconds at most, closes all. */
export type CloseDoor = (withinMs: number) => Promise<void>;

/** How long a client may take to answer the closing frame. */
const CLOSING_MS = 1_000;
/** A message may come in so many frames at most: each is kept, with what else came in its piece. */
const MAX_FRAMES = 1_024;
/** Close codes for whose message is given up (RFC 6455: try again later), and for who breaks a rule of the server. */
const TOO_BUSY = 1013;
const VIOLATION = 1008;

/** Serves `/ws/2` on an HTTP server until the door is closed. */
export function openWebSocketDoor(server: Server, parts: WebSocketParts): CloseDoor {
  const door = new WebSocketServer({
    noServer: true,
    maxPayload: parts.maxFrameBytes,
    maxFragments: MAX_FRAMES,
    perMessageDeflate: false,
  });
  const alive = new WeakSet<WebSocket>();
  const drains = new Map<WebSocket, Drain>();
  const sessions = new WeakMap<Duplex, WebSocket>();
  const watch = watchFrames(underWayTo(server), {
    shed: (connection) =>
      giveUp(sessions.get(connection), TOO_BUSY, "the server is receiving more than it takes at once"),
    flooded(connection) {
      restAfter(connection);
      giveUp(sessions.get(connection), VIOLATION, "more pings and pongs than anybody needs");
    },
    isLong: (connection) =>
      readOnInTurn(connection, () => {
        if (!sessions.get(connection)?.isPaused) connection.resume(); // else it is the session's to be resumed
      }),
  });

  // These two are shared by all sessions: thousands may be open that say nothing.
  function isAlive(this: WebSocket): void {
    alive.add(this);
  }
  function isGone(this: WebSocket): void {
    drains.delete(this);
  }

  function serve(webSocket: WebSocket, socket: Duplex, opener: Opener): void {
    alive.add(webSocket);
    for (const sign of ["pong", "ping", "message"]) webSocket.on(sign, isAlive);
    webSocket.on("close", isGone);
    sessions.set(socket, webSocket);
    watch.call(socket);
    drains.set(webSocket, serveSession(webSocket, socket, opener, parts));
  }

  /** Judges a handshake as any other request; the WebSocket library answers one that is let in. */
  async function shakeHands(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<Response | undefined> {
    const { path, query } = readTarget(request.url as string);
    const version = /^\/ws\/(\d+)\/?$/.exec(path)?.[1];
    if (version === undefined) return notFoundAnswer();
    if (version !== "2") return errorAnswer(unsupportedApiVersion(version));
    const opener = { ...(await admit(request, query, "ws", parts)), sent: request.headers };
    if (socket.destroyed) return undefined; // its client left while it was being authenticated
    const leave = parts.places?.take(opener.auth.subjects[0] ?? "");
    if (leave) socket.once("close", leave);
    door.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, socket, opener));
    return undefined;
  }

  server.on("upgrade", async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", destroy);
    let isLetIn = false;
    const admitted = async (): Promise<Response> => {
      try {
        const response = await shakeHands(request, socket, head);
        isLetIn = response === undefined;
        return response ?? new Response(null);
      } catch (error) {
        return refusal(error, parts);
      }
    };
    const response = await parts.enter(request, admitted);
    if (!isLetIn) await write(socket, response);
  });

  const heartbeat = setInterval(() => beat(door.clients, alive), parts.heartbeatMs);
  heartbeat.unref();

  return (withinMs) => {
    clearInterval(heartbeat);
    return closeDoor(door, drains, withinMs);
  };
}

/** Ends a session whose message takes too long to come while others need its space, or that takes time of others; no more of it is read. */
function giveUp(webSocket: WebSocket | undefined, code: number, reason: string): void {
  webSocket?.close(code, reason);
  webSocket?.pause();
  setTimeout(() => webSocket?.terminate(), CLOSING_MS).unref();
}

/**
 * Pings every session. One that was silent since the last time is gone, even if its connection still looks open. One that is
 * not read at the moment cannot be heard, so its silence says nothing.
 */
function beat(clients: ReadonlySet<WebSocket>, alive: WeakSet<WebSocket>): void {
  for (const webSocket of clients) {
    if (webSocket.isPaused) alive.add(webSocket);
    if (webSocket.isPaused || alive.delete(webSocket)) webSocket.ping();
    else webSocket.terminate();
  }
}

async function closeDoor(
  door: WebSocketServer,
  drains: ReadonlyMap<WebSocket, Drain>,
  withinMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => door.close(() => resolve()));
  await within(withinMs, Promise.all([...drains.values()].map((drain) => drain())));
  for (const webSocket of door.clients) {
    webSocket.close(1001, "the server stops");
    webSocket.resume(); // the client's closing frame has to be read
  }
  await within(CLOSING_MS, closed);
  for (const webSocket of door.clients) webSocket.terminate();
}

function refusal(error: unknown, { onFault, asksForBasic }: WebSocketParts): Response {
  if (error instanceof TwinError) return errorAnswer(error, refusalHeaders(error, asksForBasic));
  onFault(error, "unknown");
  return errorAnswer(internalError());
}

/** Waits for a promise, but not longer than so many milliseconds. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** Writes an answer and closes, whatever the client still sends: nothing reads it, so its end would go unnoticed. */
async function write(socket: Duplex, response: Response): Promise<void> {
  socket.once("finish", () => socket.destroy());
  const body = Buffer.from(await response.arrayBuffer());
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}\r\n${headers}` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n`,
    "latin1",
  );
  socket.end(body);
}
