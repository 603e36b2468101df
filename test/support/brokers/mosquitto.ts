// A real Mosquitto on a free port, with its files in a folder that goes with it.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
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

export interface MosquittoOptions {
  /** Over TLS, with or without certificates of the clients. */
  readonly tls?: "server" | "client";
  /** Only this user may come in. */
  readonly user?: { readonly name: string; readonly password: string };
  /** What of sessions and messages outlives the broker: of one that is stopped, or (slowly) of one that is killed. */
  readonly persistence?: "stopped" | "killed";
  /** How many messages it sends to a client ahead of acknowledgements; 0 stands for no bound. */
  readonly maxInFlight?: number;
  /** Further lines of its configuration. */
  readonly more?: readonly string[];
}

export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
  /** `tcp://127.0.0.1:port`, or `ssl://localhost:port` */
  readonly uri: string;
  /** Of a broker with TLS. */
  readonly certificates: Certificates;
  /** Ends it as its operator would, or kills it. */
  stop(how?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts the stopped broker again, on the same port and files. */
  start(): Promise<void>;
  /** Lets it do nothing until `thaw`, with its connections open. */
  freeze(): void;
  thaw(): void;
}

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const program = await findProgram();
  const folder = await mkdtemp(join(tmpdir(), "pollux-mosquitto-"));
  const port = await freePort();
  const certificates = options.tls ? await makeCertificates(folder) : undefined;
  const config = join(folder, "mosquitto.conf");
  await writeFile(config, (await linesOf(options, folder, port)).join("\n"));
  let broker = await launch(program, config, port);
  return {
    port,
    uri: options.tls ? `ssl://localhost:${port}` : `tcp://127.0.0.1:${port}`,
    get certificates() {
      if (!certificates) throw new Error("This Mosquitto has no TLS.");
      return certificates;
    },
    stop: (how = "SIGTERM") => end(broker, how),
    start: async () => {
      broker = await launch(program, config, port);
    },
    freeze: () => void broker.kill("SIGSTOP"),
    thaw: () => void broker.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      await end(broker, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function linesOf(options: MosquittoOptions, folder: string, port: number): Promise<string[]> {
  const { tls, user, persistence, maxInFlight, more = [] } = options;
  const lines = [
    `listener ${port} 127.0.0.1`,
    "max_queued_messages 0",
    `allow_anonymous ${user === undefined}`,
  ];
  if (isRoot) lines.push("user root");
  if (maxInFlight !== undefined) lines.push(`max_inflight_messages ${maxInFlight}`);
  if (persistence) lines.push("persistence true", `persistence_location ${folder}/`);
  if (persistence === "killed") lines.push("autosave_on_changes true", "autosave_interval 1");
  if (tls) {
    const file = (name: string) => join(folder, name);
    lines.push(`cafile ${file("ca.crt")}`, `certfile ${file("server.crt")}`, `keyfile ${file("server.key")}`);
    lines.push(`require_certificate ${tls === "client"}`);
  }
  if (user) lines.push(`password_file ${await makePasswords(folder, user)}`);
  return [...lines, ...more, ""];
}

async function makePasswords(folder: string, user: { name: string; password: string }): Promise<string> {
  const file = join(folder, "passwords");
  await run("mosquitto_passwd", ["-c", "-b", file, user.name, user.password]);
  return file;
}

/** As root on Debian it is installed if missing. */
async function findProgram(): Promise<string> {
  const found = installedProgram();
  if (found !== undefined) return found;
  if (isRoot && existsSync("/usr/bin/apt-get")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "mosquitto"], { env });
    const installed = installedProgram();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "These tests need Mosquitto 2: install it (`apt-get install mosquitto`, `brew install mosquitto`).",
  );
}

function installedProgram(): string | undefined {
  const folders = ["/usr/sbin", "/usr/local/sbin", ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, "mosquitto")).find((path) => existsSync(path));
}

// Whatever ends the test process takes the brokers along.
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
      throw new Error(`Mosquitto did not start:\n${log}`);
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
