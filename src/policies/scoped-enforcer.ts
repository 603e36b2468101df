import { recent } from "../base/recent.ts";
import { compileEnforcer, type Enforcer } from "./enforcer.ts";
import type { PolicyEntry } from "./model.ts";
import { appliesTo } from "./resolve.ts";

/** The enforcers of one policy, whose entries may be meant for things of some namespaces only. */
export interface ScopedEnforcer {
  /** With every entry: for the policy itself. */
  readonly whole: Enforcer;
  /** With the entries that apply to things of the namespace. */
  forNamespace(namespace: string): Enforcer;
}

/** Characters of namespaces and selections, and subjects and resources of entries, that are remembered per policy. */
const MAX_REMEMBERED_TEXT = 1_000_000;
const MAX_REMEMBERED_SIZE = 100_000;

/**
 * Compiles resolved entries without the subjects that have expired by `now`, in milliseconds; without it none has.
 * Namespaces to which the same entries apply share one enforcer, made when first asked for.
 */
export function compileScoped(entries: readonly PolicyEntry[], now?: number): ScopedEnforcer {
  const whole = compileEnforcer(entries, now);
  const scoped = entries.filter((entry) => entry.namespaces?.length);
  if (scoped.length === 0) return { whole, forNamespace: () => whole };
  /** Which entries do not apply; what is remembered by it is found again when another namespace leaves out the same. */
  const leftOut = recent<string>(MAX_REMEMBERED_TEXT);
  const enforcers = recent<Enforcer>(MAX_REMEMBERED_SIZE);

  function selectFor(namespace: string): string {
    const left = scoped.flatMap((entry, i) => (appliesTo(entry, namespace) ? [] : [i])).join();
    return leftOut.put(namespace, left, namespace.length + left.length);
  }

  function compileFor(namespace: string, left: string): Enforcer {
    const applying = entries.filter((entry) => appliesTo(entry, namespace));
    return enforcers.put(left, compileEnforcer(applying, now), sizeOf(applying));
  }

  return {
    whole,
    forNamespace(namespace) {
      const left = leftOut.get(namespace) ?? selectFor(namespace);
      return left === "" ? whole : (enforcers.get(left) ?? compileFor(namespace, left));
    },
  };
}

/** How many subjects and resources entries have, which is what a compiled enforcer is as large as. */
const sizeOf = (entries: readonly PolicyEntry[]): number =>
  entries.reduce(
    (size, { subjects = {}, resources = {} }) =>
      size + Object.keys(subjects).length + Object.keys(resources).length,
    0,
  );
