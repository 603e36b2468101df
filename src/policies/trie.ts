// A policy as a tree: below the root one node per resource type, below it one per key of a resource path.

import { getKey, type JsonObject } from "../base/json/json.ts";
import { expiryOf } from "./expiry.ts";
import type { EffectedPermissions, PolicyEntry } from "./model.ts";
import { readResourceKey } from "./resource-key.ts";

export type Permission = "READ" | "WRITE" | "EXECUTE";
/** The permissions as bits of a mask; others that a policy names have no effect. */
export const permissionBit = { READ: 1, WRITE: 2, EXECUTE: 4 } as const;

/** The subjects of one entry, by number, and what it says to all of them. */
export interface Group {
  readonly members: readonly number[];
  readonly statements: Statement[];
}

/** What one entry says at one node, in permission bits; what it both grants and revokes it revokes. */
export interface Statement {
  readonly node: TrieNode;
  readonly group: Group;
  readonly grants: number;
  readonly revokes: number;
}

export interface TrieNode {
  readonly parent: TrieNode | undefined;
  /** By which its parent knows it. */
  readonly key: string;
  children: Map<string, TrieNode> | undefined;
  readonly statements: Statement[];
}

/** Its size is that of the entries: an entry of many subjects and resources is not multiplied out. */
export interface Trie {
  readonly root: TrieNode;
  /** The subjects of the policy, numbered. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly subjects: readonly string[];
  /** By the subject's number, the groups it is in. */
  readonly groups: readonly (readonly Group[])[];
}

/** Builds the tree of resolved entries, without the subjects that have expired. */
export function buildTrie(
  entries: readonly Pick<PolicyEntry, "subjects" | "resources">[],
  now = Number.NEGATIVE_INFINITY,
): Trie {
  const { root, nodeAt } = newTree();
  const numbers = new Map<string, number>();
  const groups: Group[][] = [];

  function join(subject: string, group: Group): number {
    const known = numbers.get(subject);
    if (known === undefined) {
      numbers.set(subject, groups.length);
      return groups.push([group]) - 1;
    }
    groups[known]?.push(group);
    return known;
  }

  for (const { subjects = {}, resources = {} } of entries) {
    const members: number[] = [];
    const group: Group = { members, statements: [] };
    for (const id of Object.keys(subjects)) if (expiryOf(subjects[id]) > now) members.push(join(id, group));
    if (members.length > 0) state(group, resources as JsonObject, nodeAt);
  }
  return { root, numbers, subjects: [...numbers.keys()], groups };
}

function state(group: Group, resources: JsonObject, nodeAt: (key: string) => TrieNode): void {
  for (const key of Object.keys(resources)) {
    const { grant, revoke } = getKey(resources, key) as EffectedPermissions;
    const grants = maskOf(grant);
    const revokes = maskOf(revoke);
    if ((grants | revokes) === 0) continue;
    const statement = { node: nodeAt(key), group, grants: grants & ~revokes, revokes };
    group.statements.push(statement);
    statement.node.statements.push(statement);
  }
}

/** A tree that grows as its nodes are asked for. */
function newTree(): { readonly root: TrieNode; readonly nodeAt: (resourceKey: string) => TrieNode } {
  const root = newNode(undefined, "");
  const known = new Map<string, TrieNode>();
  function nodeAt(resourceKey: string): TrieNode {
    const node = known.get(resourceKey) ?? descend(root, resourceKey);
    known.set(resourceKey, node);
    return node;
  }
  return { root, nodeAt };
}

const newNode = (parent: TrieNode | undefined, key: string): TrieNode => ({
  parent,
  key,
  children: undefined,
  statements: [],
});

function descend(root: TrieNode, resourceKey: string): TrieNode {
  const { type, path } = readResourceKey(resourceKey);
  let node = root;
  for (const key of [type, ...path]) {
    node.children ??= new Map();
    let child = node.children.get(key);
    if (!child) {
      child = newNode(node, key);
      node.children.set(key, child);
    }
    node = child;
  }
  return node;
}

function maskOf(permissions: readonly string[]): number {
  let mask = 0;
  for (const name of permissions) {
    if (Object.hasOwn(permissionBit, name)) mask |= permissionBit[name as Permission];
  }
  return mask;
}
