// Functions of the sandbox that take the values of headers one by one: messages of one source have the same names again and again, and
// reading them as JSON takes longer than all else that is not the script.

import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import type { ExternalHeaders } from "../../external-message.ts";
import { existing } from "./existing.ts";

/** Lists of names for which there is a function; those of any others are read as JSON. */
const MOST_LISTS = 16;
/** Names of one list; more are read as JSON. */
export const MOST_HEADERS = 30;

interface HeaderFunction {
  readonly names: readonly string[];
  readonly handle: QuickJSHandle;
}

export class HeaderFunctions {
  readonly #context: QuickJSContext;
  readonly #received: QuickJSHandle;
  readonly #known = new Map<string, HeaderFunction>();
  #last: HeaderFunction | undefined;

  /** Made with a function of the headers as an object, the text and the bytes of a message. */
  constructor(context: QuickJSContext, received: QuickJSHandle) {
    this.#context = context;
    this.#received = received;
  }

  /** A function of the values of these headers, in their order, the text and the bytes; nothing where they are to be read as JSON. */
  of(headers: ExternalHeaders): QuickJSHandle | undefined {
    const names = Object.keys(headers);
    if (this.#last && areSame(names, this.#last.names)) return this.#last.handle;
    if (names.length > MOST_HEADERS || names.includes("__proto__")) return undefined;
    const key = JSON.stringify(names);
    const found = this.#known.get(key) ?? this.#make(key, names);
    this.#last = found ?? this.#last;
    return found?.handle;
  }

  #make(key: string, names: readonly string[]): HeaderFunction | undefined {
    if (this.#known.size === MOST_LISTS) return undefined;
    using make = this.#context.unwrapResult(this.#context.evalCode(sourceFor(names), "headers"));
    const made = this.#context.callFunction(make, this.#context.undefined, this.#received);
    const one = { names, handle: this.#context.unwrapResult(made) };
    existing(one.handle.value);
    this.#known.set(key, one);
    return one;
  }

  dispose(): void {
    for (const { handle } of this.#known.values()) handle.dispose();
  }
}

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name, i) => name === others[i]);

function sourceFor(names: readonly string[]): string {
  const values = names.map((_, i) => `h${i}`);
  const headers = names.map((name, i) => `${JSON.stringify(name)}: ${values[i]}`);
  const parameters = [...values, "text", "bytes"].join();
  return `(function (received) {
    return function (${parameters}) { return received({ ${headers.join()} }, text, bytes); };
  })`;
}
