// What a command costs on one node and on three, whether it has to be forwarded or not, and what a thing takes.

import { setTimeout as sleep } from "node:timers/promises";
import type { Created, CreateJob } from "../load/create.ts";
import { Program } from "../program.ts";
import type { Area } from "../report/report.ts";
import { settledMb } from "../resident.ts";
import { policyFor, put, subjectOf, type Target } from "../target.ts";
import { type Case, costOf, heard, idleCost, type MeasuredCost } from "./cases.ts";
import { rowsOf } from "./cost-rows.ts";
import type { Costs, IdleCost } from "./costs.ts";
import { type Ground, type Members, openGround } from "./ground.ts";

export const clusterTitle = "Cluster: one member and three, PostgreSQL";

const namespace = "org.pollux.cluster";
const POLICIES = 20;
/** These are asked for and changed. */
const HOT = 1_200;
const LISTENERS = 6;
/** What members do right after their start is no rest. */
const SETTLING_MS = 5_000;

export interface ClusterCostOptions {
  readonly things: number;
  readonly rounds: number;
  readonly roundSeconds: number;
}

export async function clusterCost({ things, rounds, roundSeconds }: ClusterCostOptions): Promise<Area> {
  await using ground = await openGround();
  const thingIds = Array.from({ length: Math.min(HOT, things) }, (_, i) => `${namespace}:thing-${i}`);
  const asked = { thingIds, rounds, seconds: roundSeconds };
  const idleSeconds = Math.max(2, rounds * roundSeconds);
  const run = (members: Members, method: Case["method"], to: Case["to"]): Promise<MeasuredCost> => {
    console.error(`… cluster-cost: ${members.all.length} members, ${method} to ${to}`);
    return costOf(members, ground.meter, { ...asked, method, to });
  };
  const putHeard = (members: Members) => heard(members, LISTENERS, () => run(members, "PUT", "owner"));

  let filled: Filled;
  let one: { get: MeasuredCost; put: MeasuredCost; putHeard: MeasuredCost; idle: IdleCost };
  {
    await using members = await ground.start(1);
    filled = await fill(ground, members, things);
    const idle = await idleCost(ground.meter, idleSeconds);
    const get = await run(members, "GET", "owner");
    one = { idle, get, put: await run(members, "PUT", "owner"), putHeard: await putHeard(members) };
  }
  await using members = await ground.start(3);
  await sleep(SETTLING_MS);
  const three = {
    idle: await idleCost(ground.meter, idleSeconds),
    getLocal: await run(members, "GET", "owner"),
    getAny: await run(members, "GET", "any"),
    putLocal: await run(members, "PUT", "owner"),
    putAny: await run(members, "PUT", "any"),
    putHeard: await putHeard(members),
  };
  const data: Costs = { one, three, listeners: LISTENERS, things, ...filled };
  return { rows: rowsOf(data, { one, three }), data };
}

interface Filled {
  readonly thing: Costs["thing"];
  readonly member: Costs["member"];
}

async function fill(ground: Ground, members: Members, things: number): Promise<Filled> {
  const target = members.targets[0] as Target;
  const pid = members.all[0]?.server.pid ?? 0;
  const subject = await subjectOf(target);
  for (let i = 0; i < POLICIES; i++)
    await put(target, `/api/2/policies/${namespace}:policy-${i}`, policyFor(subject));
  const before = { memory: await settledMb(pid), tables: await ground.meter.tables() };
  await using create = new Program<CreateJob, Created>("load/create.ts");
  console.error(`… cluster-cost: ${things} things`);
  const url = `${target.url.replace(/^http/, "ws")}/ws/2`;
  const job = { url, headers: target.owner, namespace, policies: POLICIES, from: 0, count: things };
  const { refused, firstRefusal } = await create.run(job);
  if (refused > 0) throw new Error(`${refused} things were refused, the first: ${firstRefusal}`);
  await members.indexed();
  const memory = await settledMb(pid);
  await ground.meter.vacuum();
  const tables = await ground.meter.tables();
  const grown = (...names: string[]) =>
    names.reduce((sum, name) => sum + (tables.get(name) ?? 0) - (before.tables.get(name) ?? 0), 0) / things;
  return {
    thing: {
      memory: Math.max(0, ((memory - before.memory) * 1e6) / things),
      journal: grown("journal"),
      snapshots: grown("snapshot", "kept_snapshot"),
      index: grown("search_thing", "search_access"),
    },
    member: { memory: before.memory * 1e6, connections: await ground.meter.connections() },
  };
}
