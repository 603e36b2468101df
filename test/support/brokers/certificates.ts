// A certificate authority for tests, made by openssl anew for each; it goes with its folder.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { needOpenssl } from "../debian.ts";

const run = promisify(execFile);

/** PEM texts. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Its own certificate, PEM. */
  readonly ca: string;
  /** Certifies a new key; `names` as in a certificate, such as `DNS:localhost` or `IP:127.0.0.1`. */
  issue(commonName: string, names?: readonly string[]): Promise<Certified>;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

export async function newAuthority(): Promise<Authority> {
  await needOpenssl();
  const root = await inFolder(async (folder) => {
    const files = ["-keyout", join(folder, "key"), "-out", join(folder, "cert")];
    await run("openssl", ["req", "-x509", ...KEY, ...files, "-subj", "/CN=Test CA", "-days", "2"]);
    return certified(folder);
  });
  return {
    ca: root.cert,
    issue: (name, names = []) => inFolder((folder) => issue(root, folder, name, names)),
  };
}

async function issue(
  root: Certified,
  folder: string,
  name: string,
  names: readonly string[],
): Promise<Certified> {
  const at = (file: string) => join(folder, file);
  await writeFile(at("ca"), root.cert);
  await writeFile(at("ca-key"), root.key);
  const extensions = names.length === 0 ? [] : ["-addext", `subjectAltName=${names.join(",")}`];
  const authority = ["-CA", at("ca"), "-CAkey", at("ca-key")];
  const files = ["-keyout", at("key"), "-out", at("cert")];
  await run("openssl", [
    "req",
    "-x509",
    ...authority,
    ...KEY,
    ...files,
    "-subj",
    `/CN=${name}`,
    "-days",
    "2",
    ...extensions,
    "-addext",
    "basicConstraints=critical,CA:FALSE",
  ]);
  return certified(folder);
}

const certified = async (folder: string): Promise<Certified> => ({
  cert: await readFile(join(folder, "cert"), "utf8"),
  key: await readFile(join(folder, "key"), "utf8"),
});

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "pollux-ca-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
