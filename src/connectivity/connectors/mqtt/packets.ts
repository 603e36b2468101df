// Bytes of a broker → packets. A message that is larger than was agreed is passed over while it comes, and never held: with MQTT
// 3.1.1, and brokers that do not keep to agreements, a packet could have 256 MB.

import { type Packet, parser } from "mqtt-packet";

/** What there is to know of a message that was passed over. */
export interface TooLarge {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  /** With QoS 1 and 2. */
  readonly messageId: number;
  /** Of the whole packet. */
  readonly bytes: number;
}

export interface PacketsParts {
  readonly protocolVersion: number;
  /** How large a packet may be. */
  readonly maxBytes: number;
  packet(packet: Packet): void;
  tooLarge(message: TooLarge): void;
  /** The bytes are no packets, and nothing can be read any more. */
  failed(error: Error): void;
}

export class Packets {
  readonly #parts: PacketsParts;
  readonly #parser: ReturnType<typeof parser>;
  /** The beginning of a fixed header. */
  #held = EMPTY;
  /** How much is to come of a packet that the parser has begun. */
  #left = 0;
  #passedOver: PassedOver | undefined;

  constructor(parts: PacketsParts) {
    this.#parts = parts;
    this.#parser = parser({ protocolVersion: parts.protocolVersion });
    this.#parser.on("packet", (packet) => parts.packet(packet));
    this.#parser.on("error", (error: Error) => parts.failed(error));
  }

  /** Takes what comes next. Throws where it is not MQTT. */
  read(chunk: Buffer): void {
    let bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = EMPTY;
    while (bytes.length > 0) {
      const taken = this.#passedOver ? this.#passOver(this.#passedOver, bytes) : this.#parse(bytes);
      bytes = bytes.subarray(taken);
    }
  }

  /** Says how many of the bytes it has taken: all up to a packet that is too large. */
  #parse(bytes: Buffer): number {
    let at = Math.min(this.#left, bytes.length);
    this.#left -= at;
    while (at < bytes.length) {
      const header = fixedHeader(bytes, at);
      if (header === undefined) return this.#hold(bytes, at);
      const { length } = header;
      if (length > this.#parts.maxBytes) {
        this.#parser.parse(bytes.subarray(0, at));
        this.#passedOver = new PassedOver(header, this.#parts.maxBytes);
        return at;
      }
      const here = Math.min(length, bytes.length - at);
      this.#left = length - here;
      at += here;
    }
    this.#parser.parse(bytes);
    return at;
  }

  #hold(bytes: Buffer, from: number): number {
    this.#held = Buffer.from(bytes.subarray(from));
    this.#parser.parse(bytes.subarray(0, from));
    return bytes.length;
  }

  #passOver(message: PassedOver, bytes: Buffer): number {
    const taken = message.take(bytes);
    if (message.isOver) {
      this.#passedOver = undefined;
      this.#parts.tooLarge(message.facts());
    }
    return taken;
  }
}

interface FixedHeader {
  /** Type and flags. */
  readonly first: number;
  /** How many bytes the header has. */
  readonly size: number;
  /** How many bytes the packet has, with its header. */
  readonly length: number;
}

const EMPTY = Buffer.alloc(0);
const MAX_HEADER_BYTES = 5;

/** Undefined where more bytes are needed. */
function fixedHeader(bytes: Buffer, at: number): FixedHeader | undefined {
  let rest = 0;
  for (let size = 2; size <= MAX_HEADER_BYTES; size++) {
    const byte = bytes[at + size - 1];
    if (byte === undefined) return undefined;
    rest += (byte & 0x7f) * 128 ** (size - 2);
    if (byte < 0x80) return { first: bytes[at]!, size, length: size + rest };
  }
  throw new Error("The length of a packet has more than four bytes.");
}

const PUBLISH = 3;
/** Length and text of the topic, packet identifier. */
const MAX_FRONT_BYTES = MAX_HEADER_BYTES + 2 + 65_535 + 2;

/** A message of which only the beginning is kept. */
class PassedOver {
  readonly #header: FixedHeader;
  readonly #qos: 0 | 1 | 2;
  readonly #front = Buffer.alloc(MAX_FRONT_BYTES);
  #kept = 0;
  #left: number;

  constructor(header: FixedHeader, maxBytes: number) {
    const { first, length } = header;
    const qos = (first >> 1) & 3;
    if (first >> 4 !== PUBLISH || qos === 3)
      throw new Error(`A packet of ${length} bytes that is no message; ${maxBytes} are allowed.`);
    this.#header = header;
    this.#qos = qos as 0 | 1 | 2;
    this.#left = length;
  }

  get isOver(): boolean {
    return this.#left === 0;
  }

  /** Says how many of the bytes belong to it. */
  take(bytes: Buffer): number {
    const taken = Math.min(this.#left, bytes.length);
    this.#left -= taken;
    this.#kept += bytes.copy(this.#front, this.#kept, 0, taken);
    return taken;
  }

  /** Throws where it is no message after all. */
  facts(): TooLarge {
    const { size, length } = this.#header;
    const start = size + 2;
    const end = start + this.#front.readUInt16BE(size);
    if (end + 2 > length) throw new Error("A topic that is longer than its message.");
    const messageId = this.#qos === 0 ? 0 : this.#front.readUInt16BE(end);
    return { topic: this.#front.toString("utf8", start, end), qos: this.#qos, messageId, bytes: length };
  }
}
