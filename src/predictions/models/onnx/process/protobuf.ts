// As much of the wire format of Protocol Buffers as it takes to look into a model's graph and to put fields elsewhere. Stricter than
// the runtime's own parser: what that one may read otherwise (numbers in more bytes than they need, of which it drops some bits,
// and groups) is refused.

/** What comes after the number of a field. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const MAX_TAG = 2 ** 32 - 1;
/** Of a varint of 64 bits: its most bytes, and what the last of so many can hold. */
const VARINT_BYTES = { most: 10, last: 1 };

/** One field of a message. */
export interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of a varint, as far as a double holds it; else 0. */
  readonly value: number;
  /** Content of a message, text or list; else empty. */
  readonly bytes: Uint8Array;
  /** The whole field as it stands there. */
  readonly raw: Uint8Array;
}

/**
 * The fields of a message, in their order.
 * @throws Error where the bytes are none
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < message.length) {
    const start = at;
    const tag = varintAt(message, at);
    const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    if (number === 0 || tag.value > MAX_TAG) throw malformed();
    const end = endOf(message, tag.end, wire);
    if (end.end > message.length) throw malformed();
    yield {
      number,
      wire,
      value: end.value,
      bytes: message.subarray(end.content, end.end),
      raw: message.subarray(start, end.end),
    };
    at = end.end;
  }
}

function endOf(message: Uint8Array, at: number, wire: number) {
  switch (wire) {
    case VARINT: {
      const { value, end } = varintAt(message, at);
      return { value, content: end, end };
    }
    case FIXED64:
      return { value: 0, content: at + 8, end: at + 8 };
    case FIXED32:
      return { value: 0, content: at + 4, end: at + 4 };
    case BYTES: {
      const length = varintAt(message, at);
      return { value: 0, content: length.end, end: length.end + length.value };
    }
    default:
      throw malformed();
  }
}

/**
 * Negative ones, which are those of 64 bits, come out as large doubles.
 * @throws Error also where it has more bytes or bits than it needs
 */
function varintAt(message: Uint8Array, from: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < VARINT_BYTES.most; i++) {
    const byte = message[from + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte >= 0x80) continue;
    const isPadded = i > 0 && byte === 0;
    const isTooLarge = i === VARINT_BYTES.most - 1 && byte > VARINT_BYTES.last;
    if (isPadded || isTooLarge) break;
    return { value, end: from + i + 1 };
  }
  throw malformed();
}

/** The numbers of a field of signed 64-bit integers, which come one by one or packed. */
export function integersOf({ wire, bytes, raw }: Field): bigint[] {
  if (wire === VARINT) return [signedAt(raw, varintAt(raw, 0).end).value];
  const values: bigint[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = signedAt(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

function signedAt(message: Uint8Array, from: number): { value: bigint; end: number } {
  const { end } = varintAt(message, from);
  let value = 0n;
  for (let at = from; at < end; at++) {
    value |= BigInt((message[at] as number) & 0x7f) << BigInt(7 * (at - from));
  }
  return { value: BigInt.asIntN(64, value), end };
}

/** A field that holds bytes: a message, or a text. */
export function bytesField(number: number, ...content: readonly Uint8Array[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint(number * 8 + BYTES), varint(length), ...content]);
}

export function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8 + VARINT), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

const malformed = () => new Error("It is no ONNX file, or not the whole of one.");
