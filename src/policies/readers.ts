// Who may read: the question of an event, which looks for sessions by their subjects.

import type { Path } from "../base/json/pointer.ts";
import { permissionBit, type Trie, type TrieNode } from "./trie.ts";

export type ReadersOf = (type: string, path: Path) => ReadonlySet<string>;

const nobody: ReadonlySet<string> = new Set();

/**
 * The subjects that, each taken alone, have READ at a path or anywhere below it; what else a session's subjects are
 * revoked is for its own access to say. Sets are made once per node, and shared where a node adds nothing.
 */
export function readersOf(trie: Trie): ReadersOf {
  const here = new Map<TrieNode, ReadonlySet<string>>([[trie.root, nobody]]);
  const hereOrBelow = new Map<TrieNode, ReadonlySet<string>>();

  function atNode(node: TrieNode, inherited: ReadonlySet<string>): ReadonlySet<string> {
    const known = here.get(node);
    if (known) return known;
    const readers = inheritReaders(trie, node, inherited);
    here.set(node, readers);
    return readers;
  }

  function atOrBelow(node: TrieNode, readersHere: ReadonlySet<string>): ReadonlySet<string> {
    const known = hereOrBelow.get(node);
    if (known) return known;
    const readers = addReadersBelow(trie, node, readersHere);
    hereOrBelow.set(node, readers);
    return readers;
  }

  return (type, path) => {
    const root = trie.root.children?.get(type);
    if (!root) return nobody;
    let node = root;
    let readers = atNode(node, nobody);
    for (const key of path) {
      const child = node.children?.get(key);
      if (!child) return readers;
      readers = atNode(child, readers);
      node = child;
    }
    return atOrBelow(node, readers);
  };
}

function inheritReaders(trie: Trie, node: TrieNode, inherited: ReadonlySet<string>): ReadonlySet<string> {
  let readers: Set<string> | undefined;
  for (const [number, rights] of node.rights) {
    if (((rights.grants | rights.revokes) & permissionBit.READ) === 0) continue;
    readers ??= new Set(inherited);
    const subject = trie.subjects[number] as string;
    if (rights.grants & permissionBit.READ) readers.add(subject);
    else readers.delete(subject);
  }
  return readers ?? inherited;
}

function addReadersBelow(trie: Trie, node: TrieNode, here: ReadonlySet<string>): ReadonlySet<string> {
  let readers: Set<string> | undefined;
  const open = [...(node.children?.values() ?? [])];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const child of next.children?.values() ?? []) open.push(child);
    for (const [number, rights] of next.rights) {
      const subject = trie.subjects[number] as string;
      if ((rights.grants & permissionBit.READ) === 0 || (readers ?? here).has(subject)) continue;
      readers ??= new Set(here);
      readers.add(subject);
    }
  }
  return readers ?? here;
}
