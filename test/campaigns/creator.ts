import { Agent } from "node:http";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";

const namespace = "org.pollux.created";
const headers = {
  authorization: `Basic ${Buffer.from("ditto:ditto").toString("base64")}`,
  "content-type": "application/json",
};

let created = 0;

/**
 * Creates things, and with each the policy that Ditto makes for it: two entities that must come to be together.
 * Creations are one after another, so that a death leaves at most one of them unsure.
 */
export class Creator {
  readonly #acknowledged: string[] = [];
  #unsure: string | undefined;

  /** Creates until stopped or the server is gone. */
  async run(server: TestServer, stop: AbortSignal): Promise<void> {
    const agent = new Agent({ keepAlive: true });
    while (!stop.aborted) {
      const id = `${namespace}:thing-${++created}`;
      this.#unsure = id;
      const { status } = await send(
        server.url,
        { method: "PUT", path: `/api/2/things/${id}`, headers, body: '{"attributes":{"made":true}}' },
        agent,
      );
      if (status === 0) break;
      if (status === 201) {
        this.#acknowledged.push(id);
        this.#unsure = undefined;
      }
    }
    agent.destroy();
  }

  /** What is wrong with the things created since the last check. */
  async check(server: TestServer): Promise<string[]> {
    const violations: string[] = [];
    for (const id of this.#acknowledged.splice(0)) {
      const [thing, policy] = await statuses(server, id);
      if (thing !== 200 || policy !== 200) {
        violations.push(`${id}: its creation was acknowledged; thing ${thing}, policy ${policy}`);
      }
    }
    if (this.#unsure !== undefined) {
      const [thing, policy] = await statuses(server, this.#unsure);
      if (thing !== policy) {
        violations.push(`${this.#unsure}: half created; thing ${thing}, policy ${policy}`);
      }
      this.#unsure = undefined;
    }
    return violations;
  }
}

/** A thing without its policy reads as 404, so the policy is what tells a half creation. */
async function statuses(server: TestServer, id: string): Promise<[thing: number, policy: number]> {
  const [thing, policy] = await Promise.all([
    server.fetch(`/api/2/things/${id}`),
    server.fetch(`/api/2/policies/${id}`),
  ]);
  await Promise.all([thing.arrayBuffer(), policy.arrayBuffer()]);
  return [thing.status, policy.status];
}
