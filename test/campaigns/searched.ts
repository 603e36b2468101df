// Things that come and go, move from policy to policy, and are searched: what a search finds must be what reading them says.

import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";
import { basic, getThing, indexSettled, search } from "./search-door.ts";

export const searchedNamespace = "org.pollux.searched";
const owner = basic("ditto");
const guest = basic("guest");
const things = 60;
const policies = 5;
const lanes = 4;
const readsAtOnce = 8;

/** For servers on which they run: the guest, and indexes that are made anew in every second round. */
export const searchedSettings = (round: number): Readonly<Record<string, string>> => ({
  USERS: "ditto:ditto,guest:guest",
  DEVOPS_SECURED: "false",
  SEARCH_CUSTOM_INDEXES:
    round % 2 === 0
      ? '{"by_n":{"fields":[{"name":"attributes/n"}]}}'
      : '{"by_n_down":{"fields":[{"name":"attributes/n","direction":"DESC"}]},"by_odd":{"fields":[{"name":"attributes/odd"}]}}',
});

const pick = (count: number): number => Math.floor(Math.random() * count);
const thingId = (i: number): string => `${searchedNamespace}:thing-${i}`;
const policyId = (i: number): string => `${searchedNamespace}:policy-${i}`;
const ids = Array.from({ length: things }, (_, i) => thingId(i));

const grant = { grant: ["READ", "WRITE"], revoke: [] };
const entryOf = (subject: string, resources: object) => ({
  subjects: { [subject]: { type: "test" } },
  resources,
  importable: "implicit",
});

/** A policy that lets the guest in or not; all but the first import the first, and its guests with it. */
function randomPolicy(i: number): object {
  const mayRead = Math.random() < 0.5;
  return {
    ...(i > 0 && { imports: { [policyId(0)]: { entries: [] } } }),
    entries: {
      [`owner-${i}`]: {
        ...entryOf("nginx:ditto", { "thing:/": grant, "policy:/": grant }),
        importable: "never",
      },
      ...(mayRead && {
        [`guest-${i}`]: entryOf("nginx:guest", {
          [Math.random() < 0.7 ? "thing:/" : "thing:/attributes/odd"]: { grant: ["READ"], revoke: [] },
        }),
      }),
    },
  };
}

/** One thing as somebody reads it; `undefined` where they do not. */
export interface Seen {
  readonly thingId: string;
  readonly _revision?: number;
  readonly attributes?: { readonly n?: number; readonly odd?: boolean };
}

export class Searched {
  #last = 0;

  /** Makes the policies; to be called once, on an empty server. */
  async prepare(server: TestServer): Promise<void> {
    for (let i = 0; i < policies; i++) {
      const { status } = await put(server, `/api/2/policies/${policyId(i)}`, randomPolicy(i));
      if (status !== 201) throw new Error(`a policy could not be made: ${status}`);
    }
  }

  /** Changes things and policies until stopped or the server is gone; once in between, the index is made anew. */
  async run(server: TestServer, stop: AbortSignal): Promise<void> {
    const agent = new Agent({ keepAlive: true });
    const lane = async () => {
      while (!stop.aborted) {
        const { status } = await this.#change(server, agent);
        if (status === 0) return;
        if (status === 503) await sleep(20);
      }
    };
    await Promise.all([rebuildOnce(server, stop), ...Array.from({ length: lanes }, lane)]);
    agent.destroy();
  }

  #change(server: TestServer, agent: Agent) {
    const path = `/api/2/things/${thingId(pick(things))}`;
    const n = ++this.#last;
    const kind = Math.random();
    if (kind < 0.45) return put(server, `${path}/attributes`, { n, odd: n % 2 === 1 }, agent);
    if (kind < 0.7) {
      const thing = { policyId: policyId(pick(policies)), attributes: { n, odd: n % 2 === 1 } };
      return put(server, path, thing, agent);
    }
    if (kind < 0.8) return put(server, `${path}/policyId`, policyId(pick(policies)), agent);
    if (kind < 0.9) {
      return send(server.url, { method: "DELETE", path, headers: { authorization: owner } }, agent);
    }
    const i = pick(policies);
    return put(server, `/api/2/policies/${policyId(i)}`, randomPolicy(i), agent);
  }

  /** What a search tells that reading does not, or the other way round, once the index is settled. */
  async check(server: TestServer): Promise<string[]> {
    const violations = await indexSettled(server);
    if (violations.length > 0) return violations;
    for (const authorization of [owner, guest]) violations.push(...(await compared(server, authorization)));
    return violations;
  }
}

/** Sometimes at once, sometimes not before the server is gone. */
async function rebuildOnce(server: TestServer, stop: AbortSignal): Promise<void> {
  await sleep(Math.random() * 2_000);
  if (stop.aborted) return;
  const body = JSON.stringify({
    headers: { "force-update": true },
    piggybackCommand: { type: "common.commands:shutdown" },
  });
  await send(server.url, { method: "POST", path: "/devops/piggyback/search", headers: {}, body });
}

function put(server: TestServer, path: string, value: unknown, agent?: Agent) {
  const headers = { authorization: owner, "content-type": "application/json" };
  return send(server.url, { method: "PUT", path, headers, body: JSON.stringify(value) }, agent);
}

async function compared(server: TestServer, authorization: string): Promise<string[]> {
  const read = await readAll(server, authorization);
  const violations: string[] = [];
  const who = authorization === owner ? "the owner" : "the guest";
  const left = ids.values();
  const look = async () => {
    for (const id of left) {
      const seen = read.get(id);
      const found = await search(server, authorization, "/count", {
        filter: filterOf(id, seen, authorization),
      });
      if (found !== (seen ? 1 : 0))
        violations.push(`${id}: ${who} reads ${JSON.stringify(seen)}, and ${String(found)} are found`);
    }
  };
  await Promise.all(Array.from({ length: readsAtOnce }, look));
  const namespaces = searchedNamespace;
  const count = await search(server, authorization, "/count", { namespaces });
  if (count !== read.size) violations.push(`${who} reads ${read.size} things and counts ${String(count)}`);
  violations.push(...(await wrongOrder(server, authorization, read, who)));
  return violations;
}

async function readAll(server: TestServer, authorization: string): Promise<Map<string, Seen>> {
  const read = new Map<string, Seen>();
  for (const id of ids) {
    const seen = (await getThing(server, authorization, id)) as Seen | undefined;
    if (seen) read.set(id, seen);
  }
  return read;
}

/**
 * By what is seen of it, and of what is not seen by its id alone. The revision is told to whoever reads a part of a thing,
 * but only who reads it whole finds things by it.
 */
function filterOf(id: string, seen: Seen | undefined, authorization: string): string {
  const { n, odd } = seen?.attributes ?? {};
  const conditions = [
    `eq(thingId,"${id}")`,
    ...(n === undefined ? [] : [`eq(attributes/n,${n})`]),
    ...(odd === undefined ? [] : [`eq(attributes/odd,${odd})`]),
    ...(seen?._revision === undefined || authorization !== owner ? [] : [`eq(_revision,${seen._revision})`]),
  ];
  return conditions.length === 1 ? (conditions[0] as string) : `and(${conditions.join(",")})`;
}

/** By the attribute that custom indexes have; things without it, as others must not see it, come first. */
async function wrongOrder(
  server: TestServer,
  authorization: string,
  read: ReadonlyMap<string, Seen>,
  who: string,
): Promise<string[]> {
  const answer = await search(server, authorization, "", {
    namespaces: searchedNamespace,
    option: "sort(+attributes/n,+thingId),size(200)",
  });
  const found = (answer as { items: Seen[] }).items.map((thing) => thing.thingId);
  const rank = (thing: Seen): number => thing.attributes?.n ?? Number.NEGATIVE_INFINITY;
  const expected = [...read.values()]
    .sort((a, b) => rank(a) - rank(b) || (a.thingId < b.thingId ? -1 : 1))
    .map((thing) => thing.thingId);
  return found.join() === expected.join()
    ? []
    : [`${who} finds ${found.join()} instead of ${expected.join()}`];
}
