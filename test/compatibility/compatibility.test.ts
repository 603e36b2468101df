// The rows of docs/compatibility.md, each a test: ours must answer as the row says.

import { afterAll } from "vitest";
import { sharedServers } from "./servers.ts";
import { tables } from "./tables.ts";
import { walk } from "./walk.ts";

const servers = sharedServers();
afterAll(() => servers[Symbol.asyncDispose]());

for (const [nth, table] of tables.entries()) walk(table, servers, nth);
