// A real OpenSSH server of a test's own, which lets in the user that runs the test, by one key.

import { type ChildProcess, execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { isRoot } from "../debian.ts";
import { end as endProcess, freePort, launch, programOf } from "./process.ts";

const run = promisify(execFile);
const READY_WITHIN_MS = 10_000;
const REMEDY = "These tests need OpenSSH's server: install it (`apt-get install openssh-server`).";

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
  const program = await findProgram();
  const folder = await mkdtemp(join(tmpdir(), "pollux-sshd-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const keys = await makeKeys(folder);
    const port = await freePort();
    const command = [program, "-D", "-e", "-f", await configure(folder, port)];
    const server = await launch({ name: "sshd", command, port, withinMs: READY_WITHIN_MS });
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

async function findProgram(): Promise<string> {
  // Where sshd gives up its rights; of no use to others.
  if (isRoot) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  return programOf("sshd", "openssh-server", REMEDY);
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

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  await endSessions(server.pid ?? 0);
  await endProcess(server, "SIGTERM");
}

/** Each session is a process of its own, which outlives the server. */
async function endSessions(server: number): Promise<void> {
  for (const pid of await childrenOf(server)) killIfAlive(pid);
}

/** A session may have ended by itself since it was listed. */
function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== "ESRCH") throw fault;
  }
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
