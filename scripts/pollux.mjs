#!/usr/bin/env node
// The command `pollux`: the built server where there is one, as in the published package, else the source.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { become, root } from "./node.mjs";

const built = join(root, "dist/src/main.js");
become([existsSync(built) ? built : join(root, "src/main.ts"), ...process.argv.slice(2)]);
