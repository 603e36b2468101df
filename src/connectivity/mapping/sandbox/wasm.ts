// WebAssembly as far as it is used here: the types of Node do not have it.

export interface WasmMemory {
  /** Another one when it has grown. */
  readonly buffer: ArrayBuffer;
  /** Makes it larger by so many pages; gives how many there were. Throws where that is more than there may be. */
  grow: (pages: number) => number;
}

export interface WasmGlobal {
  value: number;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

export type WasmImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface WebAssemblyApi {
  /** Sizes are in pages of 64 KiB. */
  Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
  }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: WasmImports) => WasmInstance;
}

export const wasm: WebAssemblyApi = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly;
