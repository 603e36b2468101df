// Who may read: the question of an event, which looks for sessions by their subjects.

import type { Path } from "../base/json/pointer.ts";
import { type Group, permissionBit, type Trie, type TrieNode } from "./trie.ts";

export type ReadersOf = (type: string, path: Path) => ReadonlySet<string>;

const nobody: ReadonlySet<string> = new Set();

/** Most members of remembered sets of one policy, together; then they are forgotten and made again as needed. */
const MAX_REMEMBERED = 500_000;

/**
 * The subjects that, each taken alone, have READ at a path or anywhere below it; what else a session's subjects are
 * revoked is for its own access to say. Sets are made once per node, and shared where a node adds nothing.
 */
export function readersOf(trie: Trie): ReadersOf {
  const here = new Map<TrieNode, ReadonlySet<string>>();
  const hereOrBelow = new Map<TrieNode, ReadonlySet<string>>();
  let remembered = 0;

  function remember(
    sets: Map<TrieNode, ReadonlySet<string>>,
    node: TrieNode,
    from: ReadonlySet<string>,
    derive: (trie: Trie, node: TrieNode, from: ReadonlySet<string>) => ReadonlySet<string>,
  ): ReadonlySet<string> {
    const known = sets.get(node);
    if (known) return known;
    const readers = derive(trie, node, from);
    if (readers !== from) remembered += readers.size;
    if (remembered > MAX_REMEMBERED) {
      here.clear();
      hereOrBelow.clear();
      remembered = 0;
    }
    sets.set(node, readers);
    return readers;
  }

  return (type, path) => {
    const root = trie.root.children?.get(type);
    if (!root) return nobody;
    let node = root;
    let readers = remember(here, node, nobody, inheritReaders);
    for (const key of path) {
      const child = node.children?.get(key);
      if (!child) return readers;
      readers = remember(here, child, readers, inheritReaders);
      node = child;
    }
    return remember(hereOrBelow, node, readers, addReadersBelow);
  };
}

function inheritReaders(trie: Trie, node: TrieNode, inherited: ReadonlySet<string>): ReadonlySet<string> {
  const granting = node.statements.filter(({ grants }) => (grants & permissionBit.READ) !== 0);
  const revoking = node.statements.filter(({ revokes }) => (revokes & permissionBit.READ) !== 0);
  if (granting.length === 0 && revoking.length === 0) return inherited;
  const readers = new Set(inherited);
  for (const { group } of granting) for (const number of group.members) readers.add(nameOf(trie, number));
  for (const { group } of revoking) for (const number of group.members) readers.delete(nameOf(trie, number));
  return readers;
}

function addReadersBelow(trie: Trie, node: TrieNode, here: ReadonlySet<string>): ReadonlySet<string> {
  const below = new Uint8Array(trie.subjects.length);
  const unmarked = new Map<Group, readonly number[]>();
  const open = [...(node.children?.values() ?? [])];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const child of next.children?.values() ?? []) open.push(child);
    markReaders(next, below, unmarked);
  }
  const more: string[] = [];
  for (const [number, mark] of below.entries()) {
    const name = nameOf(trie, number);
    if (mark === 1 && !here.has(name)) more.push(name);
  }
  return more.length === 0 ? here : new Set([...here, ...more]);
}

/** Marks whom a node grants READ and does not revoke it; `unmarked` are the members of groups who are still missing. */
function markReaders(
  { statements }: TrieNode,
  marks: Uint8Array,
  unmarked: Map<Group, readonly number[]>,
): void {
  let revoked: Uint8Array | undefined;
  for (const { group, revokes } of statements) {
    if ((revokes & permissionBit.READ) === 0) continue;
    revoked ??= new Uint8Array(marks.length);
    for (const number of group.members) revoked[number] = 1;
  }
  for (const { group, grants } of statements) {
    const missing = unmarked.get(group) ?? group.members;
    if ((grants & permissionBit.READ) === 0 || missing.length === 0) continue;
    const isLeft = (number: number) => revoked?.[number] === 1;
    for (const number of missing) if (!isLeft(number)) marks[number] = 1;
    unmarked.set(group, revoked ? missing.filter(isLeft) : []);
  }
}

const nameOf = (trie: Trie, number: number): string => trie.subjects[number] as string;
