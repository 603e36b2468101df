// A real nats-server on a free port, with JetStream, and its files in a folder that goes with it.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { promisify } from "node:util";
import { type Certificates, makeCertificates } from "./broker-certificates.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const SETPRIV = "/usr/bin/setpriv";
const READY_WITHIN_MS = 15_000;

export interface NatsServerOptions {
  /** Over TLS, with or without certificates of the clients. */
  readonly tls?: "server" | "client";
  /** What is within `authorization { … }` of its configuration. */
  readonly authorization?: string;
  /** Further lines of its configuration. */
  readonly more?: readonly string[];
  /** In bytes. */
  readonly maxPayload?: number;
  /** Without JetStream. */
  readonly isCoreOnly?: boolean;
}

export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  /** `nats://127.0.0.1:port`, or `tls://localhost:port` */
  readonly uri: string;
  /** Of a server with TLS. */
  readonly certificates: Certificates;
  /** Ends it as its operator would, or kills it. */
  stop(how?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts the stopped server again, on the same port and files. */
  start(): Promise<void>;
  /** Lets it do nothing from when it resolves until `thaw`, with its connections open. */
  freeze(): Promise<void>;
  thaw(): void;
}

export async function startNats(options: NatsServerOptions = {}): Promise<NatsServer> {
  const program = await findProgram();
  const folder = await mkdtemp(join(tmpdir(), "pollux-nats-"));
  const port = await freePort();
  const certificates = options.tls ? await makeCertificates(folder) : undefined;
  const config = join(folder, "nats.conf");
  await writeFile(config, linesOf(options, folder, port).join("\n"));
  let server = await launch(program, config, port);
  return {
    port,
    uri: options.tls ? `tls://localhost:${port}` : `nats://127.0.0.1:${port}`,
    get certificates() {
      if (!certificates) throw new Error("This nats-server has no TLS.");
      return certificates;
    },
    stop: (how = "SIGTERM") => end(server, how),
    start: async () => {
      server = await launch(program, config, port);
    },
    freeze: async () => {
      server.kill("SIGSTOP");
      while (!(await isStopped(server.pid))) await later(5);
    },
    thaw: () => void server.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      await end(server, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function linesOf(options: NatsServerOptions, folder: string, port: number): string[] {
  const { tls, authorization, maxPayload, isCoreOnly, more = [] } = options;
  const file = (name: string) => join(folder, name);
  const lines = [`listen: "127.0.0.1:${port}"`];
  if (!isCoreOnly) lines.push(`jetstream { store_dir: "${file("jetstream")}" }`);
  if (maxPayload !== undefined) lines.push(`max_payload: ${maxPayload}`);
  if (authorization !== undefined) lines.push(`authorization { ${authorization} }`);
  if (tls) {
    const files = `ca_file: "${file("ca.crt")}", cert_file: "${file("server.crt")}", key_file: "${file("server.key")}"`;
    lines.push(`tls { ${files}, verify: ${tls === "client"} }`);
  }
  return [...lines, ...more, ""];
}

/** As root on Debian it is installed if missing. */
async function findProgram(): Promise<string> {
  const found = installedProgram();
  if (found !== undefined) return found;
  if (isRoot && existsSync("/usr/bin/apt-get")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "nats-server"], { env });
    const installed = installedProgram();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "These tests need nats-server 2.9 or newer: install it (`apt-get install nats-server`, `brew install nats-server`).",
  );
}

function installedProgram(): string | undefined {
  const folders = ["/usr/sbin", "/usr/local/bin", ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, "nats-server")).find((path) => existsSync(path));
}

// Whatever ends the test process takes the servers along.
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

async function launch(program: string, config: string, port: number): Promise<ChildProcess> {
  const command = [program, "-c", config];
  const [first, ...args] = existsSync(SETPRIV) ? [SETPRIV, "--pdeathsig=KILL", ...command] : command;
  const child = spawn(first!, args, { stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-10_000);
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await end(child, "SIGKILL");
      throw new Error(`nats-server did not start:\n${log}`);
    }
    await later(20);
  }
  return child;
}

async function end(child: ChildProcess, how: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(how);
  await exited;
}

/** The threads of a process stop one by one. */
async function isStopped(pid: number | undefined): Promise<boolean> {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return later(100, true);
  const stats = (await readdir(threads)).map((thread) => readFile(join(threads, thread, "stat"), "utf8"));
  return (await Promise.all(stats)).every((stat) => /^\d+ \(.*\) [tT] /s.test(stat));
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
