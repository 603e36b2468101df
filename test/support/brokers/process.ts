// Brokers as processes of the tests: found, started on a free port, and ended.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as later } from "node:timers/promises";
import { needPackages } from "../debian.ts";

const SETPRIV = "/usr/bin/setpriv";

/** The path of a program, which is installed if missing and possible; else an Error with the remedy says what to do. */
export async function programOf(name: string, aptPackage: string, remedy: string): Promise<string> {
  const folders = ["/usr/sbin", "/usr/local/sbin", ...(process.env.PATH ?? "").split(delimiter)];
  const find = () => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  await needPackages([aptPackage], () => find() !== undefined, remedy);
  return find()!;
}

// Whatever ends the test process takes the brokers along.
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface Launch {
  /** What it is called when it does not start. */
  readonly name: string;
  readonly command: readonly string[];
  /** Where it accepts connections once it is ready. */
  readonly port: number;
  readonly withinMs: number;
}

/** Starts a broker, and resolves when it can be connected to; rejects with what it said otherwise. */
export async function launch({ name, command, port, withinMs }: Launch): Promise<ChildProcess> {
  const [first, ...args] = existsSync(SETPRIV) ? [SETPRIV, "--pdeathsig=KILL", ...command] : command;
  const child = spawn(first!, args, { stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-10_000);
  });
  const deadline = Date.now() + withinMs;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await end(child, "SIGKILL");
      throw new Error(`${name} did not start:\n${log}`);
    }
    await later(20);
  }
  return child;
}

/** Ends a process, also one that stands still, and resolves when it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  // One that is killed must not get to do anything more.
  if (signal !== "SIGKILL") child.kill("SIGCONT");
  child.kill(signal);
  await exited;
}

/** Lets a process stand still, and resolves once all of it does. */
export async function freeze(child: ChildProcess): Promise<void> {
  child.kill("SIGSTOP");
  while (!(await isStopped(child.pid))) await later(5);
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

/** Ports on loopback where nobody listens. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(probes.map((probe) => once(probe, "listening")));
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  for (const probe of probes) probe.close();
  await Promise.all(probes.map((probe) => once(probe, "close")));
  return ports;
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}
