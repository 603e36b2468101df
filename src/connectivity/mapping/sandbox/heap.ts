// Values between the server and one context of QuickJS, on the shortest way: each message takes it twice.

import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";

/** A value that was made for a call, or came of one; whoever has it frees it. */
export type HeapValue = Exclude<QuickJSHandle["value"], { readonly ctype: "JSValueConst" }>;

export interface Heap {
  /** Where the context is. */
  readonly context: number;
  /** All of the memory; another one when it has grown. */
  memory(): ArrayBuffer;
  /** A string, without what is behind a zero; where it is not well-formed, something stands in. Throws a plain error where there is no room for it. */
  text(text: string): HeapValue;
  bytes(bytes: Uint8Array): HeapValue;
  /** Calls a function and frees its arguments; nothing stands for null. What it throws comes back as `thrown`. */
  call(
    fn: QuickJSHandle,
    args: readonly (HeapValue | undefined)[],
  ): { readonly value: HeapValue } | { readonly thrown: HeapValue };
  /** The text of a string, which is freed; nothing where it is longer than so many bytes. */
  takeText(value: HeapValue, maxBytes: number): string | undefined;
  /** The bytes of an ArrayBuffer, which is freed. */
  takeBytes(value: HeapValue): Buffer;
  free(value: HeapValue): void;
  close(): void;
}

const encoder = new TextEncoder();
const MOST_ARGUMENTS = 3;

export function heapOf(context: QuickJSContext): Heap {
  const { ffi, module, ctx } = internalsOf(context);
  const argv = module._malloc(4 * MOST_ARGUMENTS);
  const [thisValue, nothing] = [context.undefined.value, context.null.value];
  const free = (value: HeapValue) => ffi.QTS_FreeValuePointer(ctx, value);
  return {
    free,
    context: ctx,
    memory: () => module.HEAPU8.buffer as ArrayBuffer,
    text(text) {
      const room = 3 * text.length + 1;
      const at = module._malloc(room);
      if (at === 0) throw new Error("out of memory");
      const { written } = encoder.encodeInto(text, module.HEAPU8.subarray(at, at + room));
      module.HEAPU8[at + written] = 0;
      const value = ffi.QTS_NewString(ctx, at as Parameters<typeof ffi.QTS_NewString>[1]);
      module._free(at);
      return value;
    },
    bytes(bytes) {
      const at = module._malloc(bytes.length);
      if (at === 0) throw new Error("out of memory");
      module.HEAPU8.set(bytes, at);
      return ffi.QTS_NewArrayBuffer(ctx, at as Parameters<typeof ffi.QTS_NewArrayBuffer>[1], bytes.length);
    },
    call(fn, args) {
      const pointers = new Uint32Array(module.HEAPU8.buffer, argv, MOST_ARGUMENTS);
      for (let i = 0; i < args.length; i++) pointers[i] = args[i] ?? nothing;
      const value = ffi.QTS_Call(
        ctx,
        fn.value,
        thisValue,
        args.length,
        argv as unknown as Parameters<typeof ffi.QTS_Call>[4],
      );
      for (const arg of args) if (arg !== undefined) free(arg);
      const thrown = ffi.QTS_ResolveException(ctx, value);
      if (!thrown) return { value };
      free(value);
      return { thrown };
    },
    takeText(value, maxBytes) {
      const at = ffi.QTS_GetString(ctx, value);
      const end = module.HEAPU8.indexOf(0, at);
      const text =
        end - at > maxBytes ? undefined : Buffer.from(module.HEAPU8.buffer, at, end - at).toString("utf8");
      ffi.QTS_FreeCString(ctx, at);
      free(value);
      return text;
    },
    takeBytes(value) {
      const length = ffi.QTS_GetArrayBufferLength(ctx, value);
      const at = ffi.QTS_GetArrayBuffer(ctx, value);
      const bytes = Buffer.from(module.HEAPU8.slice(at, at + length));
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
