// Requests that a client sends on one connection without waiting for answers (HTTP/1.1 pipelining).

import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { whenGone } from "../gone.ts";
import { overloaded } from "./overloaded.ts";

/** How many requests of one connection may wait for their turn. */
const MAX_WAITING = 100;

/**
 * Has each connection's requests served one after another, the next when the answer to the one before is taken. Answers have to be in
 * order anyway; and what is answered waits in memory for a client that does not read, a hundred kilobytes for some
 * dozens that were sent. Requests that never get their turn, since their client leaves, are never begun. To be called when
 * the server has its listener.
 */
export function serveInTurn(server: Server): void {
  const [serve] = server.listeners("request") as RequestListener[];
  if (!serve) throw new Error("the server has no listener yet");
  const waiting = new WeakMap<object, number>();

  function wait(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { socket } = incoming;
    const before = waiting.get(socket) ?? 0;
    if (before >= MAX_WAITING) {
      refuse(outgoing);
      return;
    }
    waiting.set(socket, before + 1);
    const goOn = (): void => {
      callOff();
      waiting.set(socket, (waiting.get(socket) as number) - 1);
      serve?.(incoming, outgoing);
    };
    const callOff = whenGone(socket, () => outgoing.off("socket", goOn));
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
