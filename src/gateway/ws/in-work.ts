import type { WebSocket } from "ws";

/**
 * Makes the function that counts something as in work until the function that it gives is called; while `most` are in work,
 * the socket is read no further.
 */
export function inWorkOf(socket: Pick<WebSocket, "pause" | "resume">, most: number): () => () => void {
  let count = 0;
  return () => {
    if (++count === most) socket.pause();
    let isInWork = true;
    return () => {
      if (isInWork && count-- === most) socket.resume();
      isInWork = false;
    };
  };
}
