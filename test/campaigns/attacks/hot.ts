// Attacks by users who may do what they do, but all of it at one place.

import { Agent, request as httpRequest } from "node:http";
import { type Attack, again, ditto, judge, type Stage, some } from "./attack.ts";
import { json, put } from "./wire.ts";

const HOT = "/api/2/things/org.attack:hot";
const POLICY = "org.attack:shared";
const everything = { grant: ["READ", "WRITE"], revoke: [] };

/** A request over connections that stay open; 0 where there is no answer. */
function send({ url }: Stage, agent: Agent, method: string, path: string, body?: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: ditto, ...(body === undefined ? {} : json) };
    const outgoing = httpRequest(new URL(path, url), { method, agent, headers }, (response) => {
      response.resume();
      response.on("close", () => resolve(response.statusCode ?? 0));
    });
    outgoing.on("error", () => resolve(0));
    outgoing.end(body);
  });
}

/** Sends without end, so many at a time. */
async function swarm(
  stage: Stage,
  lanes: number,
  next: (lane: number, nth: number) => readonly [method: string, path: string, body?: string],
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  await again(stage, lanes, async (lane, nth) => {
    const [method, path, body] = next(lane, nth);
    const status = await send(stage, agent, method, path, body);
    if (!stage.stop.aborted) judge(stage, method, status, [200, 204, 429, 503]);
  });
  agent.destroy();
}

export const hotThing: Attack = {
  name: "hot-thing",
  about: "200 at a time write to one thing",
  holdsMb: 200,
  prepare: (stage) => put(stage, HOT, { attributes: { level: 0 } }),
  run: (stage) =>
    swarm(stage, some(stage, 200), (lane, nth) => ["PUT", `${HOT}/attributes/level`, String(lane + nth)]),
};

const policyOf = (nth: number) => ({
  entries: {
    owner: {
      subjects: { "nginx:ditto": { type: "owner" } },
      resources: { "thing:/": everything, "policy:/": everything, "message:/": everything },
    },
    guest: {
      subjects: { [`nginx:guest-${nth}`]: { type: "guest" } },
      resources: { [`thing:/attributes/a${nth % 10}`]: { grant: ["READ"], revoke: [] } },
    },
  },
});

export const hotPolicy: Attack = {
  name: "hot-policy",
  about: "a policy of 100,000 things is changed without end while these are read",
  holdsMb: 700,
  async prepare(stage) {
    await put(stage, `/api/2/policies/${POLICY}`, policyOf(0));
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const thing = JSON.stringify({ policyId: POLICY, attributes: { a0: 1, name: "one of many" } });
    const left = Array.from({ length: some(stage, 100_000) }).keys();
    const lane = async () => {
      for (const i of left) {
        const status = await send(stage, agent, "PUT", `/api/2/things/org.attack:many-${i}`, thing);
        if (status !== 201 && status !== 204) throw new Error(`a thing was answered with ${status}`);
      }
    };
    await Promise.all(Array.from({ length: 64 }, lane));
    agent.destroy();
  },
  async run(stage) {
    const count = some(stage, 100_000);
    const change = swarm(stage, 1, (_, nth) => [
      "PUT",
      `/api/2/policies/${POLICY}`,
      JSON.stringify(policyOf(nth)),
    ]);
    const read = swarm(stage, some(stage, 32), (lane, nth) => [
      "GET",
      `/api/2/things/org.attack:many-${(lane * 7_919 + nth * 104_729) % count}`,
    ]);
    await Promise.all([change, read]);
  },
};
