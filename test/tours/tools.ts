// The programs that a reader of a tour has installed.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { needPackages } from "../support/debian.ts";

/** Makes sure of programs, given with their packages; as root on Debian those that are missing are installed. */
export async function needTools(packages: Readonly<Record<string, string>>): Promise<void> {
  const missing = () => Object.keys(packages).filter((program) => !isThere(program));
  const names = [...new Set(missing().map((program) => packages[program] as string))];
  await needPackages(
    names,
    () => missing().length === 0,
    `The tours need ${missing().join(", ")}: install them (\`apt-get install ${names.join(" ")}\`).`,
  );
}

const isThere = (program: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
