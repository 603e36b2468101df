import { ownersOf, slotOf } from "../../src/cluster/slots.ts";

/** The place in a list of members of the one that owns an entity. */
export function chosenOwner(id: string, members: readonly string[]): number {
  const key = members.join();
  if (known.key !== key) known = { key, owners: ownersOf(members).map((owner) => members.indexOf(owner)) };
  return known.owners[slotOf(id)] ?? 0;
}

let known: { key: string; owners: readonly number[] } = { key: "", owners: [] };
