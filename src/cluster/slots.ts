// Which member owns what: an ID has a slot, and a slot goes to the member for which a hash of both is highest (rendezvous
// hashing), so that a member that comes or goes moves no more than its own part. Pure.

import type { Share } from "./cluster.ts";

/** A power of two. */
export const SLOTS = 1024;

/** The share of all entities that an ID is in. */
export const slotOf = (id: string): number => hashOf(id) & (SLOTS - 1);

/** Of each slot the ID of its owner; empty texts where there are no members. */
export function ownersOf(members: readonly string[]): readonly string[] {
  const hashes = members.map(hashOf);
  return Array.from({ length: SLOTS }, (_, slot) => members[best(mixed(slot + 1), members, hashes)] ?? "");
}

/** The member in charge of a key, of those that are there; an empty text where nobody is. */
export function chosenOf(key: string, members: readonly string[]): string {
  return members[best(hashOf(key), members, members.map(hashOf))] ?? "";
}

/** Slots as a share; one byte each, not 0 where the slot is in it. */
export function shareOf(slots: Uint8Array): Share {
  return { isEmpty: !slots.includes(1), has: (id) => slots[slotOf(id)] !== 0 };
}

/** 32 bits, without a sign. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

function best(key: number, members: readonly string[], hashes: readonly number[]): number {
  let found = 0;
  let highest = -1;
  for (let at = 0; at < hashes.length; at++) {
    const score = mixed(hashes[at]! ^ key);
    if (score > highest || (score === highest && members[at]! < members[found]!)) {
      highest = score;
      found = at;
    }
  }
  return found;
}

/** Lets each bit depend on all (the last steps of MurmurHash3). */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
