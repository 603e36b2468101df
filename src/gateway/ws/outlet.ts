// Where the messages for the client of a session go.

import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Outlet } from "../../conversation/outlet.ts";
import { whenGone } from "../gone.ts";
import { type SlowReader, UNCOUNTED, unreadOf } from "../throttling/unread.ts";
import { sendTogether } from "../together.ts";
import { sharedBytes } from "./shared-bytes.ts";

const asText = { binary: false };

/** Makes the outlet of a socket and its connection; `maxBuffered` bytes may wait for its client. */
export function outletOf(
  socket: WebSocket,
  connection: Duplex,
  maxBuffered: number,
  onTooSlow: () => void,
): Outlet {
  let pages = 0; // bytes of those that still wait
  let slow: SlowReader | undefined;
  const isOpen = () => socket.readyState === socket.OPEN;

  /** Nearly all read as fast as they are told; only of others is it counted with what waits for all. */
  function note(waiting: number): void {
    slow ??= slowReader(socket, connection);
    unreadOf(connection).note(slow, waiting);
  }

  return {
    send(text) {
      if (!isOpen()) return;
      const waiting = socket.bufferedAmount;
      if (waiting > maxBuffered + pages) {
        onTooSlow();
        return;
      }
      sendTogether(connection);
      socket.send(sharedBytes(text), asText);
      if (waiting > UNCOUNTED) note(waiting);
    },

    async sendPage(text) {
      if (!isOpen()) return;
      const page = Buffer.from(text);
      pages += page.length;
      sendTogether(connection);
      const sent = new Promise((taken) => socket.send(page, asText, taken));
      if (page.length > UNCOUNTED) note(socket.bufferedAmount);
      await sent;
      pages -= page.length;
    },

    drained: () => drained(connection),
  };
}

/** He whose session is dropped is not told why: that would stand behind all that waits for him. */
function slowReader(socket: WebSocket, connection: Duplex): SlowReader {
  const reader = {
    get waiting() {
      return socket.bufferedAmount;
    },
    drop: () => socket.terminate(),
  };
  whenGone(connection, () => unreadOf(connection).forget(reader));
  return reader;
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
