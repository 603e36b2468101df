// What so many nodes and things need, from what single commands and things cost. Pure arithmetic, stated in docs/scaling.md.

import type { CommandCost, Costs, IdleCost } from "./costs.ts";

/** What is asked of each thing. */
export interface Demand {
  /** Changes of a thing a second. */
  readonly changes: number;
  /** Reads of a thing a second. */
  readonly reads: number;
  /** To how many other members a change goes, because somebody there listens to it. */
  readonly hearers: number;
}

export interface Needs {
  readonly nodes: number;
  readonly things: number;
  /** All commands a second. */
  readonly commands: number;
  /** Share of them that comes to a member that does not own the thing. */
  readonly forwarded: number;
  /** Cores that all members need together, and each. */
  readonly memberCores: number;
  readonly coresEach: number;
  /** Bytes of memory of each member with all its things in memory. */
  readonly memoryEach: number;
  readonly postgresCores: number;
  /** Bytes a second of PostgreSQL's log, and by which the journal grows. */
  readonly wal: number;
  readonly journalGrowth: number;
  /** Bytes of the things as they are: journal of their creation, snapshots, index. */
  readonly disk: number;
  readonly connections: number;
  readonly natsCores: number;
  readonly natsMessages: number;
  readonly natsBytes: number;
  /** What of it does not fit into what one has (see {@link bounds}); absent where all fits. */
  readonly binds: string | undefined;
}

/**
 * What there is of each: a member runs commands on one thread, and a part of it is for collecting garbage; one PostgreSQL and one
 * NATS are on a machine of so many cores each.
 */
export const bounds = { coresEach: 0.7, postgresCores: 64, natsCores: 16, memoryEach: 64e9 } as const;

/** Of three members, two thirds of what comes to any of them is forwarded. */
const FORWARDED_OF_THREE = 2 / 3;

/** PostgreSQL takes no part in what members say to one another. */
type Figure = "membersUs" | "natsUs" | "natsMessages" | "natsBytes";

/** What it costs to forward one command, beyond the command. */
export function forwardingOf({ three }: Costs, kind: "get" | "put"): Record<Figure, number> {
  const [any, local] = kind === "get" ? [three.getAny, three.getLocal] : [three.putAny, three.putLocal];
  return between(local, any, FORWARDED_OF_THREE);
}

/** What it costs that one event goes to one other member; with three members all listening it goes to two. */
export function hearingOf({ one, three }: Costs): Record<Figure, number> {
  const [beyondOne, beyondThree] = [
    between(one.put, one.putHeard, 1),
    between(three.putLocal, three.putHeard, 1),
  ];
  return each((figure) => Math.max(0, beyondThree[figure] - beyondOne[figure]) / 2);
}

const between = (less: CommandCost, more: CommandCost, share: number): Record<Figure, number> =>
  each((figure) => Math.max(0, more[figure] - less[figure]) / share);

const each = (of: (figure: Figure) => number): Record<Figure, number> => ({
  membersUs: of("membersUs"),
  natsUs: of("natsUs"),
  natsMessages: of("natsMessages"),
  natsBytes: of("natsBytes"),
});

/** What is used in a second in which nobody asks for anything: so much for each member, and so much for each other one that it has. */
export function restOf(
  { one, three }: Costs,
  figure: keyof IdleCost,
): { readonly own: number; readonly pair: number } {
  const own = one.idle[figure];
  return { own, pair: Math.max(0, three.idle[figure] - 3 * own) / 6 };
}

/** Of what several members do, what it costs on three counts: each writes batches of its own, which are smaller. */
export function needs(costs: Costs, demand: Demand, nodes: number, things: number): Needs {
  const { one, three, thing, member } = costs;
  const [get, put] = nodes === 1 ? [one.get, one.put] : [three.getLocal, three.putLocal];
  const [changes, reads] = [things * demand.changes, things * demand.reads];
  const forwarded = (nodes - 1) / nodes;
  const hearers = Math.min(demand.hearers, nodes - 1);
  const forwards = { get: forwardingOf(costs, "get"), put: forwardingOf(costs, "put") };
  const hearing = hearingOf(costs);
  const atRest = (figure: keyof IdleCost): number => {
    const { own, pair } = restOf(costs, figure);
    return nodes * own + nodes * (nodes - 1) * pair;
  };
  const between = (figure: Figure): number =>
    reads * forwarded * forwards.get[figure] +
    changes * (forwarded * forwards.put[figure] + hearers * hearing[figure]);
  const commandsUs = reads * get.membersUs + changes * put.membersUs + between("membersUs");
  const memberCores = commandsUs / 1e6 + atRest("members");
  const found = {
    ...{ nodes, things, forwarded, commands: changes + reads },
    ...{ memberCores, coresEach: memberCores / nodes },
    memoryEach: member.memory + (things / nodes) * thing.memory,
    postgresCores: (changes * put.postgresUs) / 1e6,
    ...{ wal: changes * put.walBytes, journalGrowth: changes * put.journalBytes },
    disk: things * (thing.journal + thing.snapshots + thing.index),
    connections: nodes * member.connections,
    natsCores: between("natsUs") / 1e6 + atRest("nats"),
    natsMessages: between("natsMessages") + atRest("natsMessages"),
    natsBytes: between("natsBytes"),
  };
  return { ...found, binds: bindingOf(found) };
}

function bindingOf(found: Record<keyof typeof bounds, number>): string | undefined {
  const names = {
    coresEach: "CPU of members",
    memoryEach: "memory of members",
    postgresCores: "PostgreSQL",
    natsCores: "NATS",
  } as const;
  const beyond = (Object.keys(bounds) as (keyof typeof bounds)[]).filter(
    (name) => found[name] > bounds[name],
  );
  return beyond.length > 0 ? beyond.map((name) => names[name]).join(", ") : undefined;
}
