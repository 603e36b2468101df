// Writers that go on while owners change, and what must hold of what they wrote.

import { setTimeout as later } from "node:timers/promises";
import { expect } from "vitest";
import type { JournalRow } from "../../../src/journal/journal.ts";
import type { Members, ServingMember } from "./members.ts";

/** Writes 0, 1, 2 … to a thing by way of a member, a few at a time, until it is told to end. */
export function load(member: ServingMember, id: string, name: string) {
  const acknowledged: { readonly n: number; readonly revision: number }[] = [];
  const refused: string[] = [];
  let isOver = false;
  async function write(n: number): Promise<void> {
    const reply = await member.put(id, `/attributes/${name}`, n);
    if (typeof reply === "string") refused.push(reply);
    else acknowledged.push({ n, revision: reply.revision as number });
  }
  const done = (async () => {
    for (let n = 0; !isOver; n += 4) {
      await Promise.all([0, 1, 2, 3].map((more) => write(n + more)));
      await later(2);
    }
  })();
  return {
    acknowledged,
    refused,
    async end() {
      isOver = true;
      await done;
    },
  };
}

/** Each acknowledged write is the row of its revision, rows have no gaps, and those of one writer are in order. */
export async function check(all: Members, id: string, writers: ReadonlyMap<string, ReturnType<typeof load>>) {
  const rows: readonly JournalRow[] = await (all.members[0] as ServingMember).journal.readEvents(
    "thing",
    id,
    1,
    1e6,
    1e6,
  );
  expect(rows.map(({ revision }) => revision)).toEqual(rows.map((_, i) => i + 1));
  for (const [name, { acknowledged }] of writers) {
    for (const { n, revision } of acknowledged)
      expect(rows[revision - 1]).toMatchObject({ path: `/attributes/${name}`, value: String(n) });
    const written = rows
      .filter(({ path }) => path === `/attributes/${name}`)
      .map(({ value }) => Number(value));
    expect(written).toEqual([...written].sort((x, y) => x - y));
    expect(new Set(written).size).toBe(written.length);
  }
  return rows;
}
