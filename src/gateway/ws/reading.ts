import type { WebSocket } from "ws";

/** Holds back the reading of a socket until the function that it gives is called, once. */
export type HoldReading = () => () => void;

/** Makes the function by which several may hold back the reading of one socket; it goes on when all have let go. */
export function readingOf(socket: Pick<WebSocket, "pause" | "resume">): HoldReading {
  let holding = 0;
  const letGo = (): void => {
    if (--holding === 0) socket.resume();
  };
  return () => {
    if (++holding === 1) socket.pause();
    return letGo;
  };
}
