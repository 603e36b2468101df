// May they? A policy compiled once per revision, and once more per set of subjects that asks.

import type { JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { recent } from "../base/recent.ts";
import type { PolicyEntry } from "./model.ts";
import { type ReadersOf, readersOf } from "./readers.ts";
import { SUDO_SUBJECTS } from "./sudo.ts";
import { buildTrie, type Permission, permissionBit, type Trie } from "./trie.ts";
import { noVerdicts, type Verdicts, verdictsOf } from "./verdicts.ts";
import { viewOf } from "./view.ts";

/** What a set of subjects may do together under one policy. */
export interface Access {
  /** Whether the permission is given at the path and taken away nowhere below it. */
  hasUnrestricted(type: string, path: Path, permission: Permission): boolean;
  /** Whether the permission is given at the path or anywhere below it. */
  hasPartial(type: string, path: Path, permission: Permission): boolean;
  /**
   * The part of a value located at the path for which the permission is given: the same object when that is all of it,
   * `undefined` when it is nothing. Objects and arrays that lose all they hold vanish, those that were empty are judged
   * like any plain value. Elements of an array are judged like the array; keys of objects in it as if they were its own.
   */
  view(type: string, value: JsonValue, path: Path, permission?: Permission): JsonValue | undefined;
}

export interface Enforcer {
  /**
   * What the subjects may do together. The answer is kept, for this very array, which must not change any more, and for
   * equal sets of subjects; a policy that changes is compiled anew and remembers nothing of before.
   */
  forSubjects(subjects: readonly string[]): Access;
  /** The subjects that may read a path or anything below it. */
  readonly readersOf: ReadersOf;
}

/**
 * How much is remembered per policy of sets of subjects, each as heavy as the tree that was cut for it; and once more of
 * arrays, since what lives as long as a session would otherwise keep its tree for as long.
 */
const MAX_REMEMBERED_NODES = 100_000;
/** What a set costs besides its tree. */
const SET_WEIGHT = 10;

/**
 * Compiles resolved entries of a policy, the order of which does not matter. Subjects that have expired by `now`, in
 * milliseconds, are left out; without it none has.
 */
export function compileEnforcer(
  entries: readonly Pick<PolicyEntry, "subjects" | "resources">[],
  now?: number,
): Enforcer {
  const trie = buildTrie(entries, now);
  const bySet = recent<Judged>(MAX_REMEMBERED_NODES);
  const byArray = rememberedByArray();

  function judge(subjects: readonly string[]): Judged {
    const numbers = numbersOf(trie, subjects);
    // Subjects that the policy does not name make no difference, so that most sets are small and shared.
    const key = numbers.join();
    const known = bySet.get(key);
    if (known) return known;
    const { root, size } = verdictsOf(trie, numbers);
    const weight = size + SET_WEIGHT;
    return bySet.put(key, { access: accessOf(root), weight }, weight);
  }

  return {
    forSubjects: (subjects) =>
      byArray.get(subjects) ??
      (subjects === SUDO_SUBJECTS ? sudoAccess : byArray.put(subjects, judge(subjects))),
    readersOf: readersOf(trie),
  };
}

interface Judged {
  readonly access: Access;
  readonly weight: number;
}

/** Answers by the identity of the array that asks, forgotten together when they weigh too much. */
function rememberedByArray() {
  let known = new WeakMap<readonly string[], Access>();
  let remembered = 0;
  return {
    get: (subjects: readonly string[]) => known.get(subjects),
    put(subjects: readonly string[], { access, weight }: Judged): Access {
      remembered += weight;
      if (remembered > MAX_REMEMBERED_NODES) {
        known = new WeakMap();
        remembered = weight;
      }
      known.set(subjects, access);
      return access;
    },
  };
}

function accessOf(root: Verdicts): Access {
  /** The verdicts on a path; one without a node of its own is judged like its nearest ancestor. */
  function at(type: string, path: Path, verdict: "unrestricted" | "partial"): number {
    let node = root.children?.get(type) ?? noVerdicts;
    for (let i = 0; i < path.length; i++) {
      const child = node.children?.get(path[i] as string);
      if (!child) return node.given;
      node = child;
    }
    return node[verdict];
  }

  return {
    hasUnrestricted: (type, path, permission) =>
      (at(type, path, "unrestricted") & permissionBit[permission]) !== 0,
    hasPartial: (type, path, permission) => (at(type, path, "partial") & permissionBit[permission]) !== 0,
    view(type, value, path, permission = "READ") {
      const bit = permissionBit[permission];
      let node = root.children?.get(type) ?? noVerdicts;
      for (let i = 0; i < path.length; i++) {
        const child = node.children?.get(path[i] as string);
        if (!child) return (node.given & bit) !== 0 ? value : undefined;
        node = child;
      }
      return viewOf(value, node, bit);
    },
  };
}

function numbersOf(trie: Trie, subjects: readonly string[]): readonly number[] {
  const numbers = new Set<number>();
  for (const subject of subjects) {
    const number = trie.numbers.get(subject);
    if (number !== undefined) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** What operators may do. */
const sudoAccess: Access = {
  hasUnrestricted: () => true,
  hasPartial: () => true,
  view: (_, value) => value,
};
