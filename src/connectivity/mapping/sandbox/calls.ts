// The functions by which the server reaches the scripts of one context, and what comes of calling them.

import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import { TwinError } from "../../../base/errors.ts";
import type { JsonValue } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse.ts";
import { faultOf, OUT_OF_MEMORY, ScriptFault, type ThrownError } from "./fault.ts";
import { type Heap, type HeapValue, heapOf } from "./heap.ts";
import { type Outcomes, outcomesOf } from "./outcomes.ts";
import { bridge } from "./prelude.ts";

/** What a script gives may be so long, as JSON. */
const MAX_RESULT = 16 * 1024 * 1024;

const functionNames = [
  ...(["incoming", "outgoing", "tell", "parse"] as const),
  ...(["takeBytes", "describe", "isIntact", "loaded"] as const),
];
type FunctionName = (typeof functionNames)[number];

export class Calls {
  readonly heap: Heap;
  readonly #functions: Readonly<Record<FunctionName, QuickJSHandle>>;
  readonly #outcomes: Outcomes;

  constructor(context: QuickJSContext) {
    using all = context.unwrapResult(context.evalCode(bridge, "bridge"));
    const functions = functionNames.map((name) => [name, context.getProp(all, name)]);
    this.#functions = Object.fromEntries(functions) as Readonly<Record<FunctionName, QuickJSHandle>>;
    this.heap = heapOf(context);
    this.#outcomes = outcomesOf(context, this.heap);
  }

  /** To be called once, when the scripts are loaded, with the functions that count. */
  loaded(found: HeapValue): ScriptFault | undefined {
    const isPlain = this.call("loaded", [found]);
    if (isPlain instanceof ScriptFault) return isPlain;
    this.#outcomes.watch(isPlain === true);
    return undefined;
  }

  /** What a function gives, or what goes wrong; it is given null where an argument is nothing. Frees the arguments. */
  call(name: FunctionName, args: readonly (HeapValue | undefined)[]): JsonValue | ScriptFault {
    const done = this.heap.call(this.#functions[name], args);
    return "value" in done ? this.#told(done.value) : this.faultOfThrown(done.thrown);
  }

  #told(outcome: HeapValue): JsonValue | ScriptFault {
    const value = this.#outcomes.read(outcome);
    if (value === undefined) return this.#toldAsText(outcome);
    this.heap.free(outcome);
    return value;
  }

  #toldAsText(outcome: HeapValue): JsonValue | ScriptFault {
    const done = this.heap.call(this.#functions.tell, [outcome]);
    if ("thrown" in done) return this.faultOfThrown(done.thrown);
    const text = this.heap.takeText(done.value, MAX_RESULT);
    return text === undefined ? new ScriptFault("The script gave too much.", true) : parsed(text);
  }

  /** The fault that a thrown value stands for, which is freed. */
  faultOfThrown(thrown: HeapValue): ScriptFault {
    const described = this.heap.call(this.#functions.describe, [thrown]);
    const isText = "value" in described;
    const text = isText ? this.heap.takeText(described.value, MAX_RESULT) : undefined;
    if (!isText) this.heap.free(described.thrown);
    if (text !== undefined) return faultOf(JSON.parse(text) as ThrownError);
    return new ScriptFault(OUT_OF_MEMORY, true);
  }

  /** A string of any characters. Throws a plain error where there is no room for it. */
  string(text: string): HeapValue {
    if (text.isWellFormed() && !text.includes("\0")) return this.heap.text(text);
    const done = this.heap.call(this.#functions.parse, [this.heap.text(JSON.stringify(text))]);
    if ("value" in done) return done.value;
    this.heap.free(done.thrown);
    throw new Error("out of memory");
  }

  /** Bytes that the last outcome has under a number. */
  takeBytes(index: number): Buffer {
    const done = this.heap.call(this.#functions.takeBytes, [this.heap.text(String(index))]);
    return this.heap.takeBytes("value" in done ? done.value : done.thrown);
  }

  /** Whether what all scripts have in common is untouched; quick, since every message is followed by it. */
  isClean(): boolean {
    return this.#outcomes.isClean();
  }

  /** Whether everything of the language is untouched. */
  isIntact(): boolean {
    return this.call("isIntact", []) === true;
  }

  dispose(): void {
    this.heap.close();
    for (const name of functionNames) this.#functions[name].dispose();
  }
}

function parsed(text: string): JsonValue | ScriptFault {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof TwinError) return new ScriptFault(error.text.description ?? error.message);
    throw error;
  }
}
