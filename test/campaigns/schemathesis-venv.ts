// Schemathesis from PyPI in a virtual environment of this project's own, made once.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const version = "4.32.5";
const cache = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));

const run = promisify(execFile);

/** The path of the program, which is installed when it is not there; rejects with the remedy where Python lacks. */
export async function installSchemathesis(): Promise<string> {
  const folder = join(cache, `schemathesis-${version}`);
  const done = join(folder, "installed");
  const program = join(folder, "bin", "schemathesis");
  if (existsSync(done)) return program;
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await attempt(
    run("python3", ["-m", "venv", folder]),
    "Python 3.10 or later with its module venv is needed; on Debian and Ubuntu: apt-get install python3-venv",
  );
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `schemathesis==${version}`];
  await attempt(
    run(join(folder, "bin", "python"), pip),
    "pip could not install schemathesis; it needs a package index, by default https://pypi.org",
  );
  await writeFile(done, "");
  return program;
}

async function attempt(doing: Promise<unknown>, remedy: string): Promise<void> {
  try {
    await doing;
  } catch (error) {
    throw new Error(`${remedy}\n${error instanceof Error ? error.message : error}`);
  }
}
