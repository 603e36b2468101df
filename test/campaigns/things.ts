// The things a campaign writes to, and reading them back.

import type { TestServer } from "../support/server.ts";
import type { Ledger, ThingRead } from "./ledger.ts";

const namespace = "org.pollux.campaign";
const policyId = `${namespace}:policy`;
const readsAtOnce = 16;

export const thingIds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${namespace}:thing-${i}`);

const all = { grant: ["READ", "WRITE"], revoke: [] };
const policy = {
  entries: {
    owner: {
      subjects: { "nginx:ditto": { type: "campaign" } },
      resources: { "thing:/": all, "policy:/": all, "message:/": all },
    },
  },
};

/** Creates the things, each at revision 1. */
export async function createThings(server: TestServer, ids: readonly string[]): Promise<void> {
  await put(server, `/api/2/policies/${policyId}`, policy);
  for (const id of ids) await put(server, `/api/2/things/${id}`, { policyId });
}

async function put(server: TestServer, path: string, body: unknown): Promise<Response> {
  const response = await server.fetch(path, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${text}`);
  return response;
}

/** Reads all things back, checks them, and writes to each once more: its next revision must follow. */
export async function checkThings(
  server: TestServer,
  ids: readonly string[],
  ledger: Ledger,
): Promise<number> {
  let arrived = 0;
  const left = ids.values();
  await Promise.all(
    Array.from({ length: readsAtOnce }, async () => {
      for (const id of left) {
        const read = await readThing(server, id);
        arrived += ledger.check(id, read);
        if (read) ledger.rebase(id, await probe(server, id, read.revision, ledger));
      }
    }),
  );
  return arrived;
}

async function readThing(server: TestServer, id: string): Promise<ThingRead | undefined> {
  const response = await server.fetch(`/api/2/things/${id}?fields=attributes,_revision`);
  if (response.status !== 200) {
    await response.arrayBuffer();
    return undefined;
  }
  const { attributes = {}, _revision } = (await response.json()) as {
    attributes?: Record<string, unknown>;
    _revision: number;
  };
  return { revision: _revision, attributes };
}

async function probe(server: TestServer, id: string, revision: number, ledger: Ledger): Promise<number> {
  const response = await put(server, `/api/2/things/${id}/attributes/probe`, revision);
  const next = Number(response.headers.get("entity-revision"));
  if (next !== revision + 1) {
    ledger.violations.push(`${id}: revision ${next} follows ${revision}`);
  }
  return next;
}
