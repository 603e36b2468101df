// Reading and writing the numbers of a WebAssembly binary, and walking over its instructions.

/** Reads on from a place in a binary. */
export class WasmReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    return this.bytes[this.at++] as number;
  }

  /** A number of variable length; of a signed one only its length is right. */
  number(): number {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
  }

  /** The bytes of a text behind its length. */
  text(): Uint8Array {
    const length = this.number();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  skip(numbers: number): void {
    for (let i = 0; i < numbers; i++) this.number();
  }
}

/** A number as a binary has it. */
export function wasmNumber(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const LOOP = 0x03;
const CALL = 0x10;
const REF_FUNC = 0xd2;

/** What one instruction is, as far as anybody asks. */
export type Instruction = "loop" | "call" | "other";

/** Reads an instruction without what belongs to a call: its function is for the caller to read. */
export function readInstruction(reader: WasmReader): Instruction {
  const code = reader.byte();
  if (code === CALL || code === REF_FUNC) return "call";
  skipOperands(reader, code);
  return code === LOOP ? "loop" : "other";
}

function skipOperands(reader: WasmReader, code: number): void {
  if (code === 0x0e)
    reader.skip(reader.number() + 1); // br_table
  else if (code === 0x43) reader.at += 4;
  else if (code === 0x44) reader.at += 8;
  else if (code === 0xfc) skipExtended(reader, reader.number());
  else reader.skip(operandsOf(code));
}

/** How many numbers follow an instruction. Throws on one that QuickJS as it is built does not have. */
function operandsOf(code: number): number {
  if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) return 2; // call_indirect, loads and stores
  if (code >= 0x02 && code <= 0x04) return 1; // blocks
  if (code === 0x0c || code === 0x0d || (code >= 0x20 && code <= 0x24)) return 1; // branches, variables
  if (code >= 0x3f && code <= 0x42) return 1; // memory, constants
  const isPlain = code <= 0x01 || code === 0x0b || code === 0x05 || code === 0x0f;
  if (isPlain || code === 0x1a || code === 0x1b || (code >= 0x45 && code <= 0xc4)) return 0;
  throw unknown(code);
}

function skipExtended(reader: WasmReader, code: number): void {
  if (code > 11) throw unknown(code);
  if (code === 8 || code === 10)
    reader.skip(2); // memory.init, memory.copy
  else if (code === 9 || code === 11) reader.skip(1); // data.drop, memory.fill
}

const unknown = (code: number) =>
  new Error(`QuickJS has an instruction 0x${code.toString(16)} that nobody expects.`);
