// Which bytes of a WebSocket connection belong to a message that is not complete (RFC 6455, section 5.2). The library keeps what has
// come of it, in the pieces in which it came, and bounds only the messages of one session.

import type { Duplex } from "node:stream";
import { PIECE } from "../throttling/in-pieces.ts";
import type { Receiving, UnderWay } from "../throttling/under-way.ts";

/** How far a connection's present message, or frame, has come. */
interface Unfinished {
  readonly receiving: Receiving;
  /** Bytes that have come of it. */
  readonly bytes: number;
  /** What came of a frame's head, where that is not whole. */
  readonly head: Buffer;
  /** Bytes of the present frame that are still to come. */
  readonly missing: number;
  /** Whether frames of the message are still to come after this one. */
  readonly isFragmented: boolean;
}

type Place = Pick<Unfinished, "head" | "missing" | "isFragmented">;

/** Of pings and pongs a client needs a few a minute; so many in one piece of the connection are a flood. */
const MOST_CONTROLS = 128;
/** What a connection reads beyond what is taken of it when it has to wait. */
const READ_AHEAD = 65_536;
const NO_HEAD = Buffer.alloc(0);
const BETWEEN: Place = { head: NO_HEAD, missing: 0, isFragmented: false };

/** What is to be done about connections. */
export interface FrameWatch {
  /** The message under way is to be given up. */
  shed(connection: Duplex): void;
  /** Control frames flood it, which the library takes one by one. */
  flooded(connection: Duplex): void;
  /** There is more to come of a message that is long already. */
  isLong(connection: Duplex): void;
}

/** Counts what is under way on connections. What it gives is called with the connection as `this`, once for each. */
export function watchFrames(
  underWay: UnderWay,
  { shed, flooded, isLong }: FrameWatch,
): (this: Duplex) => void {
  // Shared by all connections: thousands may be open that say nothing, and most of what comes is whole.
  const unfinished = new Map<Duplex, Unfinished>();

  function read(this: Duplex, chunk: Buffer): void {
    const before = unfinished.get(this);
    const { place, isOneDone, controls, rest } = walk(before ?? BETWEEN, chunk);
    if (controls > MOST_CONTROLS) flooded(this);
    const isBetween = place.missing === 0 && !place.isFragmented && place.head.length === 0;
    if (before && (isBetween || isOneDone)) before.receiving.end();
    if (isBetween) {
      if (before) unfinished.delete(this);
      return;
    }
    const goesOn = before !== undefined && !isOneDone;
    const receiving = goesOn ? before.receiving : underWay.begin(() => shed(this));
    const bytes = goesOn ? before.bytes + chunk.length : rest;
    unfinished.set(this, { ...place, receiving, bytes });
    receiving.grow(chunk.length);
    if (bytes < PIECE) return;
    if (!goesOn || before.bytes < PIECE) receiving.grow(READ_AHEAD);
    isLong(this);
  }

  function isGone(this: Duplex): void {
    unfinished.get(this)?.receiving.end();
    unfinished.delete(this);
  }

  return function watch(this: Duplex) {
    this.on("data", read);
    this.once("close", isGone);
  };
}

interface Walked {
  readonly place: Place;
  readonly isOneDone: boolean;
  readonly controls: number;
  /** Bytes behind the last message that ended in it. */
  readonly rest: number;
}

/** Where a connection is after a chunk, and whether a message ended in it. Frames that break the rules are the library's to refuse. */
function walk(before: Place, piece: Buffer): Walked {
  const chunk = before.head.length > 0 ? Buffer.concat([before.head, piece]) : piece;
  let { isFragmented } = before;
  let isOneDone = false;
  let controls = 0;
  let end = 0;
  let at = before.missing;
  if (at > 0 && at <= chunk.length && !isFragmented) {
    isOneDone = true;
    end = at;
  }
  while (at < chunk.length) {
    const length = headLength(chunk, at);
    if (length === undefined || at + length > chunk.length) {
      const head = Buffer.from(chunk.subarray(at));
      return { place: { head, missing: 0, isFragmented }, isOneDone, controls, rest: chunk.length - end };
    }
    const first = chunk[at] as number;
    const isControl = (first & 0x08) !== 0;
    if (isControl) controls++;
    else isFragmented = (first & 0x80) === 0;
    at += length + payloadLength(chunk, at);
    if (at <= chunk.length && !isControl && !isFragmented) {
      isOneDone = true;
      end = at;
    }
  }
  const place = { head: NO_HEAD, missing: at - chunk.length, isFragmented };
  return { place, isOneDone, controls, rest: chunk.length - end };
}

/** Undefined where not even that can be told yet. */
function headLength(chunk: Buffer, at: number): number | undefined {
  const second = chunk[at + 1];
  if (second === undefined) return undefined;
  const mask = (second & 0x80) === 0 ? 0 : 4;
  const short = second & 0x7f;
  return 2 + mask + (short === 126 ? 2 : short === 127 ? 8 : 0);
}

function payloadLength(chunk: Buffer, at: number): number {
  const short = (chunk[at + 1] as number) & 0x7f;
  if (short < 126) return short;
  return short === 126 ? chunk.readUInt16BE(at + 2) : Number(chunk.readBigUInt64BE(at + 2));
}
