// Puts a meter into a WebAssembly module: every turn of every loop counts.
//
// QuickJS asks only between instructions of a script whether it should stop. What it does natively, as searching a text or walking over
// an array-like of 2^53 elements, would hold the server for as long as it takes.

import { readInstruction, WasmReader, wasmNumber } from "./byte-code.ts";

/** The module that the meter's function is imported from, and its name there. */
export const METER = { module: "meter", tick: "tick" } as const;
/** The exported global that counts down to the next tick. */
export const FUEL = "fuel";
/** The exported globals of the module itself, with their number behind it. */
export const OWN_GLOBAL = "global";

const section = { type: 1, import: 2, global: 6, export: 7, start: 8, elements: 9, code: 10 } as const;

interface Shape {
  readonly types: number;
  /** How many functions are imported; those of the module itself come after them. */
  readonly imports: number;
  readonly globals: number;
}

/**
 * The module with a countdown in each loop: when the global `fuel` reaches 0, the imported function `meter.tick` is called. All
 * globals are exported, so that its state can be put back.
 */
export function metered(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(wasm);
  const shape = shapeOf(wasm, sections);
  const parts: Uint8Array[] = [wasm.subarray(0, 8)];
  for (const { id, start, end } of sections) {
    const body = rewritten(id, new WasmReader(wasm, start), end, shape);
    parts.push(Uint8Array.from([id, ...wasmNumber(body.length)]), body);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

interface Section {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

function sectionsOf(wasm: Uint8Array): Section[] {
  const sections: Section[] = [];
  const reader = new WasmReader(wasm, 8);
  while (reader.at < wasm.length) {
    const id = reader.byte();
    const length = reader.number();
    sections.push({ id, start: reader.at, end: reader.at + length });
    reader.at += length;
  }
  return sections;
}

function shapeOf(wasm: Uint8Array, sections: readonly Section[]): Shape {
  const readerOf = (id: number) => {
    const found = sections.find((candidate) => candidate.id === id);
    if (!found) throw new Error(`QuickJS has no section ${id}.`);
    return new WasmReader(wasm, found.start);
  };
  return {
    types: readerOf(section.type).number(),
    imports: importedFunctions(readerOf(section.import)),
    globals: readerOf(section.global).number(),
  };
}

function importedFunctions(reader: WasmReader): number {
  let functions = 0;
  for (let left = reader.number(); left > 0; left--) {
    for (const _name of ["module", "field"]) reader.text();
    const kind = reader.byte();
    if (kind === 0) {
      functions++;
      reader.number();
    } else if (kind === 2) reader.skip(reader.byte() === 0 ? 1 : 2);
    else throw new Error(`QuickJS imports something of kind ${kind}.`);
  }
  return functions;
}

function rewritten(id: number, reader: WasmReader, end: number, shape: Shape): Uint8Array {
  switch (id) {
    case section.type: // () → ()
      return withOneMore(reader, end, [0x60, 0, 0]);
    case section.import:
      return withOneMore(reader, end, [
        ...text(METER.module),
        ...text(METER.tick),
        0,
        ...wasmNumber(shape.types),
      ]);
    case section.global: // a variable of 32 bits, 1
      return withOneMore(reader, end, [0x7f, 1, 0x41, 1, 0x0b]);
    case section.export:
      return exportsOf(reader, shape);
    case section.start:
      return Uint8Array.from(wasmNumber(shifted(reader.number(), shape)));
    case section.elements:
      return elementsOf(reader, shape);
    case section.code:
      return codeOf(reader, shape);
    default:
      return reader.bytes.subarray(reader.at, end);
  }
}

/** A function by its number, now that one more is imported. */
const shifted = (index: number, { imports }: Shape): number => (index >= imports ? index + 1 : index);

const text = (name: string): number[] => [...wasmNumber(name.length), ...Buffer.from(name)];

function withOneMore(reader: WasmReader, end: number, entry: readonly number[]): Uint8Array {
  const count = reader.number();
  return Buffer.concat([
    Uint8Array.from(wasmNumber(count + 1)),
    reader.bytes.subarray(reader.at, end),
    Uint8Array.from(entry),
  ]);
}

const GLOBAL = 3;

function exportsOf(reader: WasmReader, shape: Shape): Uint8Array {
  const count = reader.number();
  const bytes = wasmNumber(count + shape.globals + 1);
  for (let i = 0; i < count; i++) {
    const name = reader.text();
    bytes.push(...wasmNumber(name.length), ...name);
    const kind = reader.byte();
    const index = reader.number();
    bytes.push(kind, ...wasmNumber(kind === 0 ? shifted(index, shape) : index));
  }
  for (let i = 0; i < shape.globals; i++) bytes.push(...text(`${OWN_GLOBAL}${i}`), GLOBAL, ...wasmNumber(i));
  return Uint8Array.from([...bytes, ...text(FUEL), GLOBAL, ...wasmNumber(shape.globals)]);
}

function elementsOf(reader: WasmReader, shape: Shape): Uint8Array {
  const bytes: number[] = wasmNumber(reader.number());
  if (bytes[0] !== 1 || reader.number() !== 0) throw new Error("QuickJS has tables that nobody expects.");
  const from = reader.at;
  reader.at++; // i32.const
  reader.number();
  reader.at++; // end
  bytes.push(0, ...reader.bytes.subarray(from, reader.at));
  const count = reader.number();
  bytes.push(...wasmNumber(count));
  for (let i = 0; i < count; i++) bytes.push(...wasmNumber(shifted(reader.number(), shape)));
  return Uint8Array.from(bytes);
}

function codeOf(reader: WasmReader, shape: Shape): Uint8Array {
  const count = reader.number();
  const parts: Uint8Array[] = [Uint8Array.from(wasmNumber(count))];
  for (let i = 0; i < count; i++) {
    const length = reader.number();
    const body = Buffer.concat(functionParts(reader, reader.at + length, shape));
    parts.push(Uint8Array.from(wasmNumber(body.length)), body);
  }
  return Buffer.concat(parts);
}

/** What counts one turn: one less; at 0 the meter is asked. */
function turn({ globals, imports }: Shape): Uint8Array {
  const fuel = wasmNumber(globals);
  const [get, set] = [
    [0x23, ...fuel],
    [0x24, ...fuel],
  ];
  return Uint8Array.from([
    ...[...get, 0x41, 1, 0x6b, ...set], // fuel - 1
    ...[...get, 0x45, 0x04, 0x40], // if it is 0
    ...[0x10, ...wasmNumber(imports), 0x0b],
  ]);
}

function functionParts(reader: WasmReader, end: number, shape: Shape): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const counted = turn(shape);
  let copied = reader.at;
  const copyTo = (at: number) => {
    parts.push(reader.bytes.subarray(copied, at));
    copied = reader.at;
  };
  for (let left = reader.number(); left > 0; left--) {
    reader.number();
    reader.at++;
  }
  while (reader.at < end) {
    const kind = readInstruction(reader);
    if (kind === "other") continue;
    const operand = reader.at;
    const inserted = kind === "loop" ? counted : Uint8Array.from(wasmNumber(shifted(reader.number(), shape)));
    copyTo(operand);
    parts.push(inserted);
  }
  copyTo(end);
  return parts;
}
