// New connections are let in some at a time, and one by one once a client had to be cut off. The kernel hands over hundreds at once, and
// what each sends first may be hard to read: those who are connected already would wait for all of it. What these send is read in slices from
// then on, as there may be more of his kind.

import type { Server } from "node:http";
import type { Socket } from "node:net";
import { areSuspected, readInSlices, suspectAll } from "./slices.ts";

/** How many are let in within one turn of the event loop at most. */
const MOST = 64;
/** Who comes later waits behind those that wait already; beyond this number the oldest is let in at once. */
const MAX_WAITING = 128;
/** After a client was cut off, since to read what he sent took some milliseconds, and he will come again. Then one is let in, two, four … */
const REST_MS = 20;
/** Of how many connections, in one turn, slices are read from then on. */
const SUSPECTED = 1_000;

const ignore = (): void => undefined;

const rests = new WeakMap<object, () => void>();

/** Has a server take its connections that way. To be called when it has all its listeners for them but those that may end them. */
export function letInByTurns(server: Server): void {
  const [serve] = server.listeners("connection") as ((socket: Socket) => void)[];
  if (!serve) throw new Error("the server has no listener yet");
  const waiting = new Set<Socket>();
  /** Those of whom everything is read that comes. */
  const trusted = new Set<Socket>();
  let share = MOST;
  let left = share;
  let cutOffAt = Number.NEGATIVE_INFINITY;
  let isDue = false;
  let isSuspecting = false;

  /** Sees to those of the next turn. */
  function goOnLater(): void {
    if (isDue) return;
    isDue = true;
    const rest = cutOffAt + REST_MS - performance.now();
    if (rest > 0) setTimeout(goOn, rest);
    else setImmediate(goOn);
  }

  function goOn(): void {
    isDue = false;
    if (performance.now() - cutOffAt < REST_MS) {
      goOnLater();
      return;
    }
    left = share;
    share = Math.min(MOST, share * 2);
    for (const socket of waiting) {
      if (left === 0) return;
      letInWaiting(socket);
    }
  }

  function letIn(socket: Socket): void {
    left--;
    goOnLater();
    serve?.call(server, socket);
    trusted.add(socket);
    socket.once("close", isGone);
    socket.resume();
  }

  function isGone(this: Socket): void {
    trusted.delete(this);
  }

  function letInWaiting(socket: Socket): void {
    waiting.delete(socket);
    socket.off("error", ignore);
    if (socket.destroyed) return;
    letIn(socket);
    suspect(socket); // who comes when many do, or one was cut off, may be no better than they
  }

  function suspect(socket: Socket): void {
    trusted.delete(socket);
    readInSlices(socket);
  }

  function suspectSome(): void {
    for (const socket of [...trusted.values().take(SUSPECTED)]) suspect(socket);
    isSuspecting = trusted.size > 0;
    if (isSuspecting) setImmediate(suspectSome);
  }

  rests.set(server, () => {
    suspectAll();
    if (!isSuspecting) suspectSome();
    const now = performance.now();
    if (now - cutOffAt < REST_MS) return; // else who is cut off again and again would keep everybody out
    cutOffAt = now;
    share = 1;
    left = 0;
  });
  server.removeListener("connection", serve);
  // Nothing is read of those that wait: what they send stays in the kernel.
  (server as Server & { pauseOnConnect: boolean }).pauseOnConnect = true;
  server.on("connection", (socket) => {
    if (socket.destroyed) return;
    if (left > 0 && waiting.size === 0) {
      letIn(socket);
      if (areSuspected()) suspect(socket);
      return;
    }
    waiting.add(socket.on("error", ignore));
    if (waiting.size > MAX_WAITING) letInWaiting(waiting.values().next().value as Socket);
    else goOnLater();
  });
}

/** Has the server of a connection rest before it lets in others, and read all others in slices, since that one is cut off for what it sent. */
export function restAfter(connection: object): void {
  rests.get((connection as { server?: Server }).server ?? {})?.();
}
