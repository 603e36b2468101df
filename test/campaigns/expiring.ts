import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";

const namespace = "org.pollux.expiring";
const headers = {
  authorization: `Basic ${Buffer.from("ditto:ditto").toString("base64")}`,
  "content-type": "application/json",
};
/** With this setting of the server subjects live as long as they say. */
export const expiringSettings = { POLICY_SUBJECT_EXPIRY_GRANULARITY: "1ms" };

/** Subjects live so long, so that some expire before a death, some while nobody runs, and some later. */
const lifeMs = { least: 100, most: 3_000 };
const PAUSE_MS = 5;
/** How long the server may take over what is due. */
const PATIENCE_MS = 15_000;

let made = 0;

/** Makes policies with a subject that soon expires; each must be deleted once, whoever dies meanwhile. */
export class ExpiringSubjects {
  readonly #acknowledged: string[] = [];
  #last = 0;

  /** Makes them until stopped or the server is gone. */
  async run(server: TestServer, stop: AbortSignal): Promise<void> {
    const agent = new Agent({ keepAlive: true });
    while (!stop.aborted) {
      const id = `${namespace}:policy-${++made}`;
      const expiry = Date.now() + lifeMs.least + Math.random() * (lifeMs.most - lifeMs.least);
      this.#last = Math.max(this.#last, expiry);
      const path = `/api/2/policies/${id}`;
      const { status } = await send(
        server.url,
        { method: "PUT", path, headers, body: policyOf(expiry) },
        agent,
      );
      if (status === 0) break;
      if (status === 201) this.#acknowledged.push(id);
      await sleep(PAUSE_MS);
    }
    agent.destroy();
  }

  /** What is wrong once all have expired. */
  async check(server: TestServer): Promise<string[]> {
    await sleep(Math.max(this.#last - Date.now(), 0));
    const deadline = Date.now() + PATIENCE_MS;
    const violations: string[] = [];
    for (const id of this.#acknowledged.splice(0)) {
      let found = await look(server, id);
      while (!found.isDeleted && Date.now() < deadline) {
        await sleep(100);
        found = await look(server, id);
      }
      if (!found.isDeleted) violations.push(`${id}: its subject has expired, and is still there`);
      if (found.revision > 2)
        violations.push(`${id}: its subject was deleted more than once (revision ${found.revision})`);
    }
    return violations;
  }
}

const policyOf = (expiry: number): string =>
  JSON.stringify({
    entries: {
      admin: {
        subjects: { "nginx:ditto": { type: "test" } },
        resources: { "policy:/": { grant: ["READ", "WRITE"], revoke: [] } },
      },
      guests: { subjects: { "test:guest": { type: "test", expiry: new Date(expiry) } }, resources: {} },
    },
  });

interface Looked {
  readonly _revision: number;
  readonly entries: { readonly guests: { readonly subjects: object } };
}

async function look(server: TestServer, id: string): Promise<{ isDeleted: boolean; revision: number }> {
  const answer = await server.fetch(`/api/2/policies/${id}?fields=_revision,entries`);
  const { _revision: revision, entries } = (await answer.json()) as Looked;
  return { revision, isDeleted: Object.keys(entries.guests.subjects).length === 0 };
}
