// `npm run build`: dist/ runs with production dependencies only.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, fail, root, runPinned } from "./node.mjs";

ensureInstalled();
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
if (runPinned(["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]) !== 0) fail("tsc failed");

// What the code reads beside itself at run time (migrations, pages) keeps its place relative to the code.
for (const folder of ["src", "schema"]) {
  if (!existsSync(join(root, folder))) continue;
  cpSync(join(root, folder), join(dist, folder), {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || !path.endsWith(".ts"),
  });
}

// tsc renames the files in imports, but not those that are started as workers.
for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".js")) continue;
  const path = join(dist, file);
  const code = readFileSync(path, "utf8");
  const renamed = code.replaceAll(/(new URL\(\s*"\.[^"]*)\.ts"/g, '$1.js"');
  if (renamed !== code) writeFileSync(path, renamed);
}
