// librdkafka's mock of a Kafka cluster, which runs inside of a client: kcat is that client here.
//
// It keeps topics, offsets and a group of one member; not groups of several, TLS, logging in, or its data over a restart.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { needPackages } from "../debian.ts";
import { end, freeze } from "./process.ts";

const run = promisify(execFile);
const READY_WITHIN_MS = 10_000;
const REMEDY = "These tests need kcat 1.7 or later: `apt-get install kcat`, `brew install kcat`.";

export interface MockKafka extends AsyncDisposable {
  /** Of the first broker. */
  readonly port: number;
  /** All, as `host:port`. */
  readonly servers: readonly string[];
  /** Ends all brokers at once. */
  kill(): Promise<void>;
  /** Lets the brokers stand still and go on. */
  freeze(): Promise<void>;
  thaw(): void;
}

export async function startMockKafka(brokers = 1): Promise<MockKafka> {
  await needPackages(["kcat"], isThere, REMEDY);
  const mock = ["-X", `test.mock.num.brokers=${brokers}`, "-d", "mock"];
  const child = spawn("kcat", ["-P", "-b", "unused", "-t", "unused", ...mock], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  const servers = await serversOf(child);
  const kill = () => end(child, "SIGKILL");
  return {
    port: Number(servers[0]?.split(":")[1]),
    servers,
    kill,
    freeze: () => freeze(child),
    thaw: () => void child.kill("SIGCONT"),
    [Symbol.asyncDispose]: kill,
  };
}

const isThere = (): Promise<boolean> =>
  run("kcat", ["-V"]).then(
    () => true,
    () => false,
  );

/** It tells of them first of all; what it says later is read so that it can go on. */
function serversOf(child: ChildProcess): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`kcat says nothing of brokers: ${said}`)),
      READY_WITHIN_MS,
    );
    let said = "";
    child.once("error", reject);
    child.stderr?.on("data", (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
      const [, servers] = /bootstrap\.servers=(\S+)/.exec(said) ?? [];
      if (servers === undefined) return;
      clearTimeout(timer);
      resolve(servers.split(","));
    });
  });
}
