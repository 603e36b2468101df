// What waits for clients that read slowly or not at all: bounded for all of them together.

import type { ServerResponse } from "node:http";
import type { Server } from "node:net";

/** A client for whom something waits. */
export interface SlowReader {
  /** Bytes that wait for him now. */
  readonly waiting: number;
  /** Ends his session, stream or connection, with what waits for him. */
  drop(): void;
}

/** What waits for a client is not counted below this, lest the fast ones cost anything. */
export const UNCOUNTED = 16_384;
/** So much of the bound is left when some were dropped, so that the next byte does not begin anew. */
const LEFT = 0.75;

/** Drops those for whom most waits where more than `max` bytes wait in all. */
export class Unread {
  readonly #max: number;
  readonly #onDropped: () => void;
  /** What waited for each when last looked at. */
  readonly #slow = new Map<SlowReader, number>();
  #bytes = 0;

  constructor(max: number, onDropped: () => void) {
    this.#max = max;
    this.#onDropped = onDropped;
  }

  /** Told whenever more than {@link UNCOUNTED} bytes wait for a client; he may be dropped at once. */
  note(reader: SlowReader, waiting: number): void {
    this.#bytes += waiting - (this.#slow.get(reader) ?? 0);
    this.#slow.set(reader, waiting);
    if (this.#bytes > this.#max) this.#relieve();
  }

  /** He is gone; to be told of all that were noted. */
  forget(reader: SlowReader): void {
    const noted = this.#slow.get(reader);
    if (noted === undefined) return;
    this.#slow.delete(reader);
    this.#bytes -= noted;
  }

  #relieve(): void {
    this.#lookAgain();
    if (this.#bytes <= this.#max) return;
    const byNeed = [...this.#slow].sort(([, a], [, b]) => b - a);
    for (const [reader] of byNeed) {
      if (this.#bytes <= this.#max * LEFT) return;
      this.forget(reader);
      this.#onDropped();
      reader.drop();
    }
  }

  /** Most have read on since they were noted. */
  #lookAgain(): void {
    this.#bytes = 0;
    for (const reader of this.#slow.keys()) {
      const { waiting } = reader;
      if (waiting <= UNCOUNTED) {
        this.#slow.delete(reader);
        continue;
      }
      this.#slow.set(reader, waiting);
      this.#bytes += waiting;
    }
  }
}

const ofServers = new WeakMap<object, Unread>();
const unbounded = new Unread(Number.POSITIVE_INFINITY, () => undefined);

/** Bounds what waits for the clients of a server. */
export function boundUnread(server: Server, unread: Unread): void {
  ofServers.set(server, unread);
}

/** What bounds that of the server of a connection; nothing where none was told. */
export const unreadOf = (connection: object): Unread =>
  ofServers.get((connection as { server?: Server }).server ?? {}) ?? unbounded;

/** Counts what waits of an answer, once it is written as a whole. */
export function countUnread(outgoing: ServerResponse): void {
  outgoing.once("prefinish", onWritten);
}

/** Shared by all answers; most are taken at once. */
function onWritten(this: ServerResponse): void {
  const { writableLength, socket } = this;
  if (writableLength <= UNCOUNTED || !socket) return;
  const unread = unreadOf(socket);
  const reader: SlowReader = {
    get waiting() {
      return socket.writableLength;
    },
    drop: () => socket.destroy(),
  };
  this.once("close", () => unread.forget(reader));
  unread.note(reader, writableLength);
}
