// SQL of what is kept of the index as a whole.

import type { Query } from "../../journal/database.ts";

const READ = "select value from search_state where name = $1";
const MAKE = "insert into search_state (name, value) values ($1, $2) on conflict (name) do nothing";
const SET = `
insert into search_state (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value`;

/** What is kept under a name; of two servers that make it at once, both get the same. */
export async function state(query: Query, name: string, make: () => string): Promise<string> {
  const [known] = await query(READ, [name]);
  if (known !== undefined) return String(known.value);
  await query(MAKE, [name, make()]);
  const [made] = await query(READ, [name]);
  return String(made?.value);
}

const REPLACE = "update search_state set value = $3 where name = $1 and value = $2 returning name";

/** Puts another text in the place of one; resolves with whether that was there. */
export const replaceState = async (query: Query, name: string, from: string, to: string): Promise<boolean> =>
  (await query(REPLACE, [name, from, to])).length > 0;

const CLOCK = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
const SET_MOMENT = `
insert into search_state (name, value) values ($1, (${CLOCK} - $2::bigint)::text)
on conflict (name) do update set value = excluded.value`;
const MOMENT_AGO = `select ${CLOCK} - value::bigint as ago from search_state where name = $1`;

/** Keeps a moment, by the database's clock. */
export async function setMoment(query: Query, name: string, agoMs: number): Promise<void> {
  await query(SET_MOMENT, [name, Math.round(agoMs)]);
}

export async function momentAgo(query: Query, name: string): Promise<number | undefined> {
  const [row] = await query(MOMENT_AGO, [name]);
  return row && Number(row.ago);
}

export async function dropState(query: Query, name: string): Promise<void> {
  await query("delete from search_state where name = $1", [name]);
}

export async function setState(query: Query, name: string, value: string): Promise<void> {
  await query(SET, [name, value]);
}
