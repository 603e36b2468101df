// A real PostgreSQL for tests: the one at TEST_DATABASE_URL, or one of its own in a folder that goes with it.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const SETPRIV = "/usr/bin/setpriv";
const READY_WITHIN_MS = 30_000;

export interface TestPostgres extends AsyncDisposable {
  /** Of a database that is there from the start. */
  readonly url: string;
  /** Ends the server as its operator would, with its connections. Only where it is one's own. */
  stop(): Promise<void>;
  /** Kills the server, without a chance to write anything down. Only where it is one's own. */
  kill(): Promise<void>;
  /** Starts the stopped server again, on the same port and data. */
  start(): Promise<void>;
  /** Makes an empty database in the place of one of that name, and says its url. */
  createDatabase(name: string): Promise<string>;
}

export interface PostgresOptions {
  /** A server of one's own even if there is one at TEST_DATABASE_URL: needed to stop it. */
  readonly own?: boolean;
}

export async function startPostgres({ own = false }: PostgresOptions = {}): Promise<TestPostgres> {
  const shared = process.env.TEST_DATABASE_URL;
  return shared && !own ? sharedPostgres(shared) : ownPostgres();
}

function sharedPostgres(url: string): TestPostgres {
  const refuse = async () => {
    throw new Error("The PostgreSQL at TEST_DATABASE_URL is shared; ask for startPostgres({ own: true }).");
  };
  const made: string[] = [];
  return {
    url,
    stop: refuse,
    kill: refuse,
    start: refuse,
    createDatabase: (name) => {
      made.push(name);
      return createDatabase(url, name);
    },
    [Symbol.asyncDispose]: async () => {
      for (const name of made)
        await administer(url, (sql) => sql`drop database if exists ${sql(name)} with (force)`);
    },
  };
}

async function ownPostgres(): Promise<TestPostgres> {
  const programs = await findPrograms();
  const folder = await mkdtemp(join(tmpdir(), "pollux-postgres-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const data = await makeCluster(programs, folder);
    const port = await freePort();
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    let server = await launch(programs, data, port, url);
    return {
      url,
      stop: () => end(server),
      // Its other processes notice at once, and end without writing either.
      kill: () => end(server, "SIGKILL"),
      start: async () => {
        server = await launch(programs, data, port, url);
      },
      createDatabase: (name) => createDatabase(url, name),
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

/** The folder of `initdb` and `postgres`, the newest of several; as root on Debian it is installed if missing. */
async function findPrograms(): Promise<string> {
  const found = installedPrograms();
  if (found !== undefined) return found;
  if (isRoot && existsSync("/usr/bin/apt-get")) {
    await install();
    const installed = installedPrograms();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "These tests need PostgreSQL 15 or later: install it (`apt-get install postgresql`, `brew install postgresql@17`), " +
      "or set TEST_DATABASE_URL to one where databases may be created.",
  );
}

function installedPrograms(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
}

async function install(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { env });
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "postgresql-common"], { env });
  // Only the programs are wanted, not a server that runs from now on.
  await writeFile("/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n");
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "postgresql"], { env });
}

async function makeCluster(programs: string, folder: string): Promise<string> {
  const data = join(folder, "data");
  if (isRoot) {
    const { stdout } = await run("id", ["-u", "postgres"]);
    await chown(folder, Number(stdout), -1);
  }
  const initdb = (...more: string[]) => {
    const options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", ...more];
    const [command, ...args] = asPostgres([join(programs, "initdb"), "--pgdata", data, ...options]);
    return run(command!, args, { cwd: folder });
  };
  // A locale with an order of its own shows what relies on the order of code points.
  await initdb("--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8").catch(async () => {
    await rm(data, { recursive: true, force: true });
    await initdb("--locale=C");
  });
  return data;
}

/** PostgreSQL refuses to run as root. Where the system can, it also dies with us, however we do. */
function asPostgres(command: readonly string[]): readonly string[] {
  if (!existsSync(SETPRIV)) return command;
  const user = isRoot ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  return [SETPRIV, ...user, "--pdeathsig=INT", ...command];
}

// Whatever ends the test process takes the servers along.
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGQUIT");
});

async function launch(programs: string, data: string, port: number, url: string): Promise<ChildProcess> {
  const settings = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
  };
  const [command, ...args] = asPostgres([
    join(programs, "postgres"),
    "-D",
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  const child = spawn(command!, args, { cwd: data, stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-10_000);
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      await end(child);
      throw new Error(`PostgreSQL did not start:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

/** SIGINT sends the clients away and writes everything down. */
async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGINT"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

function answers(url: string): Promise<boolean> {
  return administer(url, (sql) => sql`select 1`).then(
    () => true,
    () => false,
  );
}

async function createDatabase(url: string, name: string): Promise<string> {
  await administer(url, (sql) => sql`drop database if exists ${sql(name)} with (force)`);
  await administer(url, (sql) => sql`create database ${sql(name)}`);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

async function administer(url: string, work: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined, connect_timeout: 5 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
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
