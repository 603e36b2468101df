// CommonJS modules that scripts can `require`: those of a folder, and the libraries that come with the server.

import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { QuickJSContext, QuickJSHandle, VmCallResult } from "quickjs-emscripten-core";
import { ScriptFault } from "./fault.ts";
import { runScript } from "./run-script.ts";

/** Files of the libraries, by the names under which scripts can require them. */
const libraries: Readonly<Record<string, string>> = {
  long: "long/dist/long.min.js",
  bytebuffer: "bytebuffer/dist/bytebuffer.min.js",
};

const fileOfLibrary = (name: string): string => fileURLToPath(import.meta.resolve(libraries[name] as string));

/** The source of a library. */
export const sourceOfLibrary = (name: "long" | "bytebuffer"): string =>
  readFileSync(fileOfLibrary(name), "utf8");

/** The folder of modules after all links are followed. Throws {@link ScriptFault} where there is none. */
export function moduleRoot(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    throw new ScriptFault("The folder of CommonJS modules cannot be read.");
  }
}

/** Larger files are no modules of a mapping. */
const MAX_FILE = 5 * 1024 * 1024;

/**
 * Makes `require` known in a context. A module is a file of the folder `root`, see {@link moduleRoot}, with or without `.js` or `.json`, or a folder with a package.json
 * or an index.js; names that begin with a dot count from the module that requires them. Nothing outside of the folder can be had.
 * Gives what disposes of it.
 */
export function installRequire(context: QuickJSContext, root: string | undefined): () => void {
  const handles = [
    context.newFunction("find", (id, from) =>
      context.newString(findModule(root, context.getString(id), context.getString(from)) ?? ""),
    ),
    context.newFunction("compile", (file) => compileModule(context, root, context.getString(file))),
  ] as const;
  const [find, compile] = handles;
  using make = context.unwrapResult(context.evalCode(requireSource, "require"));
  using made = context.unwrapResult(context.callFunction(make, context.undefined, find, compile));
  context.defineProp(context.global, "require", { value: made, configurable: true, enumerable: false });
  return () => {
    for (const handle of handles) handle.dispose();
  };
}

/** In the language of the sandbox. Modules are kept by their file; one that is still loading gives what it exports so far. */
const requireSource = `
(function (find, compile) {
  'use strict';
  const known = new Map();
  const { get, set } = Map.prototype;
  const { apply } = Reflect;
  const { parse } = JSON;
  function requireFrom(from) {
    return function require(id) {
      const file = find(String(id), from);
      if (file === '') throw new Error("There is no module '" + id + "'.");
      const found = apply(get, known, [file]);
      if (found) return found.exports;
      const module = { id: file, exports: {} };
      const made = compile(file);
      apply(set, known, [file, module]);
      if (typeof made === 'string') module.exports = parse(made);
      else made(module.exports, requireFrom(file), module);
      return module.exports;
    };
  }
  return requireFrom('');
})
`;

/** The file of a module: its path in the folder, with `/`; `lib:` and its name for a library. */
function findModule(root: string | undefined, id: string, from: string): string | undefined {
  const isRelative = id.startsWith("./") || id.startsWith("../");
  const inFolder = root === undefined ? undefined : findFile(root, isRelative ? join(dirname(from), id) : id);
  return inFolder ?? (Object.hasOwn(libraries, id) ? `lib:${id}` : undefined);
}

function findFile(root: string, path: string): string | undefined {
  const candidates = [`${path}.js`, path, `${path}.json`, ...mainOf(root, path), join(path, "index.js")];
  return candidates.find((candidate) => isFile(root, candidate));
}

function mainOf(root: string, path: string): string[] {
  const file = join(path, "package.json");
  if (!isFile(root, file)) return [];
  try {
    const { main } = JSON.parse(readFileSync(join(root, file), "utf8")) as { main?: unknown };
    return typeof main === "string" ? [join(path, main), `${join(path, main)}.js`] : [];
  } catch {
    return []; // a package.json that is none has no main
  }
}

/** Whether there is such a file in the folder, also after all links are followed. */
function isFile(root: string, path: string): boolean {
  try {
    const real = realpathSync(join(root, path));
    const { size } = statSync(real);
    return real.startsWith(root + sep) && statSync(real).isFile() && size <= MAX_FILE;
  } catch {
    return false; // nothing there, or a name that cannot be one
  }
}

/** A module as a function of `exports`, `require` and `module`; of JSON the text. */
function compileModule(
  context: QuickJSContext,
  root: string | undefined,
  file: string,
): QuickJSHandle | VmCallResult<QuickJSHandle> {
  const path = file.startsWith("lib:")
    ? fileOfLibrary(file.slice("lib:".length))
    : join(root as string, file);
  const source = readFileSync(path, "utf8");
  if (file.endsWith(".json")) return context.newString(source);
  const wrapped = `(function (exports, require, module) {${source}\n})`;
  const made = runScript(context, wrapped, `module ${file}`, new Map());
  return made instanceof ScriptFault ? { error: context.newError(made.message) } : made;
}
