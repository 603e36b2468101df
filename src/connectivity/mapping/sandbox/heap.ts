// Values between the server and one context of QuickJS, on the shortest way: each message takes it twice.

import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import { existing, NO_ROOM } from "./existing.ts";
import { MOST_HEADERS } from "./header-functions.ts";
import { MemoryView, tag } from "./memory.ts";

/** A value that was made for a call, or came of one; whoever has it frees it. */
export type HeapValue = Exclude<QuickJSHandle["value"], { readonly ctype: "JSValueConst" }>;

export interface Heap {
  /** Where the context is. */
  readonly context: number;
  /** All of the memory; another view when it has grown. */
  view(): MemoryView;
  /** A string, without what is behind a zero; where it is not well-formed, something stands in. Throws a plain error where there is no room for it. */
  text(text: string): HeapValue;
  bytes(bytes: Uint8Array): HeapValue;
  /** Bytes as a string, which they are in UTF-8, without a zero; and themselves. */
  textAndBytes(bytes: Uint8Array): readonly [HeapValue, HeapValue];
  /** A value of its own for what a handle holds, which is disposed of. Throws a plain error where there is no room for it. */
  take(handle: QuickJSHandle): HeapValue;
  /** Calls a function and frees its arguments; nothing stands for null. What it throws comes back as `thrown`. Throws a plain error where there is no room for either. */
  call(
    fn: QuickJSHandle,
    args: readonly (HeapValue | undefined)[],
  ): { readonly value: HeapValue } | { readonly thrown: HeapValue };
  /** The text of a string, which is freed; nothing where it is longer than so many bytes. Throws a plain error where there is no room for it. */
  takeText(value: HeapValue, maxBytes: number): string | undefined;
  /** The bytes of an ArrayBuffer, which is freed. Throws a plain error where there is no room for them. */
  takeBytes(value: HeapValue): Buffer;
  free(value: HeapValue): void;
  close(): void;
}

/** Those of a message: its headers, its text and its bytes. */
const MOST_ARGUMENTS = MOST_HEADERS + 2;
/** Texts up to this length are written where there is room for one at a time. */
const SHORT_TEXT = 1024;

export function heapOf(context: QuickJSContext): Heap {
  const { ffi, module, ctx } = internalsOf(context);
  const argv = module._malloc(4 * MOST_ARGUMENTS + 3 * SHORT_TEXT + 1);
  const shortText = argv + 4 * MOST_ARGUMENTS;
  const [thisValue, nothing] = [context.undefined.value, context.null.value];
  type Characters = Parameters<typeof ffi.QTS_NewString>[1];
  type Bytes = Parameters<typeof ffi.QTS_NewArrayBuffer>[1];
  type Arguments = Parameters<typeof ffi.QTS_Call>[4];
  let memory = new MemoryView(module.HEAPU8.buffer as ArrayBuffer);

  const view = () => {
    const buffer = module.HEAPU8.buffer as ArrayBuffer;
    if (buffer !== memory.buffer) memory = new MemoryView(buffer);
    return memory;
  };
  const free = (value: HeapValue) => ffi.QTS_FreeValuePointer(ctx, value);

  /** What was made, if there was room for it. */
  const made = (value: HeapValue): HeapValue => {
    if (view().word(existing(value) + 4) === tag.exception) throw new Error(NO_ROOM);
    return value;
  };

  /** A string of what is written there, and a zero behind it. */
  function stringOf(text: string, at: number): HeapValue {
    const { bytes } = view();
    bytes[at + bytes.write(text, at, "utf8")] = 0;
    return made(ffi.QTS_NewString(ctx, at as Characters));
  }

  return {
    free,
    context: ctx,
    view,
    text(text) {
      if (text.length <= SHORT_TEXT) return stringOf(text, shortText);
      const at = module._malloc(Buffer.byteLength(text) + 1);
      const value = stringOf(text, at);
      module._free(at);
      return value;
    },
    bytes(bytes) {
      const at = module._malloc(bytes.length);
      view().bytes.set(bytes, at);
      return made(ffi.QTS_NewArrayBuffer(ctx, at as Bytes, bytes.length));
    },
    textAndBytes(bytes) {
      const at = module._malloc(bytes.length + 1);
      const all = view().bytes;
      all.set(bytes, at);
      all[at + bytes.length] = 0;
      const text = made(ffi.QTS_NewString(ctx, at as Characters));
      return [text, made(ffi.QTS_NewArrayBuffer(ctx, at as Bytes, bytes.length))];
    },
    take(handle) {
      const taken = ffi.QTS_DupValuePointer(ctx, existing(handle.value));
      handle.dispose();
      return made(taken);
    },
    call(fn, args) {
      const { words } = view();
      for (let i = 0; i < args.length; i++) words[(argv >>> 2) + i] = args[i] ?? nothing;
      const value = existing(
        ffi.QTS_Call(ctx, existing(fn.value), thisValue, args.length, argv as unknown as Arguments),
      );
      for (const arg of args) if (arg !== undefined) free(arg);
      if (view().word(value + 4) !== tag.exception) return { value };
      const thrown = existing(ffi.QTS_ResolveException(ctx, value)) as HeapValue;
      free(value);
      return { thrown };
    },
    takeText(value, maxBytes) {
      const at = existing(ffi.QTS_GetString(ctx, value));
      const { bytes } = view();
      const end = bytes.indexOf(0, at);
      const text = end - at > maxBytes ? undefined : bytes.toString("utf8", at, end);
      ffi.QTS_FreeCString(ctx, at);
      free(value);
      return text;
    },
    takeBytes(value) {
      const length = ffi.QTS_GetArrayBufferLength(ctx, value);
      const copied = ffi.QTS_GetArrayBuffer(ctx, value);
      const at = length === 0 ? copied : existing(copied);
      const bytes = Buffer.from(view().bytes.subarray(at, at + length));
      ffi.QTS_FreeVoidPointer(ctx, at);
      free(value);
      return bytes;
    },
    close: () => module._free(argv),
  };
}

/** The package has no public way that does without several objects for each value. */
function internalsOf(context: QuickJSContext) {
  // biome-ignore lint/complexity/useLiteralKeys: brackets are the way to what is protected.
  return { ffi: context["ffi"], module: context["module"], ctx: context["ctx"].value };
}
