// What is installed: exactly what the lock file names, unchanged, and nothing that runs by itself but what is allowed.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly hasInstallScript?: boolean;
}
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8")) as unknown;
const manifest = read("package.json") as Manifest;
const { packages } = read("package-lock.json") as { readonly packages: Readonly<Record<string, Locked>> };
const installed = Object.entries(packages).filter(([path]) => path.startsWith("node_modules/"));
const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

test("every package is the one of its checksum, from the registry that npm is set to, or part of this project", () => {
  const unproved = installed
    .filter(([, { link, resolved = "", integrity = "" }]) => {
      const isOurs = link === true || resolved.startsWith("file:scripts/");
      const isElsewhere = resolved !== "" && !resolved.startsWith("https://registry.npmjs.org/");
      return !isOurs && (isElsewhere || !integrity.startsWith("sha512-"));
    })
    .map(([path]) => path);

  expect(unproved).toEqual([]);
  expect(installed.length).toBeGreaterThan(100);
});

test("packages are named by exact versions, so that none changes by itself", () => {
  const named = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

  const loose = named.filter(([, version]) => !/^\d+\.\d+\.\d+$|^file:scripts\//.test(version));

  expect(loose).toEqual([]);
});

test("a package whose installation runs a script is one that was decided on", () => {
  const running = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => nameOf(path));

  const undecided = running.filter((name) => !(name in manifest.allowScripts));

  expect(running).toContain("node");
  expect(undecided).toEqual([]);
});
