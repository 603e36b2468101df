// The functions by which the server reaches the scripts of one context, and what comes of calling them.

import { isUtf8 } from "node:buffer";
import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import { TwinError } from "../../../base/errors.ts";
import type { JsonValue } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse.ts";
import type { ExternalHeaders } from "../../external-message.ts";
import { faultOf, ScriptFault, type Stopped, type ThrownError, untoldFault } from "./fault.ts";
import { HeaderFunctions } from "./header-functions.ts";
import { type Heap, type HeapValue, heapOf } from "./heap.ts";
import { type Outcomes, outcomesOf } from "./outcomes.ts";
import { bridge } from "./prelude.ts";
import type { Translation } from "./rhino-syntax.ts";

/** What a script gives may be so long, as JSON. */
const MAX_RESULT = 16 * 1024 * 1024;

const functionNames = [
  ...(["received", "incoming", "outgoing", "tell", "parse"] as const),
  ...(["takeBytes", "describe", "loaded", "isPlain"] as const),
];
type FunctionName = (typeof functionNames)[number];

/** An external message as scripts are given it. Without a text, it is that of the bytes; without these, there is no payload. */
export interface ToldMessage {
  readonly headers: ExternalHeaders;
  readonly text: string | undefined;
  readonly bytes: Buffer | undefined;
}

export class Calls {
  readonly heap: Heap;
  readonly #functions: Readonly<Record<FunctionName, QuickJSHandle>>;
  readonly #headerFunctions: HeaderFunctions;
  readonly #outcomes: Outcomes;
  readonly #stopped: () => Stopped;
  /** Of the scripts that do not run as they were written, by their names. */
  readonly translations = new Map<string, Translation>();

  /** `stopped` is asked of the call at hand when that has failed. */
  constructor(context: QuickJSContext, stopped: () => Stopped) {
    this.#stopped = stopped;
    using all = context.unwrapResult(context.evalCode(bridge, "bridge"));
    const functions = functionNames.map((name) => [name, context.getProp(all, name)]);
    this.#functions = Object.fromEntries(functions) as Readonly<Record<FunctionName, QuickJSHandle>>;
    this.#headerFunctions = new HeaderFunctions(context, this.#functions.received);
    this.heap = heapOf(context);
    this.#outcomes = outcomesOf(context, this.heap);
  }

  /** To be called once, when the scripts are loaded, with the functions that count. */
  loaded(found: HeapValue): ScriptFault | undefined {
    const done = this.heap.call(this.#functions.loaded, [found]);
    if ("thrown" in done) return this.faultOfThrown(done.thrown);
    const isPlain = this.#call(this.#functions.isPlain, []);
    this.#outcomes.watch(done.value, isPlain === true);
    this.heap.free(done.value);
    return isPlain instanceof ScriptFault ? isPlain : undefined;
  }

  /** What the script makes of a message from outside, or what goes wrong. Throws a plain error where there is no room for it. */
  incoming({ headers, text, bytes }: ToldMessage): JsonValue | ScriptFault {
    const taking = this.#headerFunctions.of(headers);
    if (!taking)
      return this.#call(this.#functions.incoming, [
        this.heap.text(JSON.stringify(headers)),
        ...this.#payload(text, bytes),
      ]);
    const args: (HeapValue | undefined)[] = [];
    for (const name in headers) args.push(this.string(headers[name] as string));
    args.push(...this.#payload(text, bytes));
    return this.#call(taking, args);
  }

  /** The same of a protocol message as JSON. */
  outgoing(message: string): JsonValue | ScriptFault {
    return this.#call(this.#functions.outgoing, [this.heap.text(message)]);
  }

  /** What a function gives, or what goes wrong; it is given null where an argument is nothing. Frees the arguments. */
  #call(fn: QuickJSHandle, args: readonly (HeapValue | undefined)[]): JsonValue | ScriptFault {
    const done = this.heap.call(fn, args);
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
    return text === undefined ? new ScriptFault("The script gave too much.", "other") : parsed(text);
  }

  /** The fault that a thrown value stands for, which is freed. */
  faultOfThrown(thrown: HeapValue): ScriptFault {
    const described = this.heap.call(this.#functions.describe, [thrown]);
    const isText = "value" in described;
    const text = isText ? this.heap.takeText(described.value, MAX_RESULT) : undefined;
    if (!isText) this.heap.free(described.thrown);
    const stopped = this.#stopped();
    if (text === undefined) return untoldFault(stopped);
    return this.#whereWritten(faultOf(JSON.parse(text) as ThrownError, stopped));
  }

  #whereWritten(fault: ScriptFault): ScriptFault {
    const { place, message, limit } = fault;
    const translation = place && this.translations.get(place.script);
    if (place?.column === undefined || !translation) return fault;
    const { script, line, column } = place;
    return new ScriptFault(message, limit, { script, ...translation.written({ line, column }) });
  }

  /** A string of any characters. Throws a plain error where there is no room for it. */
  string(text: string): HeapValue {
    if (text.isWellFormed() && !text.includes("\0")) return this.heap.text(text);
    const done = this.heap.call(this.#functions.parse, [this.heap.text(JSON.stringify(text))]);
    if ("value" in done) return done.value;
    this.heap.free(done.thrown);
    throw new Error("out of memory");
  }

  #payload(text: string | undefined, bytes: Buffer | undefined): readonly (HeapValue | undefined)[] {
    if (!bytes) return [undefined, undefined];
    if (text === undefined && isUtf8(bytes) && !bytes.includes(0)) return this.heap.textAndBytes(bytes);
    return [this.string(text ?? bytes.toString("utf8")), this.heap.bytes(bytes)];
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
    return this.#outcomes.isIntact();
  }

  dispose(): void {
    this.heap.close();
    this.#headerFunctions.dispose();
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
