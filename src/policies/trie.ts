// A policy as a tree: below the root one node per resource type, below it one per key of a resource path.

import { getKey, type JsonObject } from "../base/json/json.ts";
import { expiryOf } from "./expiry.ts";
import type { EffectedPermissions, PolicyEntry } from "./model.ts";
import { readResourceKey } from "./resource-key.ts";

export type Permission = "READ" | "WRITE" | "EXECUTE";
/** The permissions as bits of a mask; others that a policy names have no effect. */
export const permissionBit = { READ: 1, WRITE: 2, EXECUTE: 4 } as const;
export const permissionCount = 3;

/** What a node says to one subject, in permission bits. */
export interface Rights {
  grants: number;
  revokes: number;
}

export interface TrieNode {
  readonly parent: TrieNode | undefined;
  /** 0 for the root. */
  readonly depth: number;
  children: Map<string, TrieNode> | undefined;
  /** By the subject's number. */
  readonly rights: Map<number, Rights>;
}

export interface Trie {
  readonly root: TrieNode;
  /** The subjects of the policy, numbered. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly subjects: readonly string[];
  /** By the subject's number, the nodes that say something to it. */
  readonly nodes: readonly (readonly TrieNode[])[];
}

/**
 * Builds the tree of resolved entries, without the subjects that have expired. A revoke of one entry counts more than a
 * grant of another on the same resource.
 */
export function buildTrie(
  entries: readonly Pick<PolicyEntry, "subjects" | "resources">[],
  now = Number.NEGATIVE_INFINITY,
): Trie {
  const root = newNode(undefined);
  const numbers = new Map<string, number>();
  const nodes: TrieNode[][] = [];

  function numberOf(subject: string): number {
    const known = numbers.get(subject);
    if (known !== undefined) return known;
    numbers.set(subject, nodes.length);
    return nodes.push([]) - 1;
  }

  for (const { subjects = {}, resources = {} } of entries) {
    const lasting = Object.keys(subjects).filter((id) => expiryOf(subjects[id]) > now);
    const subjectNumbers = lasting.map(numberOf);
    if (subjectNumbers.length === 0) continue;
    for (const key of Object.keys(resources)) {
      const { grant, revoke } = getKey(resources as JsonObject, key) as EffectedPermissions;
      const grants = maskOf(grant);
      const revokes = maskOf(revoke);
      if ((grants | revokes) === 0) continue;
      const node = nodeAt(root, key);
      for (const number of subjectNumbers) {
        const rights = node.rights.get(number);
        if (!rights) {
          node.rights.set(number, { grants: grants & ~revokes, revokes });
          nodes[number]?.push(node);
        } else {
          rights.revokes |= revokes;
          rights.grants = (rights.grants | grants) & ~rights.revokes;
        }
      }
    }
  }
  return { root, numbers, subjects: [...numbers.keys()], nodes };
}

function newNode(parent: TrieNode | undefined): TrieNode {
  return { parent, depth: parent ? parent.depth + 1 : 0, children: undefined, rights: new Map() };
}

function nodeAt(root: TrieNode, resourceKey: string): TrieNode {
  const { type, path } = readResourceKey(resourceKey);
  let node = root;
  for (const key of [type, ...path]) {
    node.children ??= new Map();
    let child = node.children.get(key);
    if (!child) {
      child = newNode(node);
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
