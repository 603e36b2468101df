// What goes wrong in a script, and where.

/** A place in a script of the operator's; lines and columns count from 1. */
export interface ScriptPlace {
  readonly script: "incomingScript" | "outgoingScript";
  readonly line: number;
  readonly column?: number;
}

/** A script failed, or was stopped. */
export class ScriptFault extends Error {
  readonly place: ScriptPlace | undefined;
  /** Whether it ran into a limit, so that what it leaves behind is not to be trusted. */
  readonly isLimit: boolean;

  constructor(message: string, isLimit = false, place?: ScriptPlace) {
    super(message.slice(0, MAX_MESSAGE).toWellFormed());
    this.place = place;
    this.isLimit = isLimit;
  }
}

const MAX_MESSAGE = 1000;

/** What the sandbox tells of an error that was thrown in it. */
export interface ThrownError {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string;
}

/** What is said where no memory is left. */
export const OUT_OF_MEMORY = "The script needed more memory than there is for scripts.";

const limits: Readonly<Record<string, string>> = {
  interrupted: "The script took too long and was stopped.",
  "out of memory": OUT_OF_MEMORY,
  "stack overflow": "The calls of the script were nested too deeply.",
};

/** The fault that an error stands for. */
export function faultOf({ name, message, stack = "" }: ThrownError): ScriptFault {
  const limit = name === "InternalError" ? limits[message] : undefined;
  return new ScriptFault(
    limit ?? (name ? `${name}: ${message}` : message),
    limit !== undefined,
    placeIn(stack),
  );
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
