// QuickJS, in which mapping scripts run, with a clock that stops whatever takes too long.

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
import { existing } from "./existing.ts";
import type { Stopped } from "./fault.ts";
import type { MemoryBudget } from "./memory-budget.ts";
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
  /** Whether it has taken more memory than it began with, which it gives back only by {@link free}. */
  readonly hasGrown: boolean;
  /** What is known of the work at hand. */
  readonly stopped: Stopped;
  /** Whether the time of the work at hand is over; to be asked only where a script is interrupted then. */
  interrupts(): boolean;
  /** Throws a plain error where there is no room for it. */
  newRuntime(): QuickJSRuntime;
  /**
   * Runs something within so many milliseconds. Scripts are interrupted then; what cannot be is torn down a little later, and
   * {@link TornDown} is thrown. So it is where QuickJS breaks.
   */
  within<T>(milliseconds: number, run: () => T): T;
  /** Throws away all that is in it, so that the memory can be used again. Not to be called within {@link within}. */
  tearDown(): void;
  /** Gives its memory back to those that share the budget. It is not to be used any more. */
  free(): void;
}

const PAGE = 64 * 1024;
/** What QuickJS begins with, mostly empty. */
const FIRST_PAGES = 256;
/** The memory that each takes of the budget to begin with. */
export const FIRST_BYTES = FIRST_PAGES * PAGE;

let compiled: Promise<object> | undefined;

async function compile(): Promise<object> {
  const file = fileURLToPath(import.meta.resolve("@jitl/quickjs-wasmfile-release-sync/wasm"));
  return new wasm.Module(metered(await readFile(file)));
}

/**
 * Makes a QuickJS that takes its memory of a budget, at most so many bytes; rejects with a plain error where there is not enough to begin
 * with. QuickJS itself has no limit: as it is built, it cannot count what it allocates.
 */
export async function newQuickJs(budget: MemoryBudget, maxBytes: number): Promise<QuickJs> {
  if (!budget.take(FIRST_BYTES)) throw new Error("There is no memory left for scripts.");
  try {
    compiled ??= compile();
    const work = newWork();
    return await startQuickJs(await compiled, countedMemory(budget, maxBytes, work), work, budget);
  } catch (error) {
    budget.give(FIRST_BYTES);
    throw error;
  }
}

/** The work at hand: when it has to be done, and what it ran into. */
interface Work {
  deadline: number;
  byTime: boolean;
  byMemory: boolean;
}

const newWork = (): Work => ({ deadline: Number.POSITIVE_INFINITY, byTime: false, byMemory: false });

/** Memory that grows as far as the budget lets it; asked to grow further it throws, which QuickJS takes for the end of it. */
function countedMemory(budget: MemoryBudget, maxBytes: number, work: Work): WasmMemory {
  const maximum = Math.max(FIRST_PAGES, Math.ceil(maxBytes / PAGE));
  const memory = new wasm.Memory({ initial: FIRST_PAGES, maximum });
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    const isLeft = budget.take(pages * PAGE);
    work.byMemory ||= !isLeft;
    if (!isLeft) throw new RangeError("There is no memory left for scripts.");
    try {
      return grow(pages);
    } catch (error) {
      work.byMemory = true;
      budget.give(pages * PAGE);
      throw error;
    }
  };
  return memory;
}

async function startQuickJs(
  wasmModule: object,
  wasmMemory: WasmMemory,
  work: Work,
  budget: MemoryBudget,
): Promise<QuickJs> {
  let machine: Machine | undefined;
  const instantiateWasm = (imports: WasmImports, done: (instance: WasmInstance) => void) => {
    const tick = () => {
      (machine as Machine).fuel.value = TURNS;
      if (performance.now() > work.deadline + GRACE) throw new TornDown("The time is over.");
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
  refuseNull(quickJs);
  return quickJsOf(quickJs, machine as unknown as Machine, work, budget);
}

/** The package writes whatever it is given, texts of any length among it, to where there is room, without asking whether there is. */
function refuseNull(quickJs: QuickJSWASMModule): void {
  // biome-ignore lint/complexity/useLiteralKeys: brackets are the way to what is private.
  const module = quickJs["module"];
  const malloc = module._malloc;
  module._malloc = (bytes) => existing(malloc(bytes));
}

function quickJsOf(quickJs: QuickJSWASMModule, machine: Machine, work: Work, budget: MemoryBudget): QuickJs {
  const restore = snapshotOf(machine);
  let age = 0;
  let isTornDown = false;
  const tearDown = () => {
    isTornDown = true;
    age++;
  };
  return {
    tearDown,
    free() {
      age++;
      budget.give(machine.memory.buffer.byteLength);
    },
    get hasGrown() {
      return machine.memory.buffer.byteLength > FIRST_BYTES;
    },
    get age() {
      return age;
    },
    get deadline() {
      return work.deadline;
    },
    get stopped() {
      return work;
    },
    interrupts() {
      const isOver = performance.now() > work.deadline;
      work.byTime ||= isOver;
      return isOver;
    },
    newRuntime() {
      // Nothing of it is used before: who tore it down may be about to free it.
      if (isTornDown) restore();
      isTornDown = false;
      const runtime = quickJs.newRuntime();
      // biome-ignore lint/complexity/useLiteralKeys: brackets are the way to what is private.
      existing(runtime["rt"].value);
      return runtime;
    },
    within(milliseconds, run) {
      Object.assign(work, { deadline: performance.now() + milliseconds, byTime: false, byMemory: false });
      try {
        return run();
      } catch (error) {
        tearDown();
        throw error instanceof TornDown ? error : new TornDown(String(error));
      } finally {
        work.deadline = Number.POSITIVE_INFINITY;
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

/** What is in memory where a QuickJS begins, and from where on; it is the same for each. */
let beginning: { readonly words: Int32Array; readonly from: number } | undefined;

/** Keeps the state as it is now, at the beginning; what it gives puts that back. */
function snapshotOf({ memory, globals }: Machine): () => void {
  beginning ??= setWordsOf(new Int32Array(memory.buffer));
  const { words, from } = beginning;
  const values = globals.map((global) => global.value as number);
  return () => {
    new Int32Array(memory.buffer).fill(0).set(words, from);
    for (const [i, global] of globals.entries()) global.value = values[i] as number;
  };
}

/** Those between nothing but zeros. */
function setWordsOf(all: Int32Array): { readonly words: Int32Array; readonly from: number } {
  let from = 0;
  while (all[from] === 0) from++;
  let end = all.length;
  while (all[end - 1] === 0) end--;
  return { words: all.slice(from, end), from };
}
