// The WebSocket door: handshake, authentication, heartbeats.

import type { IncomingMessage, Server } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { TwinError } from "../../base/errors.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { Authenticate } from "../auth/authenticate.ts";
import { basicChallenge } from "../auth/basic.ts";
import { authenticationFailed } from "../auth/errors.ts";
import { unsupportedApiVersion } from "../http/errors.ts";
import { readTarget, schemeOf } from "../http/uri.ts";
import { type Drain, type SessionParts, serveSession } from "./session.ts";

export interface WebSocketParts extends SessionParts {
  readonly authenticate: Authenticate;
  readonly maxFrameBytes: number;
  readonly heartbeatMs: number;
  /** Whether only what came by HTTPS is served; WebSockets are never redirected. */
  readonly forceHttps: boolean;
  /** Whether 401 asks for HTTP Basic. */
  readonly challenge: boolean;
}

/** Takes no more sessions and messages, answers what is in work for so many milliseconds at most, closes all. */
export type CloseDoor = (withinMs: number) => Promise<void>;

/** How long a client may take to answer the closing frame. */
const CLOSING_MS = 1_000;

/** Serves `/ws/2` on an HTTP server until the door is closed. */
export function openWebSocketDoor(server: Server, parts: WebSocketParts): CloseDoor {
  const door = new WebSocketServer({
    noServer: true,
    maxPayload: parts.maxFrameBytes,
    perMessageDeflate: false,
  });
  const alive = new WeakSet<WebSocket>();
  const drains = new Map<WebSocket, Drain>();

  function serve(webSocket: WebSocket, socket: Duplex, auth: AuthContext): void {
    const isAlive = () => alive.add(webSocket);
    isAlive();
    for (const sign of ["pong", "ping", "message"]) webSocket.on(sign, isAlive);
    webSocket.on("close", () => drains.delete(webSocket));
    drains.set(webSocket, serveSession(webSocket, socket, auth, parts));
  }

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    try {
      const { path } = readTarget(request.url as string);
      const version = /^\/ws\/(\d+)\/?$/.exec(path)?.[1];
      if (version === undefined) return refuse(socket, 404, "text/plain; charset=UTF-8", "Not found.");
      if (parts.forceHttps && schemeOf(request.headers) !== "https")
        return refuse(
          socket,
          404,
          "text/plain; charset=UTF-8",
          "This server is to be reached by HTTPS only.",
        );
      if (version !== "2") throw unsupportedApiVersion(version);
      const auth = parts.authenticate(request.headers);
      door.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, socket, auth));
    } catch (error) {
      if (error instanceof TwinError) {
        const asks = parts.challenge && authenticationFailed.is(error);
        refuse(socket, error.status, "application/json", JSON.stringify(error), asks);
      } else {
        parts.onFault(error, "unknown");
        socket.destroy();
      }
    }
  });

  // A session that was silent since the last ping is gone, even if its connection still looks open. One that is not
  // read at the moment cannot be heard, so its silence says nothing.
  const heartbeat = setInterval(() => {
    for (const webSocket of door.clients) {
      if (webSocket.isPaused) alive.add(webSocket);
      if (webSocket.isPaused || alive.delete(webSocket)) webSocket.ping();
      else webSocket.terminate();
    }
  }, parts.heartbeatMs);
  heartbeat.unref();

  return async (withinMs) => {
    clearInterval(heartbeat);
    const closed = new Promise<void>((resolve) => door.close(() => resolve()));
    await within(withinMs, Promise.all([...drains.values()].map((drain) => drain())));
    for (const webSocket of door.clients) {
      webSocket.close(1001, "the server stops");
      webSocket.resume(); // the client's closing frame has to be read
    }
    await within(CLOSING_MS, closed);
    for (const webSocket of door.clients) webSocket.terminate();
  };
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

function refuse(socket: Duplex, status: number, type: string, body: string, challenge = false): void {
  const asks = challenge ? `www-authenticate: ${basicChallenge}\r\n` : "";
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${type}\r\n${asks}` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
