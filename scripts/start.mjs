// `npm start`: the server from source, on a clone where nothing was installed yet as well.

import { join } from "node:path";
import { become, compileCache, ensureInstalled, root, serverFlags } from "./node.mjs";

ensureInstalled({ dev: false });
process.env.NODE_COMPILE_CACHE ??= compileCache;
become([...serverFlags, join(root, "src/main.ts"), ...process.argv.slice(2)]);
