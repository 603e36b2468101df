// The scripts of one mapper in a QuickJS runtime of their own.

import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import { TwinError } from "../../../base/errors.ts";
import type { JsonValue } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse.ts";
import { faultOf, OUT_OF_MEMORY, ScriptFault, type ThrownError } from "./fault.ts";
import { type Heap, type HeapValue, heapOf } from "./heap.ts";
import { installRequire, moduleRoot } from "./modules.ts";
import { type Outcomes, outcomesOf } from "./outcomes.ts";
import { bridge, helpers } from "./prelude.ts";
import { type QuickJs, TornDown } from "./quickjs.ts";

export interface Scripts {
  readonly incomingScript: string;
  readonly outgoingScript: string;
  /** Sources of libraries that are loaded before the scripts. */
  readonly libraries: readonly string[];
}

export interface SandboxLimits {
  /** For one message, and for loading the scripts. */
  readonly timeMs: number;
  /** Levels of calls, about. */
  readonly stackDepth: number;
  /** A folder of CommonJS modules. */
  readonly modulePath?: string;
}

/** An external message as scripts are given it: headers as JSON. */
export interface ToldMessage {
  readonly headers: string;
  readonly text: string | undefined;
  readonly bytes: Uint8Array | undefined;
}

export interface Sandbox {
  /** Whether it can still be used: what a message broke, or what was torn down with all of QuickJS, cannot. */
  readonly isUsable: boolean;
  /** Calls the incoming function; what it gives, null where the message is dropped. Throws {@link ScriptFault}. */
  incoming(message: ToldMessage): JsonValue;
  /** The same of a protocol message as JSON; `bytes` of a message in the outcome are numbers for {@link takeBytes}. */
  outgoing(message: string): JsonValue;
  /** Bytes of the last outcome. */
  takeBytes(index: number): Buffer;
  close(): void;
}

/** Loading what is ours takes no part of a script's time. */
const OWN_TIME = 30_000;
/** What a script gives may be so long, as JSON. */
const MAX_RESULT = 16 * 1024 * 1024;
/** Calls from script to script take less; those by way of the language's own functions, more. */
const STACK_BYTES_A_CALL = 2048;
const STACK_BYTES = 64 * 1024;

const functionNames = [
  ...(["incoming", "outgoing", "tell", "parse"] as const),
  ...(["takeBytes", "describe", "isIntact", "loaded"] as const),
];
type Functions = Readonly<Record<(typeof functionNames)[number], QuickJSHandle>>;

/** Opens a sandbox and runs the scripts once. Throws {@link ScriptFault} where they cannot be. */
export function openSandbox(quickJs: QuickJs, scripts: Scripts, limits: SandboxLimits): Sandbox {
  const { age } = quickJs;
  const root = limits.modulePath === undefined ? undefined : moduleRoot(limits.modulePath);
  const opened = guarded(() =>
    quickJs.within(OWN_TIME, () => openRuntime(quickJs, scripts.libraries, limits, root)),
  );
  const sandbox = sandboxOf(quickJs, opened, limits.timeMs);
  try {
    guarded(() => quickJs.within(limits.timeMs, () => opened.load(scripts)));
    return sandbox;
  } catch (error) {
    if (quickJs.age === age) sandbox.close();
    throw error;
  }
}

/** What tears QuickJS down is the script's doing. */
function guarded<T>(run: () => T | ScriptFault): T {
  try {
    const done = run();
    if (done instanceof ScriptFault) throw done;
    return done;
  } catch (error) {
    if (error instanceof TornDown)
      throw new ScriptFault("The script took too long or too much and was stopped.", true);
    throw error;
  }
}

interface Opened {
  readonly heap: Heap;
  readonly functions: Functions;
  readonly outcomes: Outcomes;
  /** Runs the scripts; gives what went wrong, since nothing may be thrown through QuickJS. */
  load(scripts: Scripts): ScriptFault | undefined;
  hasJobs(): boolean;
  /** Runs what promises wait for. */
  runJobs(): void;
  dispose(): void;
}

function openRuntime(
  quickJs: QuickJs,
  libraries: readonly string[],
  limits: SandboxLimits,
  root: string | undefined,
): Opened {
  const runtime = quickJs.newRuntime();
  runtime.setMaxStackSize(STACK_BYTES + limits.stackDepth * STACK_BYTES_A_CALL);
  runtime.setInterruptHandler(() => performance.now() > quickJs.deadline);
  const context = runtime.newContext();
  for (const library of libraries) context.unwrapResult(context.evalCode(library, "library")).dispose();
  context.unwrapResult(context.evalCode(helpers, "helpers")).dispose();
  const functions = functionsOf(context);
  const heap = heapOf(context);
  const outcomes = outcomesOf(context, heap);
  const disposeRequire = installRequire(context, root);
  return {
    heap,
    functions,
    outcomes,
    load: (scripts) => loadScripts(context, { heap, functions, outcomes }, scripts),
    hasJobs: () => runtime.hasPendingJob(),
    runJobs() {
      while (runtime.hasPendingJob() && performance.now() < quickJs.deadline)
        runtime.executePendingJobs(100).dispose();
    },
    dispose() {
      disposeRequire();
      heap.close();
      for (const name of functionNames) functions[name].dispose();
      context.dispose();
      runtime.dispose();
    },
  };
}

function functionsOf(context: QuickJSContext): Functions {
  using all = context.unwrapResult(context.evalCode(bridge, "bridge"));
  return Object.fromEntries(functionNames.map((name) => [name, context.getProp(all, name)])) as Functions;
}

function loadScripts(
  context: QuickJSContext,
  { heap, functions, outcomes }: Pick<Opened, "heap" | "functions" | "outcomes">,
  scripts: Scripts,
): ScriptFault | undefined {
  const parts = [
    ["incomingScript", scripts.incomingScript],
    ["outgoingScript", scripts.outgoingScript],
    ["bridge", FOUND],
  ] as const;
  let last: QuickJSHandle | undefined;
  for (const [name, source] of parts) {
    last?.dispose();
    const result = context.evalCode(source, name);
    if (result.error) return faultOfThrown(heap, functions, takePointer(context, result.error));
    last = result.value;
  }
  const done = heap.call(functions.loaded, [takePointer(context, last as QuickJSHandle)]);
  if ("thrown" in done) return faultOfThrown(heap, functions, done.thrown);
  outcomes.watch(outcomes.read(done.value) === true);
  heap.free(done.value);
  return undefined;
}

/** The functions that count, by whatever kind of declaration they came to be. */
const FOUND = "({ to: mapToDittoProtocolMsgWrapper, from: mapFromDittoProtocolMsgWrapper })";

/** A pointer of its own to what a handle holds, which is disposed of. */
function takePointer(context: QuickJSContext, handle: QuickJSHandle): HeapValue {
  // biome-ignore lint/complexity/useLiteralKeys: brackets are the way to what is protected.
  const pointer = context["ffi"].QTS_DupValuePointer(context["ctx"].value, handle.value);
  handle.dispose();
  return pointer;
}

function faultOfThrown(heap: Heap, { describe }: Functions, thrown: HeapValue): ScriptFault {
  const described = heap.call(describe, [thrown]);
  const isText = "value" in described;
  const text = isText ? heap.takeText(described.value, MAX_RESULT) : undefined;
  if (!isText) heap.free(described.thrown);
  if (text !== undefined) return faultOf(JSON.parse(text) as ThrownError);
  return new ScriptFault(OUT_OF_MEMORY, true);
}

function sandboxOf(quickJs: QuickJs, opened: Opened, timeMs: number): Sandbox {
  const { age } = quickJs;
  const { heap, functions, outcomes } = opened;
  let isBroken = false;
  const isLost = () => quickJs.age !== age;

  function callNow(fn: QuickJSHandle, args: readonly (HeapValue | undefined)[]): JsonValue | ScriptFault {
    const done = heap.call(fn, args);
    const told = "value" in done ? tell(done.value) : faultOfThrown(heap, functions, done.thrown);
    if (opened.hasJobs()) opened.runJobs();
    const outcome = opened.hasJobs() ? endless() : told;
    if (outcome instanceof ScriptFault) isBroken = outcome.isLimit || !holds(functions.isIntact);
    else isBroken = !outcomes.isClean();
    return outcome;
  }

  function tell(outcome: HeapValue): JsonValue | ScriptFault {
    const value = outcomes.read(outcome);
    if (value === undefined) return tellAsText(outcome);
    heap.free(outcome);
    return value;
  }

  function tellAsText(outcome: HeapValue): JsonValue | ScriptFault {
    const done = heap.call(functions.tell, [outcome]);
    if ("thrown" in done) return faultOfThrown(heap, functions, done.thrown);
    const text = heap.takeText(done.value, MAX_RESULT);
    return text === undefined ? new ScriptFault("The script gave too much.", true) : parsed(text);
  }

  function holds(check: QuickJSHandle): boolean {
    const done = heap.call(check, []);
    const value = "value" in done ? done.value : done.thrown;
    const text = heap.takeText(value, MAX_RESULT);
    return "value" in done && text === "true";
  }

  function run(fn: QuickJSHandle, argsOf: () => readonly (HeapValue | undefined)[]): JsonValue {
    try {
      return guarded(() => quickJs.within(timeMs, () => callNow(fn, argsOf())));
    } catch (error) {
      if (error instanceof ScriptFault && error.message === OUT_OF_MEMORY && !isLost()) quickJs.tearDown();
      throw error;
    }
  }

  /** A string of any characters. */
  function string(text: string): HeapValue {
    if (text.isWellFormed() && !text.includes("\0")) return heap.text(text);
    const done = heap.call(functions.parse, [heap.text(JSON.stringify(text))]);
    if ("value" in done) return done.value;
    heap.free(done.thrown);
    throw new Error("out of memory");
  }

  return {
    get isUsable() {
      return !isBroken && !isLost();
    },
    incoming: ({ headers, text, bytes }) =>
      run(functions.incoming, () => [
        heap.text(headers),
        text === undefined ? undefined : string(text),
        bytes && heap.bytes(bytes),
      ]),
    outgoing: (message) => run(functions.outgoing, () => [heap.text(message)]),
    takeBytes: (index) =>
      quickJs.within(timeMs, () => {
        const done = heap.call(functions.takeBytes, [heap.text(String(index))]);
        return heap.takeBytes("value" in done ? done.value : done.thrown);
      }),
    close() {
      if (isLost()) return;
      try {
        quickJs.within(OWN_TIME, opened.dispose);
      } catch (error) {
        if (!(error instanceof TornDown)) throw error;
      }
    },
  };
}

function parsed(text: string): JsonValue | ScriptFault {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof TwinError) return new ScriptFault(error.text.description ?? error.message);
    throw error;
  }
}

const endless = () => new ScriptFault("The promises of the script took too long.", true);
