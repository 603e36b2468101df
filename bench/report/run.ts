// When, where and with what it was measured.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";

export interface Run {
  /** ISO 8601. */
  readonly at: string;
  /** Of the sources, with `+` where they were changed since; absent outside a repository. */
  readonly commit: string | undefined;
  readonly command: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly os: string;
  };
  /** Of Node, of the packages and of the programs that are installed. */
  readonly versions: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Looks at this machine, now. */
export function thisRun(): Run {
  const [first] = cpus();
  return {
    at: new Date().toISOString(),
    commit: commit(),
    command: ["npm run", process.env.npm_lifecycle_event ?? "bench", "--", ...process.argv.slice(2)].join(
      " ",
    ),
    machine: {
      cpu: first?.model.trim() ?? "unknown",
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      os: `${type()} ${release()}`,
    },
    versions: versions(),
  };
}

function commit(): string | undefined {
  const head = told("git", "-C", root, "rev-parse", "--short", "HEAD");
  const changes = told("git", "-C", root, "status", "--porcelain", "--untracked-files=no");
  return head && `${head}${changes ? "+" : ""}`;
}

function versions(): Record<string, string> {
  const packages = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const found: Record<string, string | undefined> = {
    Pollux: packages.version,
    Node: process.version,
    PGlite: packages.dependencies["@electric-sql/pglite"],
    PostgreSQL: told(postgresProgram(), "--version"),
    NATS: told("nats-server", "--version"),
    Mosquitto: told("mosquitto", "-h")?.split("\n")[0],
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, text]) =>
      text ? [[name, /\d[\w.-]*/.exec(text)?.[0] ?? text]] : [],
    ),
  );
}

function postgresProgram(): string {
  const debian = "/usr/lib/postgresql";
  const [newest] = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return newest === undefined ? "postgres" : `${debian}/${newest}/bin/postgres`;
}

/** What a program prints; nothing where it is not there. Some end with an error when they tell their version. */
function told(command: string, ...args: string[]): string | undefined {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env }).trim();
  } catch (error) {
    const { stdout } = error as { readonly stdout?: string };
    return stdout?.trim() || undefined;
  }
}
