// Runs are said in plain numbers, since they are many: the request is the session, the number of rows and the elements of each
// input, the answer the type, the shape and the elements of each output.

import { filled, HEAD_BYTES, NUMBERS } from "./frames.ts";
import type { RunPlan, Tensor } from "./messages.ts";

type Numbers = Exclude<Tensor["data"], readonly string[]>;
type NumbersOf = (buffer: ArrayBuffer, offset: number, length: number) => Numbers;

interface Kind {
  readonly type: string;
  readonly bytes: number;
  readonly view: NumbersOf;
}

/** Types of elements, each with its number in a frame. */
const kinds: readonly Kind[] = [
  { type: "float32", bytes: 4, view: (...at) => new Float32Array(...at) },
  { type: "float64", bytes: 8, view: (...at) => new Float64Array(...at) },
  { type: "int64", bytes: 8, view: (...at) => new BigInt64Array(...at) },
  { type: "int32", bytes: 4, view: (...at) => new Int32Array(...at) },
  { type: "bool", bytes: 1, view: (...at) => new Uint8Array(...at) },
  { type: "int8", bytes: 1, view: (...at) => new Int8Array(...at) },
  { type: "uint8", bytes: 1, view: (...at) => new Uint8Array(...at) },
  { type: "int16", bytes: 2, view: (...at) => new Int16Array(...at) },
  { type: "uint16", bytes: 2, view: (...at) => new Uint16Array(...at) },
  { type: "uint32", bytes: 4, view: (...at) => new Uint32Array(...at) },
  { type: "uint64", bytes: 8, view: (...at) => new BigUint64Array(...at) },
];
const numberOf = new Map(kinds.map(({ type }, i) => [type, i]));

const RUN_BYTES = 8;

/** A request to run, whose elements are still to be filled in; they are zero. */
export interface RunFrame {
  readonly frame: Uint8Array;
  /** Of each input, in the order of the plan. */
  readonly elements: readonly Numbers[];
}

export function runFrame(session: number, { inputs }: RunPlan, rows: number): RunFrame {
  const lengths = inputs.map((input) => lengthOf(input, rows));
  const content = lengths.reduce((sum, length, i) => sum + spaceOf(inputs[i]!.type, length), RUN_BYTES);
  const frame = new ArrayBuffer(HEAD_BYTES + content);
  new Uint32Array(frame, 0, 4).set([content, NUMBERS, session, rows]);
  return { frame: new Uint8Array(frame), elements: viewsOf(frame, HEAD_BYTES + RUN_BYTES, inputs, lengths) };
}

/** The session of a request, and its rows. */
export function readRun(content: Uint8Array): { session: number; rows: number } {
  const [session, rows] = new Uint32Array(content.buffer, content.byteOffset, 2) as unknown as [
    number,
    number,
  ];
  return { session, rows };
}

/** The tensors of a request, which lie where its content does. */
export function feedsOf(content: Uint8Array, { inputs }: RunPlan, rows: number): Tensor[] {
  const lengths = inputs.map((input) => lengthOf(input, rows));
  const from = content.byteOffset + RUN_BYTES;
  const elements = viewsOf(content.buffer as ArrayBuffer, from, inputs, lengths);
  return inputs.map(({ name, type, shape, hasRows }, i) => ({
    name,
    type,
    dims: hasRows ? [rows, ...shape] : shape,
    data: elements[i] as Numbers,
  }));
}

function viewsOf(
  buffer: ArrayBuffer,
  from: number,
  inputs: RunPlan["inputs"],
  lengths: readonly number[],
): Numbers[] {
  let at = from;
  return inputs.map(({ type }, i) => {
    const length = lengths[i] as number;
    const view = kindOf(type).view(buffer, at, length);
    at += spaceOf(type, length);
    return view;
  });
}

/** The pieces of an answer; `undefined` where there are texts among the elements. */
export function answerFrame(tensors: readonly Tensor[]): Uint8Array[] | undefined {
  const pieces: Uint8Array[] = [];
  let content = 0;
  for (const { type, dims, data } of tensors) {
    const number = numberOf.get(type);
    if (number === undefined || !ArrayBuffer.isView(data)) return undefined;
    const head = Uint32Array.of(number, dims.length, ...dims, ...(dims.length % 2 ? [0] : []));
    const length = filled(data.byteLength) - data.byteLength;
    pieces.push(bytesOf(head), bytesOf(data));
    if (length > 0) pieces.push(new Uint8Array(length));
    content += head.byteLength + filled(data.byteLength);
  }
  return [bytesOf(Uint32Array.of(content, NUMBERS)), ...pieces];
}

/** The outputs in an answer, without their names. */
export function* readAnswer(content: Buffer): Iterable<Omit<Tensor, "name">> {
  for (let at = 0; at < content.byteLength; ) {
    const { type, bytes, view } = kinds[content.readUInt32LE(at)] as Kind;
    const rank = content.readUInt32LE(at + 4);
    const dims = Array.from({ length: rank }, (_, i) => content.readUInt32LE(at + 8 + 4 * i));
    at += 8 + filled(4 * rank);
    const length = dims.reduce((product, size) => product * size, 1);
    const from = content.byteOffset + at;
    // Where it lies in what was read is left to chance; views want to lie even.
    const own = content.buffer.slice(from, from + length * bytes) as ArrayBuffer;
    yield { type, dims, data: view(own, 0, length) };
    at += spaceOf(type, length);
  }
}

function lengthOf({ shape, hasRows }: RunPlan["inputs"][number], rows: number): number {
  return shape.reduce((product, size) => product * size, hasRows ? rows : 1);
}

const kindOf = (type: string): Kind => kinds[numberOf.get(type) as number] as Kind;
const spaceOf = (type: string, length: number): number => filled(kindOf(type).bytes * length);
const bytesOf = (numbers: ArrayBufferView) =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
