// Those who want to be told when what they wrote can be found: they are told the truth, or that nobody knows, in time.

import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";
import { basic, getThing, indexSettled, search } from "./search-door.ts";

const authorization = basic("ditto");
const TIMEOUT_S = 3;
/** Beyond the timeout that was asked for. */
const PATIENCE_MS = 2_000;
const PAUSE_MS = 10;

/** Writes one attribute of each thing again and again and asks for search-persisted. */
export class Persisted {
  readonly #ids: readonly string[];
  readonly violations: string[] = [];
  promised = 0;
  refused = 0;
  #last = 0;

  constructor(ids: readonly string[]) {
    this.#ids = ids;
  }

  async run(server: TestServer, stop: AbortSignal): Promise<void> {
    const agent = new Agent({ keepAlive: true });
    const lane = async (id: string) => {
      while (!stop.aborted) {
        await this.#ask(server, id, agent);
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all(this.#ids.map(lane));
    agent.destroy();
  }

  async #ask(server: TestServer, id: string, agent: Agent): Promise<void> {
    const n = ++this.#last;
    const since = performance.now();
    const path = `/api/2/things/${id}/attributes/asked?requested-acks=search-persisted&timeout=${TIMEOUT_S}s`;
    const headers = { authorization, "content-type": "application/json" };
    const { status } = await send(server.url, { method: "PUT", path, headers, body: String(n) }, agent);
    const took = performance.now() - since;
    if (took > TIMEOUT_S * 1_000 + PATIENCE_MS)
      this.violations.push(`${id}: whoever asked for search-persisted was told after ${took.toFixed(0)} ms`);
    if (status < 200 || (status >= 300 && ![408, 424, 503].includes(status)))
      this.violations.push(`${id}: whoever asked for search-persisted was answered ${status}`);
    if (status >= 300) this.refused++;
    else if (status >= 200) await this.#verify(server, id, n);
  }

  /** Only while the database is there can somebody say that it is not so. */
  async #verify(server: TestServer, id: string, n: number): Promise<void> {
    this.promised++;
    const filter = `and(eq(thingId,"${id}"),eq(attributes/asked,${n}))`;
    const found = await search(server, authorization, "/count", { filter }).catch(() => undefined);
    if (found === 0) this.violations.push(`${id}: ${n} is search-persisted, and not found`);
  }

  /** Whether all things of the campaign are found as they are read, once the index is settled. */
  async check(server: TestServer, ids: readonly string[]): Promise<string[]> {
    const violations = [...this.violations.splice(0), ...(await indexSettled(server))];
    for (const id of ids) {
      const thing = (await getThing(server, authorization, id)) as { _revision: number } | undefined;
      const filter = `and(eq(thingId,"${id}"),eq(_revision,${thing?._revision}))`;
      const found = await search(server, authorization, "/count", { filter });
      if (found !== 1) violations.push(`${id}: revision ${thing?._revision} is read and not found`);
    }
    return violations;
  }
}
