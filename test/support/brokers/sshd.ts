// A real OpenSSH server of a test's own, which lets in the user that runs the test, by one key.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PROGRAM = "/usr/sbin/sshd";
const READY_WITHIN_MS = 10_000;
const isRoot = process.getuid?.() === 0;

export interface TestSshd extends AsyncDisposable {
  /** `ssh://127.0.0.1:{port}` */
  readonly uri: string;
  readonly username: string;
  /** PEM texts of the key that it accepts. */
  readonly publicKey: string;
  readonly privateKey: string;
  /** As `ssh-keygen -l` prints it, with a digest such as `sha256` or `md5`. */
  fingerprint(digest: string): Promise<string>;
  /** Ends the sessions of all clients; the server goes on. */
  endSessions(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSshd(): Promise<TestSshd> {
  await installed();
  const folder = await mkdtemp(join(tmpdir(), "pollux-sshd-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const keys = await makeKeys(folder);
    const port = await freePort();
    const server = await launch(await configure(folder, port), port);
    return {
      ...keys,
      uri: `ssh://127.0.0.1:${port}`,
      username: userInfo().username,
      fingerprint: (digest) => fingerprintOf(join(folder, "host-key"), digest),
      endSessions: () => endSessions(server.pid ?? 0),
      stop: () => end(server),
      [Symbol.asyncDispose]: async () => {
        await end(server);
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** As root on Debian it is installed if missing. */
async function installed(): Promise<void> {
  if (!existsSync(PROGRAM) && isRoot && existsSync("/usr/bin/apt-get")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", "openssh-server"], { env });
  }
  if (!existsSync(PROGRAM))
    throw new Error("These tests need OpenSSH's server: install it (`apt-get install openssh-server`).");
  // Where sshd gives up its rights; of no use to others.
  if (isRoot) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
}

async function makeKeys(folder: string): Promise<Pick<TestSshd, "publicKey" | "privateKey">> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  await writeFile(join(folder, "client.pem"), publicKey);
  const { stdout } = await run("ssh-keygen", ["-i", "-m", "PKCS8", "-f", join(folder, "client.pem")]);
  await writeFile(join(folder, "authorized"), stdout);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "host-key")]);
  return { publicKey, privateKey };
}

async function fingerprintOf(hostKey: string, digest: string): Promise<string> {
  const { stdout } = await run("ssh-keygen", ["-l", "-E", digest, "-f", `${hostKey}.pub`]);
  return stdout.split(" ")[1] ?? "";
}

async function configure(folder: string, port: number): Promise<string> {
  const file = join(folder, "config");
  const lines = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host-key")}`,
    `AuthorizedKeysFile ${join(folder, "authorized")}`,
    `PidFile ${join(folder, "pid")}`,
    "StrictModes no",
    "PermitRootLogin yes",
    "PasswordAuthentication yes",
    "UsePAM no",
    "AllowTcpForwarding local",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

// Whatever ends the test process takes the servers along.
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

async function launch(config: string, port: number): Promise<ChildProcess> {
  const child = spawn(PROGRAM, ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-10_000);
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await listens(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await end(child);
      throw new Error(`sshd did not start:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await endSessions(child.pid ?? 0);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

/** Each session is a process of its own, which outlives the server. */
async function endSessions(server: number): Promise<void> {
  for (const pid of await childrenOf(server)) process.kill(pid, "SIGKILL");
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map(async (pid) => [Number(pid), await parentOf(pid)] as const));
  return parents.flatMap(([pid, its]) => (its === parent ? [pid] : []));
}

const parentOf = (pid: string): Promise<number> =>
  readFile(`/proc/${pid}/stat`, "utf8").then(
    (stat) => Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]),
    () => 0,
  );

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
