// The scripts of one mapper in a QuickJS runtime of their own.

import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import type { JsonValue } from "../../../base/json/json.ts";
import { Calls, type ToldMessage } from "./calls.ts";
import { existing } from "./existing.ts";
import { ScriptFault } from "./fault.ts";
import { installRequire, moduleRoot } from "./modules.ts";
import { helpers } from "./prelude.ts";
import { type QuickJs, TornDown } from "./quickjs.ts";
import { rhinoGlobals } from "./rhino-prelude.ts";
import { runScript } from "./run-script.ts";

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
/** Calls from script to script take less; those by way of the language's own functions, more. */
const STACK_BYTES_A_CALL = 2048;
const STACK_BYTES = 64 * 1024;

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
      throw new ScriptFault("The script took too long or too much and was stopped.", "other");
    throw error;
  }
}

interface Opened {
  readonly calls: Calls;
  /** Runs the scripts; gives what went wrong, since nothing may be thrown through QuickJS. */
  load(scripts: Scripts): ScriptFault | undefined;
  hasJobs(): boolean;
  /** Runs what promises wait for; gives whether that is all done. */
  runJobs(): boolean;
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
  runtime.setInterruptHandler(() => quickJs.interrupts());
  const context = runtime.newContext();
  // biome-ignore lint/complexity/useLiteralKeys: brackets are the way to what is protected.
  existing(context["ctx"].value);
  for (const library of libraries) context.unwrapResult(context.evalCode(library, "library")).dispose();
  for (const own of [helpers, rhinoGlobals]) context.unwrapResult(context.evalCode(own, "helpers")).dispose();
  const calls = new Calls(context, () => quickJs.stopped);
  const disposeRequire = installRequire(context, root);
  return {
    calls,
    load: (scripts) => loadScripts(context, calls, scripts),
    hasJobs: () => runtime.hasPendingJob(),
    runJobs() {
      while (runtime.hasPendingJob() && performance.now() < quickJs.deadline)
        runtime.executePendingJobs(100).dispose();
      return !runtime.hasPendingJob();
    },
    dispose() {
      disposeRequire();
      calls.dispose();
      context.dispose();
      runtime.dispose();
    },
  };
}

function loadScripts(context: QuickJSContext, calls: Calls, scripts: Scripts): ScriptFault | undefined {
  const parts = [
    ["incomingScript", scripts.incomingScript],
    ["outgoingScript", scripts.outgoingScript],
    ["bridge", FOUND],
  ] as const;
  let last: QuickJSHandle | undefined;
  for (const [name, source] of parts) {
    last?.dispose();
    const result = runScript(context, source, name, calls.translations);
    if (result instanceof ScriptFault) return result;
    if (result.error) return calls.faultOfThrown(calls.heap.take(result.error));
    last = result.value;
  }
  return calls.loaded(calls.heap.take(last as QuickJSHandle));
}

/** The functions that count, by whatever kind of declaration they came to be. */
const FOUND = "({ to: mapToDittoProtocolMsgWrapper, from: mapFromDittoProtocolMsgWrapper })";

function sandboxOf(quickJs: QuickJs, opened: Opened, timeMs: number): Sandbox {
  const { age } = quickJs;
  const { calls } = opened;
  let isBroken = false;
  const isLost = () => quickJs.age !== age;

  function callNow(call: () => JsonValue | ScriptFault) {
    const told = call();
    const outcome = opened.hasJobs() && !opened.runJobs() ? endless() : told;
    if (outcome instanceof ScriptFault) isBroken = outcome.limit !== undefined || !calls.isIntact();
    else isBroken = !calls.isClean();
    return outcome;
  }

  function run(call: () => JsonValue | ScriptFault): JsonValue {
    try {
      return guarded(() => quickJs.within(timeMs, () => callNow(call)));
    } catch (error) {
      if (error instanceof ScriptFault && error.limit === "memory" && !isLost()) quickJs.tearDown();
      throw error;
    }
  }

  return {
    get isUsable() {
      return !isBroken && !isLost();
    },
    incoming: (message) => run(() => calls.incoming(message)),
    outgoing: (message) => run(() => calls.outgoing(message)),
    takeBytes: (index) => guarded(() => quickJs.within(timeMs, () => calls.takeBytes(index))),
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

const endless = () => new ScriptFault("The promises of the script took too long.", "time");
