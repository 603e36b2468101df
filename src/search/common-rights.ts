// What a caller who may not read everything may read in all that he may find: what his policies have in common.

import { type Path, printPath } from "../base/json/pointer.ts";
import { storableText } from "./sql/literal.ts";
import type { OwnRules } from "./store.ts";
import type { CommonRights, Policies } from "./wanted.ts";

/** The pointers on the way up from a path, beginning with its own; without that of the root. */
export const pointersUp = (path: Path): readonly string[] =>
  path.map((_, i) => printPath(path.slice(0, path.length - i)));

/** So many grants a statement may list. */
const MOST_GRANTS = 16;

/** Which sets of rules say something at a pointer. */
interface Said {
  granted: Policies;
  revoked: Policies;
}
type Sayings = ReadonlyMap<string, Said>;

/** What sets of rules have in common, of which each is one policy's or that of many that say the same. */
export function commonRights(sets: readonly OwnRules[]): CommonRights {
  const sayings = sayingsOf(sets);
  const all = (1n << BigInt(sets.length)) - 1n;
  const mayRead = (path: Path): boolean => {
    let undecided = all;
    for (const pointer of [...pointersUp(path).map(storableText), "/"]) {
      const said = sayings.get(pointer);
      if (!said) continue;
      if ((undecided & said.revoked) !== 0n) return false;
      undecided &= ~said.granted;
    }
    return undecided === 0n;
  };
  const silentAt = (pointers: readonly string[], among = all): Policies =>
    pointers.reduce((silent, pointer) => silent & ~(sayings.get(pointer)?.granted ?? 0n), among);
  const mayReadFeatures = mayRead(["features"]) && !revokesBelowFeatures(sayings);
  return { mayRead, mayReadFeatures, silentAt, grants: grantsOf(sayings, all) };
}

function sayingsOf(sets: readonly OwnRules[]): Sayings {
  const sayings = new Map<string, Said>();
  for (const [i, rules] of sets.entries()) {
    const bit = 1n << BigInt(i);
    for (const [pointer, isGranted] of Object.entries(rules)) {
      const said = sayings.get(pointer) ?? { granted: 0n, revoked: 0n };
      said[isGranted ? "granted" : "revoked"] |= bit;
      sayings.set(pointer, said);
    }
  }
  return sayings;
}

function grantsOf(sayings: Sayings, all: Policies): readonly string[] | undefined {
  const granting = [...sayings].filter(([, { granted }]) => granted !== 0n);
  if (granting.length > MOST_GRANTS || granting.some(([, { granted }]) => granted !== all)) return undefined;
  return granting.map(([pointer]) => pointer);
}

function revokesBelowFeatures(sayings: Sayings): boolean {
  for (const [pointer, { revoked }] of sayings)
    if (revoked !== 0n && pointer.startsWith("/features/")) return true;
  return false;
}
