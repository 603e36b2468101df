// What suspicious connections send is read in slices, in turns with everybody else. Node reads 64 kB at once and parses them without a
// break, which takes 10 ms where they are thousands of small things: parts of a body, frames, requests.

import type { Socket } from "node:net";
import { Portions } from "./portions.ts";

/** Bytes that are parsed without a break. */
export const SLICE = 4_096;
const ignore = (): void => undefined;

/** The connections whose next slice is wanted. */
const wanted = new Portions<Socket>(4);

const sliced = new WeakSet<Socket>();

/**
 * Reads a connection in slices from now on, whoever listens to it. Reading the network stops while some of what was read is left, so no more
 * than one piece of it is ever kept. A connection of HTTP needs its parser already.
 */
export function readInSlices(socket: Socket): void {
  if (sliced.has(socket)) return;
  sliced.add(socket);
  // Node's parser of HTTP takes what comes right from the network, past the stream, until somebody else listens.
  socket.on("data", ignore);
  socket.off("data", ignore);
  const { push, _read: readNetwork } = socket;
  let rest: Buffer | undefined;

  function next(): void {
    if (!rest || socket.destroyed) return;
    const slice = rest.subarray(0, SLICE);
    rest = rest.length > SLICE ? rest.subarray(SLICE) : undefined;
    push.call(socket, slice);
  }

  // Called by the network with what was read, and with null at its end, which cannot come before all of that is taken.
  socket.push = (piece: Buffer | null) => {
    if (!piece || piece.length <= SLICE) return push.call(socket, piece);
    rest = piece;
    wanted.add(socket, next);
    return false;
  };
  // Called by the stream when it wants more.
  socket._read = (size) => {
    if (rest) wanted.add(socket, next);
    else readNetwork.call(socket, size);
  };
}
