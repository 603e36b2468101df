// A Java compiler from the system, and the published Java client from Maven Central in a folder of this project's own.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { needPackages } from "../../support/debian.ts";

const cache = fileURLToPath(new URL("../../../node_modules/.cache", import.meta.url));
const pom = fileURLToPath(new URL("pom.xml", import.meta.url));
/** Of the client in pom.xml. */
const version = "2.4.0";
const javaRelease = 17;
const packages = ["openjdk-17-jdk-headless", "maven"];

const run = promisify(execFile);

/** The folder with the jars of the client; installs what is missing, and rejects with the remedy where it may not. */
export async function installJavaClient(): Promise<string> {
  await needJava();
  const folder = join(cache, `ditto-client-${version}`);
  const done = join(folder, "installed");
  if (existsSync(done)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  const goals = ["dependency:copy-dependencies", `-DoutputDirectory=${folder}`];
  await attempt(
    run("mvn", ["--quiet", "--batch-mode", "--file", pom, ...goals]),
    "Maven could not bring in the Java client; it needs a repository, by default https://repo.maven.apache.org",
  );
  await writeFile(done, "");
  return folder;
}

const needJava = (): Promise<void> =>
  needPackages(
    packages,
    isThere,
    `These tests need Java ${javaRelease} or later with its compiler, and Maven; ` +
      `on Debian and Ubuntu: apt-get install ${packages.join(" ")}`,
  );

async function isThere(): Promise<boolean> {
  try {
    const { stdout } = await run("javac", ["-version"]);
    await run("mvn", ["--version"]);
    return Number(/\d+/.exec(stdout)?.[0]) >= javaRelease;
  } catch {
    return false;
  }
}

async function attempt(doing: Promise<unknown>, remedy: string): Promise<void> {
  try {
    await doing;
  } catch (error) {
    throw new Error(`${remedy}\n${error instanceof Error ? error.message : error}`);
  }
}
