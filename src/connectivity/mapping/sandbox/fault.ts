// What goes wrong in a script, and where.

/** A place in a script of the operator's; lines and columns count from 1. */
export interface ScriptPlace {
  readonly script: "incomingScript" | "outgoingScript";
  readonly line: number;
  readonly column?: number;
}

/** A limit that a script ran into: time and memory only where that is known without the script, which can say anything. */
export type ScriptLimit = "time" | "memory" | "other";

/** A script failed, or was stopped. */
export class ScriptFault extends Error {
  readonly place: ScriptPlace | undefined;
  /** Where it ran into one; what it leaves behind is not to be trusted then. */
  readonly limit: ScriptLimit | undefined;

  constructor(message: string, limit?: ScriptLimit, place?: ScriptPlace) {
    super(message.slice(0, MAX_MESSAGE).toWellFormed());
    this.place = place;
    this.limit = limit;
  }
}

const MAX_MESSAGE = 1000;

/** What the sandbox tells of an error that was thrown in it. */
export interface ThrownError {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string;
}

const OUT_OF_MEMORY = "The script needed more memory than there is for scripts.";

const OUT_OF_TIME = "The script took too long and was stopped.";
const TOO_DEEP = "The calls of the script were nested too deeply.";

/** What is known of a script without asking it. */
export interface Stopped {
  /** Whether it was interrupted because its time was over. */
  readonly byTime: boolean;
  /** Whether it was refused memory. */
  readonly byMemory: boolean;
}

/** The fault that an error stands for. Scripts make errors of any class and text themselves, so that these alone prove nothing. */
export function faultOf({ name, message, stack = "" }: ThrownError, stopped: Stopped): ScriptFault {
  const place = placeIn(stack);
  if (stopped.byTime) return new ScriptFault(OUT_OF_TIME, "time", place);
  if (name === "InternalError" && message === "out of memory")
    return new ScriptFault(OUT_OF_MEMORY, stopped.byMemory ? "memory" : "other", place);
  if (name === "InternalError" && message === "stack overflow")
    return new ScriptFault(TOO_DEEP, "other", place);
  return new ScriptFault(name ? `${name}: ${message}` : message, undefined, place);
}

/** The fault of what cannot even be told. */
export function untoldFault({ byTime, byMemory }: Stopped): ScriptFault {
  if (byTime) return new ScriptFault(OUT_OF_TIME, "time");
  return byMemory
    ? new ScriptFault(OUT_OF_MEMORY, "memory")
    : new ScriptFault("The script threw something that cannot be told.", "other");
}

/** The innermost place of a stack that is in a script of the operator's. */
function placeIn(stack: string): ScriptPlace | undefined {
  const [, script, line, column] = /\b(incomingScript|outgoingScript):(\d+)(?::(\d+))?/.exec(stack) ?? [];
  if (script === undefined) return undefined;
  return {
    script: script as ScriptPlace["script"],
    line: Number(line),
    ...(column !== undefined && { column: Number(column) }),
  };
}
