// Scripts with syntax that only Rhino, Ditto's engine, has, written as QuickJS takes them.

import type MagicString from "magic-string";
import { ScriptFault, type ScriptPlace } from "./fault.ts";
import { RhinoParser } from "./rhino-parser.ts";

/** A place in a script; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Translation {
  readonly source: string;
  /** Where the script has what is at a place of the source. */
  written(place: Place): Place;
}

/** Longer scripts are not translated. */
const MAX_LENGTH = 1_000_000;

/** Loops that mean something else in JavaScript, without QuickJS refusing them. */
export const meansMoreInRhino = (script: string): boolean =>
  iterates(script) || /\bfor\s*\(\s*(?:(?:var|let)\s*)?\[/.test(script);

/** Whether a script uses iterators as Rhino has them, over which `for … in` can go. */
const iterates = (script: string): boolean => /\bIterator\s*\(|__iterator__/.test(script);

/**
 * A script in JavaScript; nothing where there is nothing to translate. A fault where it is, or becomes, too long, is too deeply nested, or cannot be read
 * even as Rhino reads it, by the name under which the script is known.
 */
export function rhinoSyntax(
  script: string,
  name?: ScriptPlace["script"],
): Translation | ScriptFault | undefined {
  if (script.length > MAX_LENGTH) return new ScriptFault("The script is too long for the syntax of Rhino.");
  const parser = new RhinoParser(script, iterates(script));
  try {
    parser.parse();
  } catch (error) {
    if (error instanceof ScriptFault) return error;
    if (isTooDeep(error)) return new ScriptFault("The script is nested too deeply.");
    if (!(error instanceof SyntaxError)) throw error;
    return parser.code.hasChanged() ? unreadable(error, name) : undefined;
  }
  return parser.code.hasChanged() ? translation(parser.code) : undefined;
}

/** Where the stack is not enough, acorn makes a SyntaxError of it. */
const isTooDeep = (error: unknown): boolean =>
  error instanceof RangeError ||
  (error instanceof SyntaxError && error.message.startsWith("Not enough stack"));

/** QuickJS would complain of the first thing that it does not know, which was none of the script's faults. */
function unreadable(error: SyntaxError, script: ScriptPlace["script"] | undefined): ScriptFault {
  const { line, column } = (error as SyntaxError & { loc: Place }).loc;
  const message = `SyntaxError: ${error.message.replace(/ \(\d+:\d+\)$/, "")}`;
  return new ScriptFault(message, undefined, script && { script, line, column: column + 1 });
}

function translation(code: MagicString): Translation {
  const lines = code.generateDecodedMap().mappings;
  return {
    source: code.toString(),
    written({ line, column }) {
      const pieces = lines[line - 1] ?? [];
      const at = pieces.findLastIndex(([from]) => from < column);
      const [from = 0, , writtenLine = line - 1, writtenColumn = 0] = pieces[at] ?? [];
      const [, , nextLine, nextColumn = 0] = pieces[at + 1] ?? [];
      const last = nextLine === writtenLine ? nextColumn : Number.POSITIVE_INFINITY;
      return { line: writtenLine + 1, column: Math.min(writtenColumn + column - 1 - from, last) + 1 };
    },
  };
}
