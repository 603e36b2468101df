// A real server process for tests: started as an operator would, on a free port with a data folder of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serverFlags } from "../../scripts/node.mjs";

export interface ServerOptions {
  /** A PostgreSQL to use; without it the server uses its embedded database in `dataDir`. */
  readonly databaseUrl?: string;
  /** A data folder to keep, for instance that of an earlier server; without it a new one is made, and removed at the end. */
  readonly dataDir?: string;
  /** Further settings. Nothing of the test's own environment reaches the server but PATH and its like. */
  readonly env?: Readonly<Record<string, string>>;
  /** The script to start, from the project's folder. */
  readonly entry?: string;
  /** How long the server may take until it is ready. */
  readonly readyWithinMs?: number;
}

export interface TestServer extends AsyncDisposable {
  /** `http://127.0.0.1:{port}`. */
  readonly url: string;
  /** `ws://127.0.0.1:{port}`. */
  readonly wsUrl: string;
  readonly pid: number;
  readonly dataDir: string;
  stdout(): string;
  stderr(): string;
  /** Asks `path` of the server as `ditto`, unless `init` brings its own Authorization header. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends SIGTERM and waits for the end; the result is the exit code, null where a signal ended the process. */
  stop(): Promise<number | null>;
  /** Sends SIGKILL and waits for the end. A data folder made for this server stays until it is disposed of. */
  kill(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const pinnedNode = join(createRequire(import.meta.url).resolve("node/package.json"), "..", "bin", "node");
const readyLine = /^Pollux is listening on (http:\/\/\S+)$/m;
const asDitto = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;

// Whatever ends the test process takes the servers along.
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Resolves once the server is ready; rejects with its output when it ends, or is not ready in time. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "pollux-test-")));
  const removeData = async () => {
    if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
  };
  const child = spawn(pinnedNode, [...serverFlags, join(root, options.entry ?? "src/main.ts")], {
    cwd: root,
    env: environment(options, dataDir),
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const exited = once(child, "close").then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output.stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    output.stderr += chunk;
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };

  let url: string;
  try {
    url = await readyUrl(child, exited, output, options.readyWithinMs ?? 30_000);
  } catch (error) {
    await end("SIGKILL").catch(() => undefined); // what could not be started cannot end either
    running.delete(child);
    await removeData();
    throw error;
  }
  return {
    url,
    wsUrl: url.replace(/^http/, "ws"),
    pid: child.pid as number, // a process that printed its ready line has one
    dataDir,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers);
      if (!headers.has("authorization")) headers.set("authorization", asDitto);
      return fetch(new URL(path, url), { ...init, headers });
    },
    stop: () => end("SIGTERM"),
    kill: async () => {
      await end("SIGKILL");
    },
    [Symbol.asyncDispose]: async () => {
      // A server that does not stop when asked must not hold up the tests after this one.
      const impatience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await end("SIGTERM");
      clearTimeout(impatience);
      await removeData();
    },
  };
}

function environment({ databaseUrl, env }: ServerOptions, dataDir: string): NodeJS.ProcessEnv {
  const inherited = ["PATH", "HOME", "TMPDIR", "TZ"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(inherited),
    HTTP_PORT: "0",
    DATA_DIR: dataDir,
    // Where a proxy is trusted there is no quick-start user, but `fetch` asks as one.
    ...(env?.ENABLE_PRE_AUTHENTICATION === "true" ? { USERS: "ditto:ditto" } : {}),
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    ...env,
  };
}

function readyUrl(
  child: ChildProcess,
  exited: Promise<number | null>,
  output: Readonly<{ stdout: string; stderr: string }>,
  withinMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => {
      clearTimeout(tooLate);
      reject(new Error(`${why}\nstdout:\n${output.stdout}\nstderr:\n${output.stderr}`));
    };
    const tooLate = setTimeout(() => refuse(`The server was not ready within ${withinMs} ms.`), withinMs);
    child.stdout?.on("data", () => {
      const url = readyLine.exec(output.stdout)?.[1];
      if (!url) return;
      clearTimeout(tooLate);
      resolve(url);
    });
    exited.then(
      (code) => refuse(`The server ended with code ${code} before it was ready.`),
      (error: Error) => refuse(error.message),
    );
  });
}
