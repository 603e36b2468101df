// `npm start`: the server from source, on a clone where nothing was installed yet as well.

import { join } from "node:path";
import { become, ensureInstalled, root, serverFlags } from "./node.mjs";

ensureInstalled({ dev: false });
become([...serverFlags, join(root, "src/main.ts"), ...process.argv.slice(2)]);
