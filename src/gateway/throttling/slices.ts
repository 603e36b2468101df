// What suspicious connections send is read in slices, in turns with everybody else. Node reads 64 kB at once and parses them without a
// break, which takes 10 ms where they are thousands of small things: parts of a body, frames, requests.

import type { Socket } from "node:net";
import { Portions } from "./portions.ts";

/** Bytes that are parsed without a break. */
export const SLICE = 4_096;
/** How long a connection is suspicious; what it sends after that is parsed as it comes. */
const SUSPICIOUS_MS = 10_000;

const ignore = (): void => undefined;

/**
 * How long a connection may be held: Node's clock for the head of a request runs on in the midst of one (20 s, or less where
 * REQUEST_TIMEOUT is), and it would be answered with 408.
 */
const HELD_MS = 10_000;

/** The connections whose next slice is wanted; of bodies many are parsed within the time. */
const wanted = new Portions<Socket>(64, 1);

/** While somebody was cut off lately, all that are read in slices are suspicious. */
let allUntil = 0;

/** Has all connections that are read in slices be suspicious for a time. */
export function suspectAll(): void {
  allUntil = performance.now() + SUSPICIOUS_MS;
}

/** Whether they are. */
export const areSuspected = (): boolean => performance.now() < allUntil;

/** What is read in slices. */
export interface Sliced {
  /** Gives its listeners nothing until it goes on, or for so long as may be, and stops reading the network. */
  hold(): void;
  goOn(): void;
}

/** What Node's server of HTTP keeps with a connection: its parser, until it is no HTTP any more, and whether answers wait for its reader. */
type HttpSocket = Socket & { readonly parser?: object | null; readonly _paused?: boolean };

const isOfHttp = ({ parser }: HttpSocket): boolean => parser !== undefined && parser !== null;

const known = new WeakMap<Socket, Sliced>();

/**
 * Reads a connection in slices from now on, whoever listens to it. While it is paused, or some of what was read is left, the network is not
 * read; one piece of up to 64 kB may be kept then. A connection of HTTP needs its parser already.
 */
export function readInSlices(socket: HttpSocket): Sliced {
  const before = known.get(socket);
  if (before) return before;
  if (isOfHttp(socket)) throughTheStream(socket);
  const { push, _read: readNetwork } = socket;
  let until = performance.now() + SUSPICIOUS_MS;
  let rest: Buffer | undefined;
  /** Whether the stream waits for more. As long as the parser took what came, it was given nothing. */
  let isAsked = true;
  let isHeld = false;
  let held: NodeJS.Timeout | undefined;

  const isStopped = (): boolean => isHeld || socket.readableFlowing === false;

  function next(): void {
    if (!rest || !isAsked || isStopped() || socket.destroyed) return;
    const length = performance.now() < Math.max(until, allUntil) ? SLICE : rest.length;
    const slice = rest.subarray(0, length);
    rest = rest.length > length ? rest.subarray(length) : undefined;
    isAsked = false;
    push.call(socket, slice);
  }

  function goOn(): void {
    if (!isAsked || isStopped()) return;
    if (rest) wanted.add(socket, next);
    else readNetwork.call(socket, 0);
  }

  // Called by the network with what was read, and with null at its end, which cannot come before all of that is taken.
  socket.push = (piece: Buffer | null) => {
    if (!piece || (piece.length <= SLICE && !isStopped())) {
      isAsked = false;
      return push.call(socket, piece);
    }
    rest = piece;
    isAsked = true;
    goOn();
    return false;
  };
  // Called by the stream when it waits for more.
  socket._read = () => {
    isAsked = true;
    goOn();
  };
  socket.on("resume", () => {
    // Others resume as well, but its server stops if something comes while answers wait; it resumes when they are taken.
    if (isOfHttp(socket) && socket._paused) socket.pause();
    else goOn();
  });
  socket.prependOnceListener("close", (isBroken: boolean) => {
    clearTimeout(held);
    // What a session sent before it left is done; a request whose answer nobody can have is not.
    if (rest && isBroken && !isOfHttp(socket)) socket.emit("data", rest);
    rest = undefined;
  });
  goOn();

  const sliced: Sliced = {
    hold() {
      isHeld = true;
      held ??= setTimeout(sliced.goOn, HELD_MS).unref();
    },
    goOn() {
      clearTimeout(held);
      held = undefined;
      isHeld = false;
      until = performance.now() + SUSPICIOUS_MS;
      goOn();
    },
  };
  known.set(socket, sliced);
  return sliced;
}

/** Node's parser of HTTP takes what comes right from the network, past the stream, until somebody else listens. */
function throughTheStream(socket: Socket): void {
  socket.on("data", ignore);
  socket.off("data", ignore);
}

/** Reads nothing more of a connection, and has nobody listen to what was read. It can only be written to, and be closed. */
export function readNoFurther(socket: Socket): void {
  throughTheStream(socket);
  socket.removeAllListeners("data");
  socket.push = () => false;
  socket._read = ignore;
}
