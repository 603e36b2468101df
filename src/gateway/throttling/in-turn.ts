// Requests that a client sends on one connection without waiting for answers (HTTP/1.1 pipelining).

import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { whenGone } from "../gone.ts";
import { restAfter } from "./arrivals.ts";
import { overloaded } from "./overloaded.ts";
import { Portions } from "./portions.ts";
import { readInSlices } from "./slices.ts";

/** While more than so many wait, a connection is not read; it is read in slices then, so that few come at once. */
const FEW = 8;
/** How many requests of one connection may wait for their turn; the next is refused. */
const MAX_WAITING = 100;
/** How many may be behind that: they are Node's to keep until the refusal is out, which a client may never take. */
const MAX_BEHIND = 100;
/** How many of all connections; each takes some kilobytes, for as long as its client likes. */
const MAX_OF_ALL = 2_000;

/** Whose next request is to be served: who sends many together comes after those who wait for their answers. */
const due = new Portions<Socket>(8);

/**
 * Has each connection's requests served one after another, the next when the answer to the one before is taken. Answers have to be in
 * order anyway; and what is answered waits in memory for a client that does not read, a hundred kilobytes for some
 * dozens that were sent. Requests that never get their turn, since their client leaves, are never begun. What a connection sends beyond
 * its share is refused with 503, and the connection ended; at once if it goes on, or too many wait in all and more than on average are its own,
 * which `onRefused` is told. To be called when the server has its listener.
 */
export function serveInTurn(server: Server, onRefused: () => void): void {
  const [serve] = server.listeners("request") as RequestListener[];
  if (!serve) throw new Error("the server has no listener yet");
  /** By connection. */
  const waiting = new Map<Socket, number>();
  const known = new WeakSet<Socket>();
  let ofAll = 0;

  function add(socket: Socket): void {
    if (!known.has(socket)) {
      known.add(socket);
      whenGone(socket, () => forget(socket));
      closeWithoutStacks(socket);
    }
    waiting.set(socket, (waiting.get(socket) ?? 0) + 1);
    ofAll++;
  }

  function begin(socket: Socket): void {
    const left = (waiting.get(socket) as number) - 1;
    if (left > 0) waiting.set(socket, left);
    else waiting.delete(socket);
    ofAll--;
    if (left === FEW) readInSlices(socket).goOn();
  }

  function forget(socket: Socket): void {
    ofAll -= waiting.get(socket) ?? 0;
    waiting.delete(socket);
  }

  function cutOff(socket: Socket): void {
    forget(socket);
    onRefused();
    restAfter(socket);
    socket.destroy();
  }

  function makeRoom(): void {
    const average = ofAll / waiting.size;
    for (const [socket, count] of waiting) {
      if (count < average) continue;
      cutOff(socket);
      return;
    }
  }

  function wait(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { socket } = incoming;
    const before = waiting.get(socket) ?? 0;
    if (before >= MAX_WAITING + MAX_BEHIND) cutOff(socket);
    else if (ofAll >= MAX_OF_ALL) makeRoom();
    if (socket.destroyed) return; // so is the rest of what it had sent by then
    add(socket);
    if (before >= FEW) readInSlices(socket).hold();
    if (before === MAX_WAITING) {
      restAfter(socket);
      refuse(outgoing);
    } else if (before < MAX_WAITING) {
      outgoing.once("socket", () =>
        due.add(socket, () => {
          if (socket.destroyed) return;
          begin(socket);
          serve?.(incoming, outgoing);
        }),
      );
    }
  }

  // Node would answer what it does not know itself, as often as it is sent.
  server.on("checkExpectation", (incoming, outgoing) => server.emit("request", incoming, outgoing));
  server.removeListener("request", serve);
  server.on("request", (incoming, outgoing) => {
    // Node gives an answer its connection when those before it are out.
    if (outgoing.socket) serve(incoming, outgoing);
    else wait(incoming, outgoing);
  });
}

const { stackTraceLimit } = Error;

/** Node makes an error for each request that is not answered when its connection closes: to write down the stack takes most of that, for nobody. */
function closeWithoutStacks(socket: Socket): void {
  socket.prependOnceListener("close", () => {
    Error.stackTraceLimit = 0;
    process.nextTick(() => {
      Error.stackTraceLimit = stackTraceLimit;
    });
  });
}

function refuse(outgoing: ServerResponse): void {
  const headers = { "content-type": "application/json", "retry-after": "1", connection: "close" };
  outgoing.writeHead(503, headers).end(JSON.stringify(overloaded()));
}
