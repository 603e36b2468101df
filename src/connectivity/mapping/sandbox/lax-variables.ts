// Scripts that were written for Ditto's engine, Rhino: there `let` and `const` can be declared again and used before their declaration,
// as `var` can. Some scripts that run there (the example of Ditto's own page among them) need that.

import type { ScriptFault } from "./fault.ts";
import type { Scripts } from "./sandbox.ts";

/** Whether a script failed as it would not with such variables. */
export const hasLaxVariables = ({ message }: ScriptFault): boolean =>
  /is not initialized|is read-only|redeclaration|redefinition|redeclare/.test(message);

/** The scripts with `var` in the place of `let` and `const`, at the same places. */
export const withLaxVariables = (scripts: Scripts): Scripts => ({
  ...scripts,
  incomingScript: lax(scripts.incomingScript),
  outgoingScript: lax(scripts.outgoingScript),
});

/** Comments, texts, and regular expressions where a value can begin; then the words. None of them is looked into. */
const token = new RegExp(
  [
    "//.*",
    String.raw`/\*[\s\S]*?\*/`,
    String.raw`"(?:[^"\\\n]|\\[\s\S])*"`,
    String.raw`'(?:[^'\\\n]|\\[\s\S])*'`,
    "`(?:[^`\\\\]|\\\\[\\s\\S])*`",
    String.raw`(?<=[=(,:;!&|?{}[\n]\s{0,50}|\breturn\s{0,50})/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/`,
    String.raw`(?<![\w$.])(?:let|const)(?=\s+[\w${"$"}{[]|[[{])`,
  ].join("|"),
  "g",
);

/** Columns stay what they are: what is shorter is followed by blanks. */
const lax = (script: string): string =>
  script.replace(token, (found) => (found === "let" ? "var" : found === "const" ? "var  " : found));
