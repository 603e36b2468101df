// Streams of events that come when they come. They are written straight to the connection, in chunks that all streams share: a
// body that hono pulls costs several promises an event, and Node's own chunks four buffers.

import type { ServerResponse } from "node:http";
import { TwinError } from "../../base/errors.ts";
import { internalError } from "../../base/internal-error.ts";
import { Portions } from "../throttling/portions.ts";
import { type SlowReader, UNCOUNTED, type Unread, unreadOf } from "../throttling/unread.ts";
import { sendTogether } from "../together.ts";
import { lifetime } from "../ws/lifetime.ts";
import { Early } from "./early.ts";
import { streamAborted, streamExpired, streamTooSlow } from "./errors.ts";
import { eventText, heartbeatText } from "./event.ts";
import { type EventBytes, eventBytes } from "./event-bytes.ts";
import { type Beating, Heart } from "./heart.ts";
import type { Pace } from "./pace.ts";
import type { Places } from "./places.ts";
import type { Listener } from "./streams.ts";
import { onDelivery } from "./taken-over.ts";

/** A stream that is open. */
export interface PushedStream {
  /**
   * Sends the text of an event, at the pace of the stream if it has one; nothing where the stream is over. Too much that
   * waits, for its time or for the reader, ends it.
   */
  send(event: EventBytes): void;
  /**
   * Waits until all that was sent has had its time, or where it had, until the reader has taken it, or the stream is over;
   * `undefined` where there is nothing to wait for. For one who waits at a time.
   */
  drained(): Promise<void> | undefined;
  readonly isOver: boolean;
  /** Ends it; `error` is told as its last event, and what waits for its time is not told any more. */
  end(error?: TwinError): void;
}

/** Begins what is sent on a stream, and gives what ends that; called once each. */
export type Begin = (stream: PushedStream) => () => void;

export interface PushedStreams {
  /**
   * Answers with a stream, which begins with its head. Refuses with `too.many.requests` where no place is left, and with
   * `gateway:streaming.session.aborted` where the server stops.
   */
  open(listener: Listener, begin: Begin): Response;
  /** Ends all streams, and opens no more. */
  close(): void;
}

/** How long a reader may take for what is left when his stream is ended before its time. */
const CLOSING_MS = 5_000;
const heartbeat = eventBytes(heartbeatText);
const ignore = () => undefined;

/**
 * Makes what opens streams, as long as there are places; `maxBuffered` bytes may wait for one reader. `pace` is the fastest that
 * each sends events; absent: as they come.
 */
export function pushedStreams(places: Places, maxBuffered: number, pace?: Pace): PushedStreams {
  const heart = new Heart();
  const streams = new Set<OpenStream>();
  let isClosed = false;

  function start(outgoing: ServerResponse, listener: Listener, begin: Begin, leave: () => void): void {
    const stream = new OpenStream(outgoing, heart, { maxBuffered, pace }, () => {
      streams.delete(stream);
      leave();
    });
    streams.add(stream);
    stream.serve(listener, begin);
  }

  return {
    open(listener, begin) {
      if (isClosed) throw streamAborted();
      const leave = places.take(listener.auth.subjects[0] as string);
      const response = new Response(null, { headers: { "content-type": "text/event-stream" } });
      onDelivery(response, (outgoing, headers) => {
        if (outgoing.destroyed || isClosed) {
          leave();
          outgoing.destroy();
          return;
        }
        outgoing.writeHead(200, headers);
        outgoing.flushHeaders();
        start(outgoing, listener, begin, leave);
      });
      return response;
    },
    close() {
      isClosed = true;
      for (const stream of streams) stream.end(streamAborted());
    },
  };
}

interface Limits {
  readonly maxBuffered: number;
  readonly pace: Pace | undefined;
}

/** Node sends at once what waits for a reader when his answer ends: of a thousand slow ones that takes most of a second. */
const tooSlow = new Portions<OpenStream>(1);

class OpenStream implements PushedStream, Beating, SlowReader {
  lastSent = 0;
  isOver = false;
  readonly #outgoing: ServerResponse;
  readonly #heart: Heart;
  readonly #unread: Unread;
  readonly #maxBuffered: number;
  readonly #early: Early | undefined;
  /** What is to be done when it is over. */
  readonly #ends: (() => void)[];
  /** Who waits for the reader. */
  #wake: (() => void) | undefined;

  constructor(outgoing: ServerResponse, heart: Heart, { maxBuffered, pace }: Limits, onOver: () => void) {
    this.#outgoing = outgoing;
    this.#heart = heart;
    // Who waits to be drained has sent that much before he is told to.
    this.#maxBuffered = Math.max(maxBuffered, outgoing.writableHighWaterMark);
    this.#unread = unreadOf(outgoing.socket ?? outgoing);
    outgoing.once("close", () => this.#unread.forget(this));
    this.#ends = [onOver, heart.beatFor(this)];
    if (pace) this.#early = this.#earlyAt(pace);
  }

  #earlyAt(pace: Pace): Early {
    const early = new Early(
      pace,
      (event) => this.#tell(event),
      () => this.#wake?.(),
    );
    this.#ends.push(() => early.clear());
    return early;
  }

  /** Sends what `begin` begins, as long as the reader is there and his token counts. */
  serve({ auth, onFault }: Listener, begin: Begin): void {
    this.#outgoing.once("close", () => this.#finish());
    this.#outgoing.on("error", ignore); // what fails here closes it as well
    if (auth.token) {
      const life = lifetime(() => this.end(streamExpired()));
      life.until(auth.token.expiresAt);
      this.#ends.push(life.stop);
    }
    try {
      this.#onOver(begin(this));
    } catch (error) {
      if (!(error instanceof TwinError)) onFault(error);
      this.end(error instanceof TwinError ? error : internalError());
    }
  }

  /** What begins may end at once. */
  #onOver(end: () => void): void {
    if (this.isOver) end();
    else this.#ends.push(end);
  }

  send(event: EventBytes): void {
    if (this.isOver) return;
    const early = this.#early;
    const waiting = this.waiting;
    if (waiting > this.#maxBuffered) {
      this.#finish();
      tooSlow.add(this, () => this.#last(streamTooSlow()));
      return;
    }
    if (early) early.send(event);
    else this.#tell(event);
    if (waiting > UNCOUNTED && !this.isOver) this.#unread.note(this, waiting);
  }

  get waiting(): number {
    return this.#outgoing.writableLength + (this.#early ? this.#early.size : 0);
  }

  /** Its reader is not told why: that would stand behind all that waits for him. */
  drop(): void {
    this.#finish();
    this.#outgoing.destroy();
  }

  #tell(event: EventBytes): void {
    this.lastSent = this.#heart.tick;
    this.#write(event);
  }

  #write({ chunk, text }: EventBytes): void {
    const { socket, chunkedEncoding } = this.#outgoing;
    if (!socket || !chunkedEncoding) {
      this.#outgoing.write(text); // it waits for the answer to an earlier request, or for a client who knows no chunks
      return;
    }
    sendTogether(socket);
    socket.write(chunk);
  }

  /** A reader for whom something waits needs no sign of life. */
  beat(): void {
    if (this.#outgoing.writableLength === 0) this.#write(heartbeat);
  }

  drained(): Promise<void> | undefined {
    if (this.isOver) return undefined;
    if (this.#early && this.#early.size > 0) return this.#onTime();
    const way = this.#outgoing.socket ?? this.#outgoing;
    if (!way.writableNeedDrain) return undefined;
    return new Promise((resolve) => {
      this.#wake = () => {
        way.off("drain", resolve);
        resolve();
      };
      way.once("drain", resolve);
    });
  }

  /** Waits until no event is early. */
  #onTime(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  end(error?: TwinError): void {
    if (this.#finish()) this.#last(error);
  }

  #last(error: TwinError | undefined): void {
    this.#outgoing.end(error && eventText(JSON.stringify(error)));
    if (error) setTimeout(() => this.#outgoing.destroy(), CLOSING_MS).unref();
  }

  /** Gives false where it was over before. */
  #finish(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    for (const end of this.#ends.splice(0)) end();
    this.#wake?.();
    return true;
  }
}
