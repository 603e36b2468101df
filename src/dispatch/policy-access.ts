// The compiled enforcers of policies: made once per revision of a policy and of the policies that it imports.

import type { JsonObject } from "../base/json/json.ts";
import type { Enforcer } from "../policies/enforcer.ts";
import { nextExpiry } from "../policies/expiry.ts";
import { resolveEntries } from "../policies/resolve.ts";
import { compileScoped, type ScopedEnforcer } from "../policies/scoped-enforcer.ts";
import type { Entities, Held } from "./entities.ts";
import { serviceUnavailable } from "./errors.ts";

interface Compiled {
  readonly scoped: ScopedEnforcer;
  /** The imported policies it was made of; it is void once one of them is another. */
  readonly imported: ReadonlyMap<string, JsonObject | undefined>;
  /** When the first of its subjects expires, in milliseconds since the epoch: from then on it is void as well. */
  readonly until: number;
}

/** Longest chain of imports that is loaded before giving up. */
const MAX_ROUNDS = 12;

export class PolicyAccess {
  readonly #policies: Entities;
  readonly #compiled = new WeakMap<JsonObject, Compiled>();

  constructor(policies: Entities) {
    this.#policies = policies;
  }

  /** Whether {@link enforcer} can answer from memory. */
  isReady(policy: Held): boolean {
    return this.#missing(policy).length === 0;
  }

  /** Loads what the policy imports. */
  async load(policy: Held): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const missing = this.#missing(policy);
      if (missing.length === 0) return;
      await Promise.all(missing.map(async (id) => this.#policies.load(id)));
    }
  }

  /** The enforcer for things of a namespace, or for the policy itself; `undefined` where there is no policy. */
  enforcer(policy: Held | undefined, namespace?: string): Enforcer | undefined {
    const value = policy?.committed?.value;
    return value && this.enforcerOfValue(value, namespace);
  }

  /**
   * The same of a policy that is decided, but not yet committed. Without all that it imports a policy says something
   * else, so that it is not asked then: 503.
   */
  enforcerOfValue(value: JsonObject, namespace?: string): Enforcer {
    const missing: string[] = [];
    const { scoped } = this.#current(value) ?? this.#compile(value, missing);
    if (missing.length > 0) throw serviceUnavailable();
    return namespace === undefined ? scoped.whole : scoped.forNamespace(namespace);
  }

  /** The ids of imported policies that have to be loaded before the policy can be compiled. */
  #missing(policy: Held): readonly string[] {
    const value = policy.committed?.value;
    if (!value || this.#current(value)) return [];
    const missing: string[] = [];
    this.#compile(value, missing);
    return missing;
  }

  #current(value: JsonObject): Compiled | undefined {
    const compiled = this.#compiled.get(value);
    if (!compiled || Date.now() >= compiled.until) return undefined;
    for (const [id, used] of compiled.imported) {
      const held = this.#policies.peek(id);
      if (!held || held.committed?.value !== used) return undefined;
    }
    return compiled;
  }

  /** Compiles with what is in memory, and keeps the result if nothing was missing. */
  #compile(value: JsonObject, missing: string[]): Compiled {
    const imported = new Map<string, JsonObject | undefined>();
    const entries = resolveEntries(value, (id) => {
      const held = this.#policies.peek(id);
      if (!held) missing.push(id);
      imported.set(id, held?.committed?.value);
      return held?.committed?.value;
    });
    const now = Date.now();
    const list = Object.values(entries);
    const compiled = { scoped: compileScoped(list, now), imported, until: nextExpiry(list, now) };
    if (missing.length === 0) this.#compiled.set(value, compiled);
    return compiled;
  }
}
