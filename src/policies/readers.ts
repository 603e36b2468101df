// Who may read: the question of an event, which looks for sessions by their subjects.

import type { Path } from "../base/json/pointer.ts";
import { permissionBit, type Trie, type TrieNode } from "./trie.ts";

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
