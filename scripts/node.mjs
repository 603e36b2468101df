// What every launcher shares: plain JavaScript that runs on Node 20 or later, brings the packages in, and hands over
// to the Node that package.json pins, which runs the TypeScript.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Keeps V8 from replacing the code by which WebAssembly calls JavaScript: where two threads do that at once, it ends the
 * process now and then ("Check failed: jit_page.has_value()", nodejs/node 64500). The general code costs nothing to speak of.
 */
export const wasmFlags = ["--wasm-wrapper-tiering-budget=1000000000"];

/**
 * Flags of the Node that runs a server. What is in work for milliseconds is garbage before a large young generation is full, and not copied. With one,
 * V8 would begin to collect all of a small heap again as soon as it is done; so the heap may grow to three times
 * what was left of it, or halfway to its bound.
 */
export const serverFlags = ["--max-semi-space-size=64", "--heap-growing-percent=200", ...wasmFlags];

/** Where the Node that runs a server keeps what it compiled: the second start takes a third less. Node writes it when it exits in order. */
export const compileCache = join(root, "node_modules/.cache/pollux");

/** Runs `npm ci` unless node_modules holds what package-lock.json names; ends the process when that fails. */
export function ensureInstalled({ dev = true } = {}) {
  if (isInstalled(dev)) return;
  process.stderr.write("pollux: installing the packages of package-lock.json (npm ci)\n");
  const flags = ["ci", "--loglevel=error", ...(dev ? ["--include=dev"] : [])];
  const windows = process.platform === "win32"; // where npm is a batch file, which only a shell runs
  const { status, error } = spawnSync("npm", flags, {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: windows,
  });
  if (status !== 0)
    fail(`npm ci failed${error ? `: ${error.message}` : ""}. Mend what it says and start again.`);
}

// Contents are compared, not file times: a checkout or `npm install` touches the lock without changing it.
function isInstalled(dev) {
  const wanted = packagesOf("package-lock.json");
  const found = packagesOf("node_modules/.package-lock.json");
  const needed = Object.entries(wanted).filter(([at, entry]) => at && !entry.optional && (dev || !entry.dev));
  return needed.every(([at, entry]) => found[at]?.version === entry.version);
}

function packagesOf(lock) {
  const file = join(root, lock);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {};
}

/** The path of the pinned Node; ends the process with the remedy when its install script did not run. */
export function pinnedNode() {
  const require = createRequire(import.meta.url);
  const name = process.platform === "win32" ? "node.exe" : "node";
  try {
    const binary = join(require.resolve("node/package.json"), "..", "bin", name);
    if (existsSync(binary)) return binary;
  } catch {
    // The package itself is missing: the same remedy, one step earlier.
    fail("the pinned Node is not installed. Run: npm ci");
  }
  return fail(
    "the binary of the pinned Node is missing: its install script was skipped. " +
      "Run: npm rebuild node --ignore-scripts=false",
  );
}

/** Runs the pinned Node as this process's stand-in: same terminal, same signals, same exit code. */
export function become(args) {
  const child = spawn(pinnedNode(), args, { stdio: "inherit" });
  // A terminal sends its SIGINT to the whole group, so the child has it already.
  if (process.stdin.isTTY) process.on("SIGINT", () => {});
  else process.on("SIGINT", () => child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => fail(error.message));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** Runs the pinned Node in the project folder and waits; the result is its exit code. */
export function runPinned(args) {
  const { status, signal } = spawnSync(pinnedNode(), args, { cwd: root, stdio: "inherit" });
  return status ?? 128 + constants.signals[signal];
}

/** Ends the process with one line that says why. */
export function fail(why) {
  process.stderr.write(`pollux: ${why}\n`);
  process.exit(1);
}
