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

/** Compiles resolved entries; namespaces to which the same entries apply share one enforcer, made when first asked for. */
export function compileScoped(entries: readonly PolicyEntry[]): ScopedEnforcer {
  const whole = compileEnforcer(entries);
  const scoped = entries.filter((entry) => entry.namespaces?.length);
  if (scoped.length === 0) return { whole, forNamespace: () => whole };
  const unscoped = entries.filter((entry) => !entry.namespaces?.length);
  // At most one per combination of entries that some existing namespace matches, not one per namespace.
  const bySelection = new Map<string, Enforcer>();
  return {
    whole,
    forNamespace(namespace) {
      const applying = scoped.filter((entry) => appliesTo(entry, namespace));
      if (applying.length === scoped.length) return whole;
      const key = applying.map((entry) => scoped.indexOf(entry)).join();
      const known = bySelection.get(key);
      if (known) return known;
      const enforcer = compileEnforcer([...unscoped, ...applying]);
      bySelection.set(key, enforcer);
      return enforcer;
    },
  };
}
