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

const MAX_REMEMBERED = 200;

/**
 * Compiles resolved entries without the subjects that have expired by `now`, in milliseconds; without it none has.
 * Namespaces to which the same entries apply share one enforcer, made when first asked for.
 */
export function compileScoped(entries: readonly PolicyEntry[], now?: number): ScopedEnforcer {
  const whole = compileEnforcer(entries, now);
  const scoped = entries.filter((entry) => entry.namespaces?.length);
  if (scoped.length === 0) return { whole, forNamespace: () => whole };
  const unscoped = entries.filter((entry) => !entry.namespaces?.length);
  const bySelection = recent<Enforcer>(MAX_REMEMBERED);
  const byNamespace = recent<Enforcer>(MAX_REMEMBERED);

  function enforcerFor(namespace: string): Enforcer {
    const applying = scoped.filter((entry) => appliesTo(entry, namespace));
    if (applying.length === scoped.length) return whole;
    const key = applying.map((entry) => scoped.indexOf(entry)).join();
    return bySelection.get(key) ?? bySelection.put(key, compileEnforcer([...unscoped, ...applying], now));
  }
  return {
    whole,
    forNamespace: (namespace) =>
      byNamespace.get(namespace) ?? byNamespace.put(namespace, enforcerFor(namespace)),
  };
}
