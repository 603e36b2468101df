// The costs of a cluster as rows: three members beside one.

import type { BenchRow } from "../row.ts";
import type { MeasuredCost } from "./cases.ts";
import type { Costs } from "./costs.ts";
import { forwardingOf, hearingOf } from "./model.ts";

interface AllCosts {
  readonly one: Record<"get" | "put" | "putHeard", MeasuredCost>;
  readonly three: Record<"getLocal" | "getAny" | "putLocal" | "putAny" | "putHeard", MeasuredCost>;
}

/** All rows of the area; with a limit that is what it costs on one member. */
export function rowsOf(costs: Costs, { one, three }: AllCosts): BenchRow[] {
  const { listeners, thing, member, things } = costs;
  const put = "PUT of a property";
  const hearing = hearingOf(costs);
  return [
    ...alone("GET of a thing, one member", one.get, false),
    ...beside("GET of a thing, three members, sent to its owner", three.getLocal, one.get, false),
    ...beside("GET of a thing, three members, sent to any", three.getAny, one.get, false),
    ...alone(`${put}, one member`, one.put, true),
    ...beside(`${put}, three members, sent to its owner`, three.putLocal, one.put, true),
    ...beside(`${put}, three members, sent to any`, three.putAny, one.put, true),
    ...beside(
      `${put}, three members, heard by ${listeners} sessions on all`,
      three.putHeard,
      one.putHeard,
      true,
    ),
    { name: "To forward a GET: CPU of members", value: forwardingOf(costs, "get").membersUs, unit: "µs" },
    { name: "To forward a PUT: CPU of members", value: forwardingOf(costs, "put").membersUs, unit: "µs" },
    { name: "To forward a PUT: CPU of NATS", value: forwardingOf(costs, "put").natsUs, unit: "µs" },
    { name: "An event to another member: CPU of members", value: hearing.membersUs, unit: "µs" },
    { name: "An event to another member: CPU of NATS", value: hearing.natsUs, unit: "µs" },
    ...idle("One member at rest", costs.one.idle),
    ...idle("Three members at rest", costs.three.idle),
    {
      name: `A thing in memory, of ${things.toLocaleString("en-US")}`,
      value: thing.memory / 1e3,
      unit: "kB",
    },
    { name: "A thing on disk: journal, as it was made", value: thing.journal / 1e3, unit: "kB" },
    { name: "A thing on disk: snapshots", value: thing.snapshots / 1e3, unit: "kB" },
    { name: "A thing on disk: search index", value: thing.index / 1e3, unit: "kB" },
    { name: "Resident memory of a member without things", value: member.memory / 1e6, unit: "MB" },
    { name: "Connections of a member to PostgreSQL", value: member.connections, unit: "connections" },
  ];
}

/** CPU of whom, as rows; who reads writes nothing. */
const figures = (isWrite: boolean): readonly (readonly [string, "membersUs" | "natsUs" | "postgresUs"])[] => [
  ["CPU of members", "membersUs"],
  ["CPU of NATS", "natsUs"],
  ...(isWrite ? [["CPU of PostgreSQL", "postgresUs"] as const] : []),
];

const rounds = (cost: MeasuredCost, figure: "rate" | "membersUs" | "natsUs" | "postgresUs") =>
  cost.rounds.map((one) => one[figure]);

function alone(name: string, cost: MeasuredCost, isWrite: boolean): BenchRow[] {
  const cpu = figures(isWrite).map(([who, figure]) => ({
    ...{ name: `${name}: ${who}`, value: cost[figure], unit: "µs/command" },
    rounds: { value: rounds(cost, figure) },
  }));
  const wal = { name: `${name}: PostgreSQL's log`, value: cost.walBytes, unit: "bytes/command" };
  return [
    { name, value: cost.rate, unit: "answers/s", rounds: { value: rounds(cost, "rate") } },
    ...cpu,
    ...(isWrite ? [wal] : []),
  ];
}

function beside(name: string, cost: MeasuredCost, one: MeasuredCost, isWrite: boolean): BenchRow[] {
  const cpu = figures(isWrite).map(([who, figure]): BenchRow => {
    const [value, limit] = [cost[figure], one[figure]];
    // What NATS does for one member is next to nothing: a share of it says nothing.
    const ratio = figure === "natsUs" ? {} : { limit, ratio: value / limit };
    const own = { value: rounds(cost, figure), ...("limit" in ratio && { limit: rounds(one, figure) }) };
    return { name: `${name}: ${who}`, value, unit: "µs/command", ...ratio, rounds: own };
  });
  return [
    { name, value: cost.rate, unit: "answers/s", rounds: { value: rounds(cost, "rate") } },
    ...cpu,
    { name: `${name}: messages of NATS`, value: cost.natsMessages, unit: "messages/command" },
    { name: `${name}: bytes by NATS`, value: cost.natsBytes, unit: "bytes/command" },
  ];
}

const idle = (name: string, { members, nats, natsMessages }: Costs["one"]["idle"]): BenchRow[] => [
  { name: `${name}: CPU of members`, value: members * 1e3, unit: "ms/s" },
  { name: `${name}: CPU of NATS`, value: nats * 1e3, unit: "ms/s" },
  { name: `${name}: messages of NATS`, value: natsMessages, unit: "messages/s" },
];
