// `npm run sbom -- [FILE]`: what the release consists of, as CycloneDX, by the lock file. The same lock file makes the same
// text: the number of the document is made of its content, and it bears no time.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fail, root } from "./node.mjs";

const MOST_BYTES = 64 * 1024 * 1024;
const file = resolve(process.argv[2] ?? `${root}/dist/sbom.cdx.json`);
const asked = [
  "sbom",
  "--sbom-format",
  "cyclonedx",
  "--sbom-type",
  "application",
  "--omit",
  "dev",
  "--package-lock-only",
];
// npm tells which file it is; a bare `node scripts/sbom.mjs` takes the npm of the path.
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
const [command, ...before] = npm;

const { status, stdout, stderr } = spawnSync(command, [...before, ...asked], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: MOST_BYTES,
});
if (status !== 0) fail(`npm sbom failed: ${stderr}`);

const { serialNumber: _, metadata, components, ...document } = JSON.parse(stdout);
const { timestamp: __, ...told } = metadata;
const byName = (a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1);
const sorted = { ...document, metadata: told, components: components.toSorted(byName) };
const hex = createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
const uuid = [
  hex.slice(0, 8),
  hex.slice(8, 12),
  `8${hex.slice(13, 16)}`,
  `8${hex.slice(17, 20)}`,
  hex.slice(20, 32),
];
mkdirSync(dirname(file), { recursive: true });
writeFileSync(
  file,
  `${JSON.stringify({ ...sorted, serialNumber: `urn:uuid:${uuid.join("-")}` }, null, 2)}\n`,
);
process.stdout.write(`${components.length} components: ${file}\n`);
