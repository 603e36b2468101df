// Runs a script as it is, or, where QuickJS would not take it for what it is in Rhino, its translation.

import type { QuickJSContext, QuickJSHandle, VmCallResult } from "quickjs-emscripten-core";
import { ScriptFault, type ScriptPlace } from "./fault.ts";
import { asksRegExp, regExpGlobals } from "./rhino-prelude.ts";
import { meansMoreInRhino, rhinoSyntax, type Translation } from "./rhino-syntax.ts";

/** Gives what the script gives. Where a translation runs in its place, that is left under the name of the script. */
export function runScript(
  context: QuickJSContext,
  source: string,
  name: string,
  translations: Map<string, Translation>,
): VmCallResult<QuickJSHandle> | ScriptFault {
  if (asksRegExp(source)) context.unwrapResult(context.evalCode(regExpGlobals, "helpers")).dispose();
  if (meansMoreInRhino(source)) {
    const translation = rhinoSyntax(source);
    if (translation && !(translation instanceof ScriptFault)) return runTranslation(translation);
  }
  const result = context.evalCode(source, name);
  if (!result.error || !isSyntaxError(context, result.error)) return result;
  const translation = rhinoSyntax(source, scriptNamed(name));
  if (!translation) return result;
  result.error.dispose();
  return translation instanceof ScriptFault ? translation : runTranslation(translation);

  function runTranslation(translation: Translation) {
    translations.set(name, translation);
    return context.evalCode(translation.source, name);
  }
}

/** Which script of the operator's that is; modules are none. */
const scriptNamed = (name: string): ScriptPlace["script"] | undefined =>
  name === "incomingScript" || name === "outgoingScript" ? name : undefined;

function isSyntaxError(context: QuickJSContext, error: QuickJSHandle): boolean {
  using name = context.getProp(error, "name");
  return context.typeof(name) === "string" && context.getString(name) === "SyntaxError";
}
