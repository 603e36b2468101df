// A policy's tree cut down to one set of subjects, with the verdicts on them in its nodes.

import { permissionCount, type TrieNode } from "./trie.ts";

/** Verdicts in permission bits: at this node, at or below it, at it and nowhere below taken away. */
export interface Verdicts {
  children: Map<string, Verdicts> | undefined;
  given: number;
  partial: number;
  unrestricted: number;
}

export const noVerdicts: Verdicts = { children: undefined, given: 0, partial: 0, unrestricted: 0 };

/** A node while it is being judged. */
interface Draft {
  readonly verdicts: Verdicts;
  readonly parent: Draft | undefined;
  readonly node: TrieNode;
  /** Bits granted, and revoked, to any of the subjects by the nodes below. */
  grantsBelow: number;
  revokesBelow: number;
  /**
   * By subject and permission, which node speaks last on the way down: its depth, negative for a revoke, 0 for none.
   * Shared with the parent where this node says nothing.
   */
  standing: Int32Array;
}

/**
 * Judges some subjects, given by their numbers, together. Of several subjects the one counts to whom the nearest node
 * speaks, as in Ditto: where both a grant and a revoke are nearest, the revoke does. A node that is missing in the
 * result is judged like the nearest one above it.
 */
export function verdictsOf(
  numbers: readonly number[],
  nodes: readonly (readonly TrieNode[])[],
): { readonly root: Verdicts; readonly size: number } {
  const drafts = draftsOf(numbers, nodes);
  // Parents come before their children: down the tree for what is inherited, up again for what lies below.
  for (const draft of drafts) draft.verdicts.given = judge(draft, numbers);
  for (let i = drafts.length - 1; i >= 0; i--) {
    const draft = drafts[i] as Draft;
    const { verdicts, parent, node } = draft;
    verdicts.partial = verdicts.given | draft.grantsBelow;
    verdicts.unrestricted = verdicts.given & ~draft.revokesBelow;
    if (!parent) continue;
    parent.grantsBelow |= draft.grantsBelow;
    parent.revokesBelow |= draft.revokesBelow;
    for (const number of numbers) {
      const rights = node.rights.get(number);
      parent.grantsBelow |= rights?.grants ?? 0;
      parent.revokesBelow |= rights?.revokes ?? 0;
    }
  }
  return { root: drafts[0]?.verdicts ?? noVerdicts, size: drafts.length };
}

/** The nodes that speak to the subjects, with all above them, in an order that has parents first. */
function draftsOf(numbers: readonly number[], nodes: readonly (readonly TrieNode[])[]): readonly Draft[] {
  const drafts = new Map<TrieNode, Draft>();
  const standing = new Int32Array(numbers.length * permissionCount);
  for (const number of numbers) {
    for (const node of nodes[number] as readonly TrieNode[]) {
      const missing: TrieNode[] = [];
      let above: TrieNode | undefined = node;
      for (; above && !drafts.has(above); above = above.parent) missing.push(above);
      for (const next of missing.reverse()) {
        const parent = next.parent && drafts.get(next.parent);
        const verdicts: Verdicts = { children: undefined, given: 0, partial: 0, unrestricted: 0 };
        drafts.set(next, { verdicts, parent, node: next, grantsBelow: 0, revokesBelow: 0, standing });
      }
    }
  }
  for (const { node, verdicts } of drafts.values()) {
    for (const [key, child] of node.children ?? []) {
      const draft = drafts.get(child);
      if (!draft) continue;
      verdicts.children ??= new Map();
      verdicts.children.set(key, draft.verdicts);
    }
  }
  return [...drafts.values()];
}

/** Settles who speaks last at a node, and says which permissions that gives. */
function judge(draft: Draft, numbers: readonly number[]): number {
  const { node, parent } = draft;
  let standing = parent ? parent.standing : draft.standing;
  let isShared = true;
  for (let subject = 0; subject < numbers.length; subject++) {
    const rights = node.rights.get(numbers[subject] as number);
    if (!rights) continue;
    if (isShared) standing = standing.slice();
    isShared = false;
    for (let permission = 0; permission < permissionCount; permission++) {
      const bit = 1 << permission;
      if (rights.revokes & bit) standing[subject * permissionCount + permission] = -node.depth;
      else if (rights.grants & bit) standing[subject * permissionCount + permission] = node.depth;
    }
  }
  draft.standing = standing;
  return isShared && parent ? parent.verdicts.given : givenBy(standing);
}

function givenBy(standing: Int32Array): number {
  let given = 0;
  for (let permission = 0; permission < permissionCount; permission++) {
    let granted = 0;
    let revoked = 0;
    for (let at = permission; at < standing.length; at += permissionCount) {
      const depth = standing[at] as number;
      if (depth > granted) granted = depth;
      else if (-depth > revoked) revoked = -depth;
    }
    if (granted > revoked) given |= 1 << permission;
  }
  return given;
}
