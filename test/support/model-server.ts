// MLServer, which speaks the Open Inference Protocol, with small models of scikit-learn; from PyPI in a virtual environment of this
// project's own, made once.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { end, freePorts, launch } from "./brokers/process.ts";

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const cache = here("../../node_modules/.cache");
const requirements = here("model-server.requirements.txt");
const script = here("model-server.py");
const READY_WITHIN_MS = 90_000;

/** A model, and what it says of some rows in Python. */
export interface FittedModel {
  readonly columns: readonly string[];
  /** Missing values are null. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly predict: readonly number[];
  readonly predict_proba?: readonly (readonly number[])[];
}

export type FittedModels = Readonly<Record<"iris" | "diabetes" | "table", FittedModel>>;

export interface ModelServer extends AsyncDisposable {
  readonly url: string;
  readonly models: FittedModels;
  /** Ends it without any order. */
  kill(): Promise<void>;
  /** Starts it again on the same port; resolves when its models are ready. */
  start(): Promise<void>;
}

export async function startModelServer(): Promise<ModelServer> {
  const environment = await installModelServer();
  const folder = await mkdtemp(join(tmpdir(), "pollux-models-"));
  const [http = 0, grpc = 0] = await freePorts(2);
  const { stdout } = await run(join(environment, "bin", "python"), [script, folder]);
  await writeFile(join(folder, "settings.json"), JSON.stringify(settingsOf(http, grpc)));
  const command = [join(environment, "bin", "mlserver"), "start", folder];
  const start = async () => {
    const server = await launch({ name: "MLServer", command, port: http, withinMs: READY_WITHIN_MS });
    await ready(http);
    return server;
  };
  let server = await start();
  return {
    url: `http://127.0.0.1:${http}`,
    models: JSON.parse(stdout) as FittedModels,
    kill: () => end(server, "SIGKILL"),
    start: async () => {
      server = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await end(server, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** In one process, and without metrics. */
const settingsOf = (http: number, grpc: number) => ({
  host: "127.0.0.1",
  http_port: http,
  grpc_port: grpc,
  metrics_endpoint: null,
  parallel_workers: 0,
  debug: false,
});

/** It listens before its models are loaded. */
async function ready(port: number): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await fetch(`http://127.0.0.1:${port}/v2/health/ready`)).ok) {
    if (Date.now() > deadline) throw new Error("The models of MLServer are not ready.");
    await later(100);
  }
}

/** The folder of the environment, which is made when it is not there; rejects with the remedy where Python lacks. */
async function installModelServer(): Promise<string> {
  const pins = await readFile(requirements);
  const hash = createHash("sha256").update(pins).digest("hex").slice(0, 12);
  const folder = join(cache, `mlserver-${hash}`);
  const done = join(folder, "installed");
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await attempt(
    run("python3", ["-m", "venv", folder]),
    "Python 3.11 or 3.12 with its module venv is needed; on Debian and Ubuntu: apt-get install python3-venv",
  );
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
  await attempt(
    run(join(folder, "bin", "python"), [...pip, "--requirement", requirements]),
    "pip could not install MLServer; it needs Python 3.11 or 3.12, and a package index, by default https://pypi.org",
  );
  await writeFile(done, "");
  return folder;
}

async function attempt(doing: Promise<unknown>, remedy: string): Promise<void> {
  try {
    await doing;
  } catch (error) {
    throw new Error(`${remedy}\n${error instanceof Error ? error.message : error}`);
  }
}
