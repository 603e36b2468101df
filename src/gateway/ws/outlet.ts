// Where the messages for the client of a session go.

import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Outlet } from "../../conversation/outlet.ts";
import { whenGone } from "../gone.ts";
import { sendTogether } from "./together.ts";

/** Makes the outlet of a socket and its connection; `maxBuffered` bytes may wait for its client. */
export function outletOf(
  socket: WebSocket,
  connection: Duplex,
  maxBuffered: number,
  onTooSlow: () => void,
): Outlet {
  let pages = 0; // bytes of those that still wait
  const isOpen = () => socket.readyState === socket.OPEN;
  return {
    send(text) {
      if (!isOpen()) return;
      if (socket.bufferedAmount > maxBuffered + pages) {
        onTooSlow();
        return;
      }
      sendTogether(connection);
      socket.send(text);
    },

    async sendPage(text) {
      if (!isOpen()) return;
      const page = Buffer.from(text);
      pages += page.length;
      sendTogether(connection);
      await new Promise((taken) => socket.send(page, { binary: false }, taken));
      pages -= page.length;
    },

    drained: () => drained(connection),
  };
}

function drained(connection: Duplex): Promise<void> {
  if (!connection.writableNeedDrain) return Promise.resolve(); // which is so where it is gone
  return new Promise((resolve) => {
    const callOff = whenGone(connection, done);
    connection.once("drain", done);
    function done(): void {
      callOff();
      connection.off("drain", done);
      resolve();
    }
  });
}
