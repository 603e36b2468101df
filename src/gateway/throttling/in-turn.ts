// Requests that a client sends on one connection without waiting for answers (HTTP/1.1 pipelining).

import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { whenGone } from "../gone.ts";
import { restFrom } from "./arrivals.ts";
import { overloaded } from "./overloaded.ts";

/** How many requests of one connection may wait for their turn. */
const MAX_WAITING = 100;
/** How many of all connections; each takes some kilobytes, for as long as its client likes. */
const MAX_WAITING_OF_ALL = 2_000;

/**
 * Has each connection's requests served one after another, the next when the answer to the one before is taken. Answers have to be in
 * order anyway; and what is answered waits in memory for a client that does not read, a hundred kilobytes for some
 * dozens that were sent. Requests that never get their turn, since their client leaves, are never begun. What a connection sends beyond
 * its share is refused with 503, and the connection ended; at once where too many wait in all, which `onRefused` is told. To be called
 * when the server has its listener.
 */
export function serveInTurn(server: Server, onRefused: () => void): void {
  const [serve] = server.listeners("request") as RequestListener[];
  if (!serve) throw new Error("the server has no listener yet");
  const waiting = new WeakMap<object, number>();
  let waitingOfAll = 0;

  function wait(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { socket } = incoming;
    if (socket.destroyed) return; // the rest of what it had sent by then
    if (waitingOfAll >= MAX_WAITING_OF_ALL) {
      onRefused();
      restFrom(socket);
      socket.destroy();
      return;
    }
    const before = waiting.get(socket) ?? 0;
    waiting.set(socket, before + 1);
    waitingOfAll++;
    if (before >= MAX_WAITING) {
      whenGone(socket, () => waitingOfAll--);
      if (before > MAX_WAITING) return; // the connection ends with the refusal
      restFrom(socket);
      refuse(outgoing);
      return;
    }
    const goOn = (): void => {
      callOff();
      waitingOfAll--;
      waiting.set(socket, (waiting.get(socket) as number) - 1);
      serve?.(incoming, outgoing);
    };
    const callOff = whenGone(socket, () => {
      waitingOfAll--;
      outgoing.off("socket", goOn);
    });
    outgoing.once("socket", goOn);
  }

  server.removeListener("request", serve);
  server.on("request", (incoming, outgoing) => {
    // Node gives an answer its connection when those before it are out.
    if (outgoing.socket) serve(incoming, outgoing);
    else wait(incoming, outgoing);
  });
}

function refuse(outgoing: ServerResponse): void {
  const headers = { "content-type": "application/json", "retry-after": "1", connection: "close" };
  outgoing.writeHead(503, headers).end(JSON.stringify(overloaded()));
}
