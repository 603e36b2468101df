// `npm run compatibility -- --write`: writes the tables of docs/compatibility.md; without --write it prints the page.

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { withTables } from "./page.ts";

const { values: options } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const path = new URL("../../docs/compatibility.md", import.meta.url);
const page = withTables(readFileSync(path, "utf8"));

if (options.write) writeFileSync(path, page);
else process.stdout.write(page);
