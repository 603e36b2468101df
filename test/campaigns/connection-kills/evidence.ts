// What is kept of a campaign in which something is not as it should be.

import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operatorOf } from "../../support/connections/operator.ts";
import type { TestServer } from "../../support/server.ts";
import { CONNECTION } from "./ground.ts";
import { pastOf } from "./history.ts";
import { deviceThings, userThings } from "./load.ts";

/** Writes what all servers said, and what the last one still tells; gives the folder. */
export async function keepEvidence(
  reasons: readonly string[],
  servers: readonly TestServer[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pollux-kills-evidence-"));
  const keep = async (name: string, content: () => string | Promise<string>) =>
    writeFile(join(folder, name), await Promise.resolve().then(content).catch(String));
  await keep("reasons", () => reasons.join("\n"));
  for (const [i, server] of servers.entries())
    await keep(`server-${i}.log`, () => `${server.stdout()}\n${server.stderr()}`);
  const last = servers.at(-1);
  if (!last) return folder;
  for (const id of [...deviceThings, ...userThings])
    await keep(`${id.replace(":", "_")}.past`, () => pastOf(last, id));
  await keep("connection.log", async () => {
    const entries = await operatorOf(last).logs(CONNECTION);
    return entries.map((entry) => JSON.stringify(entry)).join("\n");
  });
  await keep("connection-status.json", async () => JSON.stringify(await operatorOf(last).status(CONNECTION)));
  return folder;
}
