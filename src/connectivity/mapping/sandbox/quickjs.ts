// QuickJS, in which mapping scripts run: one for the whole server, with a clock that stops whatever takes too long.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { FUEL, METER, metered, OWN_GLOBAL } from "./metered.ts";
import { type WasmGlobal, type WasmImports, type WasmInstance, type WasmMemory, wasm } from "./wasm.ts";

/** Loops that turn between two looks at the clock: at most some milliseconds. */
const TURNS = 200_000;
/** QuickJS stops a script where it stands; what does not stop for it is torn down so many milliseconds later. */
const GRACE = 50;

/** QuickJS had to be torn down, with all that was in it. */
export class TornDown extends Error {}

/** One QuickJS. All that is made with it is lost, and must not be touched any more, once its `age` has changed. */
export interface QuickJs {
  /** Counts how often it was torn down. */
  readonly age: number;
  /** Milliseconds on the clock of the process when the work at hand has to be done. */
  readonly deadline: number;
  newRuntime(): QuickJSRuntime;
  /**
   * Runs something within so many milliseconds. Scripts are interrupted then; what cannot be is torn down a little later, and
   * {@link TornDown} is thrown. So it is where QuickJS breaks.
   */
  within<T>(milliseconds: number, run: () => T): T;
  /** Throws away all that is in it, which is how memory comes back. Not to be called within {@link within}. */
  tearDown(): void;
}

let loaded: Promise<QuickJs> | undefined;

/**
 * Loads QuickJS once, with so many bytes for all that runs in it; whoever comes later is given the same. The limit of QuickJS itself is
 * none: as it is built, it cannot count what it allocates.
 */
export function loadQuickJs(memoryBytes: number): Promise<QuickJs> {
  loaded ??= load(memoryBytes);
  return loaded;
}

const PAGE = 64 * 1024;
/** What QuickJS begins with, mostly empty. */
const FIRST_PAGES = 256;

async function load(memoryBytes: number): Promise<QuickJs> {
  const maximum = FIRST_PAGES + Math.ceil(memoryBytes / PAGE);
  const wasmMemory = new wasm.Memory({ initial: FIRST_PAGES, maximum });
  const file = fileURLToPath(import.meta.resolve("@jitl/quickjs-wasmfile-release-sync/wasm"));
  const wasmModule = new wasm.Module(metered(await readFile(file)));
  const clock = { deadline: Number.POSITIVE_INFINITY };
  let machine: Machine | undefined;
  const instantiateWasm = (imports: WasmImports, done: (instance: WasmInstance) => void) => {
    const tick = () => {
      (machine as Machine).fuel.value = TURNS;
      if (performance.now() > clock.deadline + GRACE) throw new TornDown("The time is over.");
    };
    const instance = new wasm.Instance(wasmModule, {
      ...imports,
      [METER.module]: { [METER.tick]: tick },
    });
    machine = machineOf(instance, wasmMemory);
    done(instance);
    return {};
  };
  // The types of the package know neither how WebAssembly is handed over, nor that the module is its default.
  const emscriptenModule = { instantiateWasm, wasmMemory } as object;
  const quickJs = await newQuickJSWASMModuleFromVariant(
    newVariant(variant as unknown as QuickJSSyncVariant, { emscriptenModule }),
  );
  return quickJsOf(quickJs, machine as unknown as Machine, clock);
}

function quickJsOf(quickJs: QuickJSWASMModule, machine: Machine, clock: { deadline: number }): QuickJs {
  const restore = snapshotOf(machine);
  let age = 0;
  const tearDown = () => {
    restore();
    age++;
  };
  return {
    tearDown,
    get age() {
      return age;
    },
    get deadline() {
      return clock.deadline;
    },
    newRuntime: () => quickJs.newRuntime(),
    within(milliseconds, run) {
      clock.deadline = performance.now() + milliseconds;
      try {
        return run();
      } catch (error) {
        tearDown();
        throw error instanceof TornDown ? error : new TornDown(String(error));
      } finally {
        clock.deadline = Number.POSITIVE_INFINITY;
      }
    },
  };
}

/** What the state of QuickJS is in. */
interface Machine {
  readonly memory: WasmMemory;
  readonly globals: readonly WasmGlobal[];
  readonly fuel: WasmGlobal;
}

function machineOf({ exports }: WasmInstance, memory: WasmMemory): Machine {
  const globals = Object.keys(exports).filter((name) => name.startsWith(OWN_GLOBAL));
  return {
    memory,
    globals: globals.map((name) => exports[name] as WasmGlobal),
    fuel: exports[FUEL] as WasmGlobal,
  };
}

/** Keeps the state as it is now; what it gives puts that back. */
function snapshotOf({ memory, globals }: Machine): () => void {
  const all = Buffer.from(memory.buffer);
  const kept = Uint8Array.from(all.subarray(0, endOf(all)));
  const values = globals.map((global) => global.value as number);
  return () => {
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0, kept.length);
    bytes.set(kept);
    for (const [i, global] of globals.entries()) global.value = values[i] as number;
  };
}

/** Where nothing but zeros follow. */
function endOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}
