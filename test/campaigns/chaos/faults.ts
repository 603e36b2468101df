// What can go wrong in a cluster: each fault begins, lasts, and is mended.

import { setTimeout as sleep } from "node:timers/promises";
import type { Node, Site } from "./site.ts";

/** One fault; resolves once it is mended. `random` gives numbers from 0 up to 1. */
export type Fault = (site: Site, random: () => number) => Promise<string>;

const between = (random: () => number, least: number, most: number) => least + random() * (most - least);

const someNode = ({ nodes }: Site, random: () => number): Node =>
  nodes[Math.floor(random() * nodes.length)] as Node;

const lasting = (milliseconds: number) => `for ${(milliseconds / 1_000).toFixed(1)} s`;

const killed: Fault = async (site, random) => {
  const node = someNode(site, random);
  node.isAwake = false;
  await node.server?.kill();
  const away = between(random, 0, 6_000);
  await sleep(away);
  await node.start();
  return `${node.name} killed, away ${lasting(away)}`;
};

const stopped: Fault = async (site, random) => {
  const node = someNode(site, random);
  await node.server?.stop();
  node.isAwake = false;
  const away = between(random, 0, 3_000);
  await sleep(away);
  await node.start();
  return `${node.name} stopped in order, away ${lasting(away)}`;
};

const frozen: Fault = async (site, random) => {
  const node = someNode(site, random);
  const away = between(random, 300, 9_000);
  const pid = node.server?.pid as number;
  node.isAwake = false;
  process.kill(pid, "SIGSTOP");
  await sleep(away);
  process.kill(pid, "SIGCONT");
  node.isAwake = true;
  return `${node.name} frozen ${lasting(away)}`;
};

/** Something about the ways of one node, mended after a while. */
const onWay =
  (what: string, way: "database" | "nats", begin: (node: Node, random: () => number) => void): Fault =>
  async (site, random) => {
    const node = someNode(site, random);
    const away = between(random, 200, 8_000);
    begin(node, random);
    await sleep(away);
    node[way].heal();
    return `${node.name} ${what} ${lasting(away)}`;
  };

const partitioned: Fault = async (site, random) => {
  const node = someNode(site, random);
  const away = between(random, 500, 8_000);
  node.nats.cut();
  node.database.cut();
  await sleep(away);
  node.database.heal();
  node.nats.heal();
  return `${node.name} cut off from both ${lasting(away)}`;
};

const natsKilled: Fault = async ({ nats }, random) => {
  const away = between(random, 0, 5_000);
  await nats.stop("SIGKILL");
  await sleep(away);
  await nats.start();
  return `NATS killed, away ${lasting(away)}`;
};

const natsFrozen: Fault = async ({ nats }, random) => {
  const away = between(random, 300, 6_000);
  await nats.freeze();
  await sleep(away);
  nats.thaw();
  return `NATS frozen ${lasting(away)}`;
};

const databaseStopped: Fault = async ({ postgres }, random) => {
  const away = between(random, 0, 4_000);
  await postgres.stop();
  await sleep(away);
  await postgres.start();
  return `PostgreSQL stopped, away ${lasting(away)}`;
};

const databaseKilled: Fault = async ({ postgres }, random) => {
  const away = between(random, 0, 4_000);
  await postgres.kill();
  await sleep(away);
  await postgres.start();
  return `PostgreSQL killed, away ${lasting(away)}`;
};

const skewed: Fault = async (site, random) => {
  const node = someNode(site, random);
  const seconds = Math.round(between(random, -7_200, 7_200));
  await node.skew(seconds);
  await sleep(between(random, 500, 3_000));
  return `the clock of ${node.name} set to ${seconds} s`;
};

/** By name, so that a run can be told to have some of them only. */
export const faults: Readonly<Record<string, Fault>> = {
  killed,
  stopped,
  frozen,
  partitioned,
  "nats-cut": onWay("cut off from NATS", "nats", (node) => node.nats.cut()),
  "nats-held": onWay("half-open to NATS", "nats", (node) => node.nats.hold()),
  "nats-slow": onWay("slow to NATS", "nats", (node, random) => node.nats.delay(between(random, 20, 400))),
  "database-cut": onWay("cut off from PostgreSQL", "database", (node) => node.database.cut()),
  "database-held": onWay("half-open to PostgreSQL", "database", (node) => node.database.hold()),
  "database-slow": onWay("slow to PostgreSQL", "database", (node, random) =>
    node.database.delay(between(random, 20, 300)),
  ),
  "nats-killed": natsKilled,
  "nats-frozen": natsFrozen,
  "database-stopped": databaseStopped,
  "database-killed": databaseKilled,
  "clock-skewed": skewed,
};
