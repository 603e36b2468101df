// How Ditto's trie enforcer goes about it, step by step: every node keeps, for every subject, the weight of a grant and
// of a revoke. It holds the plain rules of the reference model to what Ditto does.

import { isArray, isObject, type JsonValue, putKey } from "../../../src/base/json/json.ts";
import type { Path } from "../../../src/base/json/pointer.ts";
import type { PolicyEntry } from "../../../src/policies/model.ts";
import { readResourceKey } from "../../../src/policies/resource-key.ts";

type Entry = Pick<PolicyEntry, "subjects" | "resources">;
/** By subject. */
type Weights = Map<string, number>;

interface Node {
  readonly children: Map<string, Node>;
  grants: Weights;
  revokes: Weights;
}

const newNode = (): Node => ({ children: new Map(), grants: new Map(), revokes: new Map() });
const shifted = (weights: Weights, by: number): Weights =>
  new Map([...weights].map(([key, weight]) => [key, weight + by]));

function addAll(target: Weights, added: Weights): void {
  for (const [key, weight] of added) target.set(key, Math.max(target.get(key) ?? weight, weight));
}

function removeAll(target: Weights, removed: Weights): void {
  for (const key of removed.keys()) target.delete(key);
}

/** What the entries say of one permission, each at its node with weight 0. */
function raw(entries: readonly Entry[], permission: string): Node {
  const root = newNode();
  for (const { subjects, resources } of entries) {
    for (const [key, { grant, revoke }] of Object.entries(resources ?? {})) {
      const { type, path } = readResourceKey(key);
      let node = root;
      for (const step of [type, ...path]) {
        const child = node.children.get(step) ?? newNode();
        node.children.set(step, child);
        node = child;
      }
      for (const subject of Object.keys(subjects ?? {})) {
        if (grant.includes(permission)) node.grants.set(subject, 0);
        if (revoke.includes(permission)) node.revokes.set(subject, 0);
      }
    }
  }
  return root;
}

/** Hands grants and revokes down, one weight less per step; what a node says itself replaces what it inherits. */
function inherited(node: Node, from: Node = newNode()): Node {
  const grants = shifted(from.grants, -1);
  const revokes = shifted(from.revokes, -1);
  addAll(grants, node.grants);
  removeAll(grants, node.revokes);
  removeAll(revokes, node.grants);
  addAll(revokes, node.revokes);
  const result = { ...newNode(), grants, revokes };
  for (const [key, child] of node.children) result.children.set(key, inherited(child, result));
  return result;
}

/** Hands the grants (or the revokes) of an inherited tree up, one weight more per step. */
function bottomUp(node: Node, effect: "grants" | "revokes"): Node {
  const result: Node = { children: new Map(), grants: new Map(node.grants), revokes: new Map(node.revokes) };
  for (const [key, child] of node.children) {
    const risen = bottomUp(child, effect);
    result.children.set(key, risen);
    addAll(result[effect], shifted(risen[effect], 1));
  }
  if (effect === "grants") removeAll(result.revokes, result.grants);
  return result;
}

const heaviest = (weights: Weights, subjects: readonly string[]) =>
  Math.max(...subjects.map((subject) => weights.get(subject) ?? Number.NEGATIVE_INFINITY));

const isGiven = (node: Node, subjects: readonly string[]) =>
  heaviest(node.grants, subjects) > heaviest(node.revokes, subjects);

function exactNode(root: Node, keys: Path): Node | undefined {
  return keys.reduce<Node | undefined>((node, key) => node?.children.get(key), root);
}

function nearestNode(root: Node, keys: Path): Node {
  const child = keys.length > 0 ? root.children.get(keys[0] as string) : undefined;
  return child ? nearestNode(child, keys.slice(1)) : root;
}

/** Answers for one permission of a policy without expired subjects. */
export function weightsModel(entries: readonly Entry[], permission: string) {
  const tree = inherited(raw(entries, permission));
  const withGrantsBelow = bottomUp(tree, "grants");
  const withRevokesBelow = bottomUp(tree, "revokes");
  const judge = (first: Node, keys: Path) => exactNode(first, keys) ?? nearestNode(tree, keys);
  return {
    hasUnrestricted: (subjects: readonly string[], keys: Path) =>
      isGiven(judge(withRevokesBelow, keys), subjects),
    hasPartial: (subjects: readonly string[], keys: Path) => isGiven(judge(withGrantsBelow, keys), subjects),
    readersOf: (keys: Path) => new Set(judge(withGrantsBelow, keys).grants.keys()),
    view: (subjects: readonly string[], value: JsonValue, keys: Path) =>
      view(nearestNode(tree, keys), exactNode(tree, keys) !== undefined, subjects, value),
  };
}

/** Leaf by leaf; `isExact` says whether the node is that of the value, and not of something above it. */
function view(
  node: Node,
  isExact: boolean,
  subjects: readonly string[],
  value: JsonValue,
): JsonValue | undefined {
  const ofLeaf = isGiven(node, subjects) ? value : undefined;
  if (isArray(value)) {
    const elements = value
      .map((element) => view(node, isExact, subjects, element))
      .filter((element) => element !== undefined);
    return elements.length > 0 ? elements : isGiven(node, subjects) ? [] : undefined;
  }
  if (!isObject(value)) return ofLeaf;
  const result: { [key: string]: JsonValue } = {};
  for (const [key, member] of Object.entries(value)) {
    const child = isExact ? node.children.get(key) : undefined;
    const part = view(child ?? node, child !== undefined, subjects, member);
    if (part !== undefined) putKey(result, key, part);
  }
  return Object.keys(result).length > 0 || isGiven(node, subjects) ? result : undefined;
}
