// Facts of the processes of the server, and of the cluster they make up, in Ditto's forms.

import os from "node:os";
import { isObject, type JsonObject } from "../../../base/json/json.ts";
import type { Cluster, Member } from "../../../cluster/cluster.ts";
import { composite, down, type StatusInfo } from "./health.ts";
import { instanceOf, type MemberAnswer, membersOf } from "./members.ts";

/** Ditto's services; each process of this server does the work of all of them. */
export const SERVICES = ["gateway", "things", "policies", "search", "connectivity"] as const;

/** What this process is and runs on. */
export const ownStatus = (cluster: Cluster): JsonObject => ({
  service: "pollux",
  instance: instanceOf(cluster, cluster.self),
  hostname: os.hostname(),
  "processor-count": os.availableParallelism(),
  "total-memory": `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
});

/** The same of all processes, below each role. */
export function overallStatus(cluster: Cluster, answers: readonly MemberAnswer[]): JsonObject {
  const instances = Object.fromEntries(
    answers.map(({ member, answer }) => [
      instanceOf(cluster, member),
      isObject(answer) ? answer : { error: "No answer." },
    ]),
  );
  return { ...ownStatus(cluster), roles: byService(instances) };
}

/** How all processes are doing, below each role. */
export function overallHealth(answers: readonly MemberAnswer[]): StatusInfo {
  const members = answers.map(({ member, answer }) => ({
    label: addressOf(member),
    ...(isObject(answer) ? (answer as unknown as StatusInfo) : down("No answer.")),
  }));
  const roles = SERVICES.map((role) => composite(members, role));
  const expected: StatusInfo = {
    label: "expected-roles",
    status: "UP", // no process has only some of them
    details: [{ INFO: { "missing-roles": [], "extra-roles": [] } }],
  };
  return composite([expected, ...roles], "roles");
}

/** Who is in the cluster, as this process knows it. */
export function clusterStatus(cluster: Cluster): JsonObject {
  const reachable = membersOf(cluster).map(addressOf);
  const first = cluster.members[0];
  const leader = cluster.isLeader() ? addressOf(cluster.self) : first ? addressOf(first) : "<unknown>";
  const role = { reachable, unreachable: [], leader };
  return {
    ...{ reachable, unreachable: [], "seen-by": reachable, leader },
    "own-roles": [...SERVICES],
    roles: byService(role),
    pollux: {
      self: addressOf(cluster.self),
      epoch: cluster.epoch,
      "is-alone": cluster.isAlone,
      "lease-holds": cluster.leaseHolds(),
    },
  };
}

const addressOf = ({ id, name }: Member): string => `${id}@${name}`;

const byService = (value: JsonObject): JsonObject =>
  Object.fromEntries(SERVICES.map((service) => [service, value]));
