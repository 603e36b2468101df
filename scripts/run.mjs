// `node scripts/run.mjs [node flags] FILE [args]`: any script of the project on the pinned Node.

import { become, ensureInstalled } from "./node.mjs";

ensureInstalled();
become(process.argv.slice(2));
