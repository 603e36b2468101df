// Programs that tests need, from packages of Debian.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const isRoot = process.getuid?.() === 0;
/** Files of tests run side by side and may miss packages at the same time; apt-get fails where another one is at work. */
const LOCK = join(tmpdir(), "pollux-tests-apt.lock");

/**
 * Installs packages as root on Debian, when `isThere` says that they are missing; elsewhere that is left to whoever runs the
 * tests, and an Error with the remedy says so.
 */
export async function needPackages(
  packages: readonly string[],
  isThere: () => boolean | Promise<boolean>,
  remedy: string,
): Promise<void> {
  if (await isThere()) return;
  if (isRoot && existsSync("/usr/bin/apt-get")) {
    await aptGet("update");
    await aptGet("install", "--yes", "--no-install-recommends", ...packages);
    if (await isThere()) return;
  }
  throw new Error(remedy);
}

const aptGet = (...args: readonly string[]) =>
  run("flock", [LOCK, "apt-get", ...args], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });

/** For certificates of the tests' own. */
export const needOpenssl = (): Promise<void> =>
  needPackages(
    ["openssl"],
    () =>
      run("openssl", ["version"]).then(
        () => true,
        () => false,
      ),
    "These tests need OpenSSL: install it (`apt-get install openssl`, `brew install openssl`).",
  );
