// The WebSocket door: handshake, authentication, heartbeats.

import type { IncomingMessage, Server } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { TwinError } from "../../base/errors.ts";
import type { Authenticate } from "../auth/authenticate.ts";
import { unsupportedApiVersion } from "../http/errors.ts";
import { readTarget } from "../http/uri.ts";
import { type SessionParts, serveSession } from "./session.ts";

export interface WebSocketParts extends SessionParts {
  readonly authenticate: Authenticate;
  readonly maxFrameBytes: number;
  readonly heartbeatMs: number;
}

/** Serves `/ws/2` on an HTTP server; the function closes all sessions. */
export function openWebSocketDoor(server: Server, parts: WebSocketParts): () => Promise<void> {
  const door = new WebSocketServer({
    noServer: true,
    maxPayload: parts.maxFrameBytes,
    perMessageDeflate: false,
  });
  const alive = new WeakSet<WebSocket>();

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    try {
      const { path } = readTarget(request.url as string);
      const version = /^\/ws\/(\d+)\/?$/.exec(path)?.[1];
      if (version === undefined) return refuse(socket, 404, "text/plain; charset=UTF-8", "Not found.");
      if (version !== "2") throw unsupportedApiVersion(version);
      const auth = parts.authenticate(request.headers);
      door.handleUpgrade(request, socket, head, (webSocket) => {
        alive.add(webSocket);
        webSocket.on("pong", () => alive.add(webSocket));
        serveSession(webSocket, socket, auth, parts);
      });
    } catch (error) {
      if (!(error instanceof TwinError)) throw error;
      refuse(socket, error.status, "application/json", JSON.stringify(error));
    }
  });

  // A session that did not answer the last ping is gone, even if its connection still looks open.
  const heartbeat = setInterval(() => {
    for (const webSocket of door.clients) {
      if (!alive.delete(webSocket)) webSocket.terminate();
      else webSocket.ping();
    }
  }, parts.heartbeatMs);
  heartbeat.unref();

  return async () => {
    clearInterval(heartbeat);
    for (const webSocket of door.clients) webSocket.close(1001, "the server stops");
    await Promise.race([closed(door), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    for (const webSocket of door.clients) webSocket.terminate();
  };
}

const closed = (door: WebSocketServer) => new Promise<void>((resolve) => door.close(() => resolve()));

function refuse(socket: Duplex, status: number, type: string, body: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${type}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
