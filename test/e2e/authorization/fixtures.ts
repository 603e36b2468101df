// The policies and things on which the commands are tried: every command that changes something gets its own, so that none
// sees what another one did; those that read, or are to be refused, share one.

import { expect } from "vitest";
import { type Cell, LIBRARY, POLICY_CELLS, policyIdCells, TARGET, THING, THING_CELLS } from "./commands.ts";
import type { Asked, Door, Kind } from "./doors.ts";
import { expectedOf } from "./expected.ts";
import { type Entry, LENDERS, OWNER, SITUATIONS, type Situation, USER } from "./situations.ts";

const onAll = (grant: readonly string[]) => ({ grant, revoke: [] });
const ownerEntry: Entry = {
  subjects: { [OWNER]: { type: "test" } },
  resources: { "thing:/": onAll(["READ", "WRITE"]), "policy:/": onAll(["READ", "WRITE"]) },
  importable: "never",
};
/** Lets the user read a policy that is imported, since nobody may import what he cannot read. */
const readerEntry: Entry = {
  subjects: { [USER]: { type: "test" } },
  resources: { "policy:/": onAll(["READ"]) },
  importable: "never",
};
const stranger: Entry = {
  subjects: { "pre:x": { type: "test" } },
  resources: { "thing:/z": onAll(["READ"]) },
};

/** The policies that the others import. */
const BORROWED: Readonly<Record<string, object>> = {
  "m:base": { entries: { owner: ownerEntry, reader: readerEntry } },
  "m:lib": {
    imports: { "m:base": {} },
    entries: { owner: ownerEntry, reader: readerEntry, extra: { ...stranger, importable: "explicit" } },
  },
  ...Object.fromEntries(
    Object.entries(LENDERS).map(([id, entries]) => [
      id,
      { entries: { owner: ownerEntry, reader: readerEntry, ...entries } },
    ]),
  ),
};

/** The policy of a situation. */
export function policyIn(situation: Situation): Readonly<Record<string, object>> {
  const { entries, imports } = situation.addition(Date.now());
  return {
    imports: { "m:lib": LIBRARY, ...imports },
    entries: { owner: ownerEntry, target: TARGET, other: stranger, ...entries },
  };
}

export const create = (kind: Kind, id: string, value: unknown): Asked => ({
  kind,
  id,
  action: "modify",
  path: "",
  value,
});

/** Makes things and policies as their owner. */
export async function make(owner: Door, wanted: readonly Asked[]): Promise<void> {
  const answers = await owner.ask(wanted);
  expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
}

/** Makes the policies that those of the situations import. */
export async function makeBorrowed(owner: Door): Promise<void> {
  const [library, others] = [["m:lib"], Object.keys(BORROWED).filter((id) => id !== "m:lib")];
  for (const ids of [others, library])
    await make(
      owner,
      ids.map((id) => create("policy", id, BORROWED[id])),
    );
}

/** Makes the policies of all situations, as `m:p-<number>`. */
export async function makePolicies(owner: Door): Promise<void> {
  const policies = SITUATIONS.map((situation, number) =>
    create("policy", `m:p-${number}`, policyIn(situation)),
  );
  await make(owner, policies);
}

/** A cell with the command that tries it on a fixture of its own. */
export interface Trial {
  readonly cell: Cell;
  readonly command: Asked;
}

/** The cells of a situation, to be tried at one door; `number` tells situations apart. */
export async function makeTrials(
  owner: Door,
  situation: Situation,
  number: number,
  door: string,
  kind: Kind,
): Promise<Trial[]> {
  const policy = policyIn(situation);
  const policyId = `m:${door}-${kind}-${number}`;
  const cells = kind === "policy" ? POLICY_CELLS : [...THING_CELLS, ...policyIdCells(policyId)];
  const trials = cells.map((cell, index) => {
    const changes = cell.action !== "retrieve" && expectedOf(cell, situation, undefined).status < 300;
    const id = `${policyId}-${changes ? index : "same"}`;
    return { cell, command: commandOf(cell, id, policy) };
  });
  if (kind === "thing") await make(owner, [create("policy", policyId, policy)]);
  const value = kind === "policy" ? policy : { policyId, ...THING };
  const ids = new Set(trials.map(({ command }) => command.id));
  await make(
    owner,
    [...ids].map((id) => create(kind, id, value)),
  );
  return trials;
}

function commandOf(cell: Cell, id: string, policy: Readonly<Record<string, object>>): Asked {
  const { kind, action, path, value } = cell;
  const sent = value === "same" ? (path === "" ? policy : policy[path.slice(1)]) : value;
  return { kind, id, action, path, ...(sent !== undefined && { value: sent }) };
}

let made = 0;

/** A command on a thing of its own, under the policy of a situation that {@link makePolicies} has made. */
export async function onOwnThing(
  owner: Door,
  situation: string,
  command: Omit<Asked, "kind" | "id">,
): Promise<Asked> {
  const number = SITUATIONS.findIndex(({ name }) => name === situation);
  const id = `m:own-${made++}`;
  await make(owner, [create("thing", id, { policyId: `m:p-${number}`, ...THING })]);
  return { kind: "thing", id, ...command };
}
