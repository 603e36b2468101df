// What comes of bodies that nobody wants: Node would parse all of it as it comes, byte by byte where it comes so.

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { restAfter } from "../throttling/arrivals.ts";
import { PIECE, readOnInTurn } from "../throttling/in-pieces.ts";
import { readNoFurther } from "../throttling/slices.ts";

/** A body may come in so many pieces, or one for each kilobyte: each costs some microseconds, which who sends it byte by byte would take from others. */
const MAX_PIECES = 8_192;
/** Of pieces that have fewer than so many bytes on average, a body may come in this many. */
const MAX_CRUMBS = 512;
const CRUMB_BYTES = 8;
/** Whether a body comes in too many pieces for its length so far. */
export const isInCrumbs = (pieces: number, bytes: number): boolean =>
  (pieces > MAX_PIECES && bytes < pieces * 1_024) || (pieces > MAX_CRUMBS && bytes < pieces * CRUMB_BYTES);

/** Of what is thrown away so much is read before others have their turn: it costs little, and its client waits to be told. */
const THROWN_AWAY = 16 * PIECE;

/** Throws away what still comes of a body that nobody wants, in turns with others, and ends the connection where it comes in crumbs. */
export function throwAway(incoming: IncomingMessage): void {
  let [pieces, bytes, piece, isOver] = [0, 0, 0, false];
  incoming.on("data", ({ length }: Buffer) => {
    if (isOver) return;
    bytes += length;
    piece += length;
    if (isInCrumbs(++pieces, bytes)) {
      isOver = true;
      restAfter(incoming.socket);
      giveUp(incoming);
    } else if (piece >= THROWN_AWAY) {
      piece = 0;
      readOnInTurn(incoming.socket);
    }
  });
}

/** How long who is told that his body is given up has to take the answer. */
const TOLD_MS = 1_000;

/** Ends a connection on which a body is not wanted any more, once its client had time to be told. */
export function giveUp(incoming: IncomingMessage): void {
  const { socket } = incoming;
  process.nextTick(() => {
    if (!incoming.complete) readNoFurther(socket); // else the next request may follow
  });
  setTimeout(() => {
    if (!incoming.complete) socket.destroy();
  }, TOLD_MS).unref();
}

const isEmpty = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] === undefined && headers["content-length"] === undefined;

/** Has a server throw away the bodies that nobody reads: of a GET at once, of others when they are answered. */
export function throwAwayUnread(server: Server): void {
  server.prependListener("request", (incoming, outgoing) => {
    if (isEmpty(incoming)) return;
    if (incoming.method === "GET" || incoming.method === "HEAD") {
      throwAway(incoming);
      return;
    }
    outgoing.prependOnceListener("finish", onAnswered);
  });
}

/** Shared by all answers; the body of most was read. */
function onAnswered(this: ServerResponse): void {
  if (!this.req.complete && !this.req.readableFlowing) throwAway(this.req);
}
