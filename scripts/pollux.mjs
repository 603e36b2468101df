#!/usr/bin/env node
// The command `pollux`: the built server where there is one, as in the published package, else the source.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { become, root, serverFlags } from "./node.mjs";

const built = join(root, "dist/src/main.js");
const entry = existsSync(built) ? built : join(root, "src/main.ts");
become([...serverFlags, entry, ...process.argv.slice(2)]);
