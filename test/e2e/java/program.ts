// The checks in Java, compiled and run against a server of their own.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inSeconds, newKey, published, sign, startLoopbackIssuer } from "../../support/loopback-issuer.ts";
import { startServer } from "../../support/server.ts";
import { installJavaClient } from "./toolchain.ts";

export interface CheckResult {
  readonly name: string;
  /** Absent where all is well. */
  readonly problem?: string;
}

export interface ProgramResult {
  readonly checks: readonly CheckResult[];
  /** Why the program or the server ended badly, in what they said. */
  readonly complaints: readonly string[];
}

const sources = fileURLToPath(new URL("checks", import.meta.url));
const users = "app:app,device:device,stranger:stranger";
const withinMs = 300_000;

const run = promisify(execFile);

/** Runs all checks; rejects only where there is no Java, or the checks do not compile. */
export async function runJavaChecks(): Promise<ProgramResult> {
  const client = join(await installJavaClient(), "*");
  const classes = await mkdtemp(join(tmpdir(), "pollux-java-"));
  try {
    const files = (await readdir(sources)).map((file) => join(sources, file));
    await run("javac", ["-Xlint:all", "-Werror", "-d", classes, "-classpath", client, ...files]);
    return await runAgainstServer([classes, client].join(delimiter));
  } finally {
    await rm(classes, { recursive: true, force: true });
  }
}

async function runAgainstServer(classpath: string): Promise<ProgramResult> {
  const key = newKey();
  await using issuer = await startLoopbackIssuer(published(key));
  await using server = await startServer({
    env: {
      LOG_LEVEL: "error",
      USERS: users,
      OAUTH_PROTOCOL: "http",
      OPENID_CONNECT_ISSUERS: JSON.stringify({ java: { issuer: issuer.address } }),
    },
  });
  const token = (seconds: number) =>
    sign(key, { iss: issuer.url, sub: "java-client", exp: inSeconds(seconds) });
  const args = ["-classpath", classpath, "checks.Main", server.wsUrl, await token(12), await token(600)];
  const { stdout, problem } = await outputOf("java", args);
  const code = await server.stop();
  return {
    checks: stdout.split("\n").filter(isResult).map(resultOf),
    complaints: [
      ...(problem === undefined ? [] : [problem]),
      ...(code === 0 ? [] : [`the server ended with ${code}`]),
      ...server.stderr().split("\n").filter(Boolean),
    ],
  };
}

function outputOf(program: string, args: string[]): Promise<{ stdout: string; problem?: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: withinMs, maxBuffer: 2 ** 26 }, (error, stdout) => {
      resolve(error ? { stdout, problem: error.message } : { stdout }); // with what it wrote as errors
    });
  });
}

const isResult = (line: string): boolean => /^(ok|failed)\t/.test(line);

function resultOf(line: string): CheckResult {
  const [, name = "", problem] = line.split("\t");
  return problem === undefined ? { name } : { name, problem };
}
