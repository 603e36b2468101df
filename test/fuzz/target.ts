// The server that is fuzzed, and how it is afterwards: it answers, has failed nowhere, and has let go of everything.

import { existsSync, readdirSync } from "node:fs";
import { send } from "../replay/send.ts";
import { startServer, type TestServer } from "../support/server.ts";

const asDitto = { "x-ditto-pre-authenticated": "nginx:ditto", "content-type": "application/json" };
const all = { grant: ["READ", "WRITE"], revoke: [] };
const policy = {
  entries: {
    owner: {
      subjects: { "nginx:ditto": { type: "t" } },
      resources: { "thing:/": all, "policy:/": all, "message:/": all },
    },
    listener: {
      subjects: { "nginx:partial": { type: "t" } },
      resources: { "thing:/attributes/a": all, "thing:/features/a": all, "message:/inbox": all },
    },
  },
};

/** Starts a server with the policy that the random things may name, in a data folder of its own or in this one. */
export async function startTarget(dataDir?: string): Promise<TestServer> {
  const server = await startServer({
    ...(dataDir !== undefined && { dataDir }),
    env: { ENABLE_PRE_AUTHENTICATION: "true", USERS: "ditto:ditto", LOG_LEVEL: "error" },
  });
  const body = JSON.stringify(policy);
  await send(server.url, {
    method: "PUT",
    path: "/api/2/policies/org.fuzz:policy",
    headers: { ...asDitto, "if-none-match": "*" },
    body,
  });
  return server;
}

/** What a server holds of the machine: megabytes, and open files where the system tells. */
export interface Holdings {
  readonly megabytes: number;
  readonly files: number;
}

export async function holdings(server: TestServer): Promise<Holdings> {
  const status = await send(server.url, { method: "GET", path: "/status", headers: {} });
  const memory = (JSON.parse(status.body) as { "total-memory": string })["total-memory"];
  const folder = `/proc/${server.pid}/fd`;
  return {
    megabytes: Number.parseInt(memory, 10),
    files: existsSync(folder) ? readdirSync(folder).length : 0,
  };
}

/** The sentences of what is wrong with a server after a round. */
export async function aftermath(server: TestServer, before: Holdings): Promise<string[]> {
  const faults = server
    .stdout()
    .split("\n")
    .filter((line) => /"level":"(?:error|fatal)"|request failed/.test(line));
  const answer = await send(server.url, { method: "GET", path: "/api/2/whoami", headers: asDitto });
  if (answer.status !== 200) faults.push(`whoami is answered with ${answer.status}`);
  if (server.stderr() !== "") faults.push(server.stderr());
  const after = await holdings(server);
  if (after.files > before.files + 20) faults.push(`${before.files} open files became ${after.files}`);
  if (after.megabytes > before.megabytes + 300)
    faults.push(`${before.megabytes} MB became ${after.megabytes} MB`);
  return faults;
}
