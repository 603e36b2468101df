// The tables of docs/scaling.md, made from what was measured, so that no figure of them is typed by hand.

import { readFileSync, writeFileSync } from "node:fs";
import { number } from "../report/figure.ts";
import type { Run } from "../report/run.ts";
import type { Costs } from "./costs.ts";
import { type Demand, forwardingOf, hearingOf, type Needs, needs, restOf } from "./model.ts";

const page = new URL("../../docs/scaling.md", import.meta.url);
const BEGIN = "<!-- measured: made by npm run bench -- --only cluster-cost --write -->";
const END = "<!-- end of what was measured -->";

const NODES = [1, 10, 100];
const THINGS = [1e6, 10e6, 100e6];

/** How lively things are. */
const demands: readonly (Demand & { readonly title: string })[] = [
  {
    title: "each thing changes once an hour and is read once an hour",
    changes: 1 / 3_600,
    reads: 1 / 3_600,
    hearers: 1,
  },
  {
    title: "each thing changes once a minute and is read once in ten minutes",
    changes: 1 / 60,
    reads: 1 / 600,
    hearers: 1,
  },
];

/** Writes what was measured, and what follows from it, between the two marks of the page. */
export function writeScaling(costs: Costs, run: Run): void {
  writeFileSync(page, withMeasured(readFileSync(page, "utf8"), costs, run));
}

/** The text of the page with new tables; an error where the marks are missing. */
export function withMeasured(text: string, costs: Costs, run: Run): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("docs/scaling.md has lost its marks of what was measured");
  return `${text.slice(0, begin + BEGIN.length)}\n\n${measured(costs, run)}\n${text.slice(end)}`;
}

function measured(costs: Costs, { at, commit, machine }: Run): string {
  const lines = [
    `Measured on ${at.slice(0, 10)}${commit ? ` at ${commit}` : ""}, ${machine.cores} cores (${machine.cpu}), with ${costs.things.toLocaleString("en-US")} things.`,
    "",
    "### What one of each costs",
    "",
    ...table(
      ["", "CPU of members", "of PostgreSQL", "of NATS", "Messages of NATS", "Bytes by NATS"],
      unitRows(costs),
    ),
    "",
    ...table(["", ""], otherRows(costs)),
  ];
  for (const demand of demands) {
    lines.push("", `### If ${demand.title}`, "");
    const rows = THINGS.flatMap((things) =>
      NODES.map((nodes) => needRow(needs(costs, demand, nodes, things))),
    );
    lines.push(...table(needHead, rows));
  }
  return `${lines.join("\n")}\n`;
}

function unitRows(costs: Costs): string[][] {
  const { get, put } = costs.one;
  const us = (value: number) => `${number(value)} µs`;
  const row = (name: string, of: ReturnType<typeof forwardingOf>) => [
    ...[name, us(of.membersUs), "", us(of.natsUs)],
    ...[number(of.natsMessages), number(of.natsBytes)],
  ];
  return [
    ["`get`: GET of a thing in memory, on its owner", us(get.membersUs), "", "", "", ""],
    [
      "`put`: PUT of a property, with its event and its row of the index",
      us(put.membersUs),
      us(put.postgresUs),
      "",
      "",
      "",
    ],
    row("`forwardGet`: to forward a GET", forwardingOf(costs, "get")),
    row("`forwardPut`: to forward a PUT", forwardingOf(costs, "put")),
    row("`hear`: an event to another member", hearingOf(costs)),
  ];
}

function otherRows({ one, thing, member, ...costs }: Costs): string[][] {
  const all = { one, thing, member, ...costs };
  const [cpu, messages] = [restOf(all, "members"), restOf(all, "natsMessages")];
  return [
    ["`thing`: a thing of 1 KB in memory", bytes(thing.memory)],
    [
      "`disk`: on disk, journal of its creation, snapshots, index",
      `${bytes(thing.journal)} + ${bytes(thing.snapshots)} + ${bytes(thing.index)}`,
    ],
    ["`change`: by which a change lets the journal grow", bytes(one.put.journalBytes)],
    ["`log`: what PostgreSQL logs of a change", bytes(one.put.walBytes)],
    ["`member`: memory of a member without things", bytes(member.memory)],
    ["`connections`: of a member to PostgreSQL", String(member.connections)],
    [
      "`rest`, CPU of members: of each, and for each other one that it has",
      `${number(cpu.own * 100)} % and ${number(cpu.pair * 100)} % of a core`,
    ],
    [
      "`rest`, messages of NATS: of each member, and for each other one that it has",
      `${number(messages.own)}/s and ${number(messages.pair)}/s`,
    ],
  ];
}

const needHead = [
  ...[
    "Things",
    "Nodes",
    "Commands",
    "Cores of all members",
    "Cores of each",
    "Memory of each",
    "Cores of PostgreSQL",
  ],
  ...[
    "Its log",
    "Journal a day",
    "Disk at first",
    "Connections",
    "Cores of NATS",
    "Messages of NATS",
    "By NATS",
    "Beyond one's bounds",
  ],
];

const needRow = (found: Needs): string[] => [
  `${found.things / 1e6} million`,
  String(found.nodes),
  `${whole(found.commands)}/s`,
  number(found.memberCores),
  number(found.coresEach),
  bytes(found.memoryEach),
  number(found.postgresCores),
  `${bytes(found.wal)}/s`,
  bytes(found.journalGrowth * 86_400),
  bytes(found.disk),
  whole(found.connections),
  number(found.natsCores),
  `${whole(found.natsMessages)}/s`,
  `${bytes(found.natsBytes)}/s`,
  found.binds ?? "",
];

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

/** With the largest unit of a thousand that leaves something before the point. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${number(value / 1_000 ** step)} ${units[step]}`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(" | ")} |`,
  `| ${head.map((_, at) => (at === 0 ? "---" : "---:")).join(" | ")} |`,
  ...rows.map((row) => `| ${row.join(" | ")} |`),
];
