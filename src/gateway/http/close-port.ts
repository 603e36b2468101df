// How the port is closed: nothing new is accepted, what is in work is answered, and no connection is left open for more.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Resolves once all connections are closed, those in work after so many milliseconds at the latest. */
export type ClosePort = (withinMs: number) => Promise<void>;

/** How often connections are looked through for such as have nothing in work any more. */
const LOOK_MS = 100;

/** Gives what closes the port of a server. */
export function closablePort(server: Server): ClosePort {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  const closeIdle = (): void => {
    server.closeIdleConnections();
    // Node takes a connection that has said nothing yet for a busy one.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };

  return async (withinMs) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    makeLast(server);
    closeIdle();
    const looks = setInterval(closeIdle, LOOK_MS);
    const deadline = setTimeout(() => server.closeAllConnections(), withinMs);
    await closed;
    clearInterval(looks);
    clearTimeout(deadline);
  };
}

/** From now on a request is the last of its connection, and says so; what was sent behind it is not looked at. */
function makeLast(server: Server): void {
  const answers = server.listeners("request") as RequestListener[];
  const ending = new WeakSet<Socket>();
  server.removeAllListeners("request");
  server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (ending.has(incoming.socket)) return;
    ending.add(incoming.socket);
    outgoing.setHeader("connection", "close");
    for (const answer of answers) answer.call(server, incoming, outgoing);
  });
}
