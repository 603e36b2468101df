// The programs that a reader of a tour has installed.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Makes sure of programs, given with their packages; as root on Debian those that are missing are installed. */
export async function needTools(packages: Readonly<Record<string, string>>): Promise<void> {
  const missing = () => Object.keys(packages).filter((program) => !isThere(program));
  if (missing().length === 0) return;
  const names = [...new Set(missing().map((program) => packages[program] as string))];
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", ...names], { env });
  }
  if (missing().length > 0)
    throw new Error(
      `The tours need ${missing().join(", ")}: install them (\`apt-get install ${names.join(" ")}\`).`,
    );
}

const isThere = (program: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
