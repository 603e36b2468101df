// A policy's tree cut down to one set of subjects, with the verdicts on them in its nodes.

import type { Group, Trie, TrieNode } from "./trie.ts";

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
  /** Bits granted, and revoked, by the node to any of the subjects. */
  grants: number;
  revokes: number;
  /** The same by the nodes below. */
  grantsBelow: number;
  revokesBelow: number;
}

/** The groups of the subjects, each with those of its members that ask, by their place among the askers. */
type Asking = ReadonlyMap<Group, readonly number[]>;

/**
 * Judges some subjects, given by their numbers, together. Whoever of them it speaks to, the nearest statement on the way
 * down decides, and of several at one node a revoke, as in Ditto. A node that is missing in the result is judged like
 * the nearest one above it. The work is that of the entries the subjects are in, however many of them share one.
 */
export function verdictsOf(
  trie: Trie,
  numbers: readonly number[],
): { readonly root: Verdicts; readonly size: number } {
  const asking = askingOf(trie, numbers);
  const drafts = draftsOf(asking);
  for (const { verdicts, parent, grants, revokes } of drafts)
    verdicts.given = ((parent?.verdicts.given ?? 0) | grants) & ~revokes;
  // Parents come before their children, so that backwards all below a node is judged before it is.
  for (let i = drafts.length - 1; i >= 0; i--) {
    const draft = drafts[i] as Draft;
    const { verdicts, parent } = draft;
    verdicts.partial = verdicts.given | draft.grantsBelow;
    verdicts.unrestricted = verdicts.given & ~draft.revokesBelow;
    if (!parent) continue;
    parent.grantsBelow |= draft.grantsBelow | standingGrants(draft, asking, numbers.length);
    parent.revokesBelow |= draft.revokesBelow | draft.revokes;
  }
  return { root: drafts[0]?.verdicts ?? noVerdicts, size: drafts.length };
}

function askingOf(trie: Trie, numbers: readonly number[]): Asking {
  const asking = new Map<Group, number[]>();
  for (const [place, number] of numbers.entries()) {
    for (const group of trie.groups[number] ?? []) {
      const members = asking.get(group);
      if (members) members.push(place);
      else asking.set(group, [place]);
    }
  }
  return asking;
}

/** The nodes that speak to the groups, with all above them, parents first. */
function draftsOf(asking: Asking): readonly Draft[] {
  const drafts = new Map<TrieNode, Draft>();
  for (const group of asking.keys()) {
    for (const { node, grants, revokes } of group.statements) {
      const draft = drafts.get(node) ?? addDraft(drafts, node);
      draft.grants |= grants;
      draft.revokes |= revokes;
    }
  }
  return [...drafts.values()];
}

/** Makes the draft of a node and those that are missing above it. */
function addDraft(drafts: Map<TrieNode, Draft>, node: TrieNode): Draft {
  const missing: TrieNode[] = [];
  let above: TrieNode | undefined = node;
  for (; above && !drafts.has(above); above = above.parent) missing.push(above);
  let draft = above && drafts.get(above);
  for (const next of missing.reverse()) {
    draft = newDraft(next, draft);
    drafts.set(next, draft);
  }
  return draft as Draft;
}

function newDraft(node: TrieNode, parent: Draft | undefined): Draft {
  const verdicts = { children: undefined, given: 0, partial: 0, unrestricted: 0 };
  if (parent) {
    parent.verdicts.children ??= new Map();
    parent.verdicts.children.set(node.key, verdicts);
  }
  return { verdicts, parent, node, grants: 0, revokes: 0, grantsBelow: 0, revokesBelow: 0 };
}

/**
 * The bits that a node grants to one of the subjects without revoking them from the same: where something below is
 * granted to one of them and revoked from another, Ditto calls what lies above partly given.
 */
function standingGrants({ node, grants, revokes }: Draft, asking: Asking, count: number): number {
  if ((grants & revokes) === 0) return grants;
  const revoked = new Uint8Array(count);
  for (const statement of node.statements) {
    if (statement.revokes === 0) continue;
    for (const place of asking.get(statement.group) ?? [])
      revoked[place] = (revoked[place] as number) | statement.revokes;
  }
  let standing = 0;
  for (const statement of node.statements) {
    if (standing === grants) break;
    for (const place of asking.get(statement.group) ?? [])
      standing |= statement.grants & ~(revoked[place] as number);
  }
  return standing;
}
