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

export async function setState(query: Query, name: string, value: string): Promise<void> {
  await query(SET, [name, value]);
}
