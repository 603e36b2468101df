// The compiled enforcers of policies: made once per revision of a policy and of the policies that count in it.

import type { JsonObject } from "../base/json/json.ts";
import { recent } from "../base/recent.ts";
import type { Enforcer } from "../policies/enforcer.ts";
import { nextExpiry } from "../policies/expiry.ts";
import type { PolicyEntry } from "../policies/model.ts";
import { effectiveEntries, noRoots, type RootsOf, rootsOfPolicy } from "../policies/namespace-roots.ts";
import type { Entries } from "../policies/references.ts";
import { compileScoped, type ScopedEnforcer } from "../policies/scoped-enforcer.ts";
import type { Entities, Held } from "./entities.ts";
import { serviceUnavailable } from "./errors.ts";

interface Compiled {
  readonly entries: Entries;
  readonly scoped: ScopedEnforcer;
  /** The other policies it was made of; it is void once one of them is another. */
  readonly others: ReadonlyMap<string, JsonObject | undefined>;
  /** When the first of its subjects expires, in milliseconds since the epoch: from then on it is void as well. */
  readonly until: number;
}

/** A policy as it takes effect: its entries, with those of others that count in it, and what they allow. */
export interface Effective {
  readonly entries: Entries;
  readonly enforcer: Enforcer;
}

/** Longest chain of imports that is loaded before giving up. */
const MAX_ROUNDS = 12;

/** What a compiled policy weighs by itself, and each subject and resource besides its text; about bytes of memory, as in the cache. */
const OVERHEAD = 1_500;
const STATEMENT = 400;

export interface AccessSettings {
  readonly rootsOf?: RootsOf;
  /** Told of a root policy that does not exist, once until it is there. */
  readonly onMissingRoot?: (root: string) => void;
  /** How much compiled policies may weigh together; those that import much weigh much, each by itself. */
  readonly capacity?: number;
}

/** What policies allow, compiled when first asked for and kept while they are in use. */
export class PolicyAccess {
  /** What became of looks at the compiled ones, for whoever watches over the server. */
  readonly counted = { hits: 0, misses: 0 };
  readonly #policies: Entities;
  readonly #rootsOf: RootsOf;
  readonly #onMissingRoot: (root: string) => void;
  readonly #missingRoots = new Set<string>();
  readonly #compiled: ReturnType<typeof recent<Compiled, JsonObject>>;

  constructor(
    policies: Entities,
    { rootsOf = noRoots, onMissingRoot = () => undefined, capacity = 2 ** 26 }: AccessSettings = {},
  ) {
    this.#policies = policies;
    this.#rootsOf = rootsOf;
    this.#onMissingRoot = onMissingRoot;
    this.#compiled = recent(capacity);
  }

  /** Whether {@link enforcer} can answer from memory. */
  isReady(policy: Held): boolean {
    return this.#missing(policy).length === 0;
  }

  /** Loads what counts in the policy; in one that does not exist, what would from its birth on. */
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
    const { scoped } = this.#ofValue(value);
    return namespace === undefined ? scoped.whole : scoped.forNamespace(namespace);
  }

  /** A committed policy as it takes effect; `undefined` where there is none. Refuses like {@link enforcerOfValue}. */
  effective(policy: Held | undefined): Effective | undefined {
    const value = policy?.committed?.value;
    if (!value) return undefined;
    const { entries, scoped } = this.#ofValue(value);
    return { entries, enforcer: scoped.whole };
  }

  /** The namespace root policies that count in a policy. */
  rootsOf(value: JsonObject): readonly string[] {
    return rootsOfPolicy(value, this.#rootsOf);
  }

  #ofValue(value: JsonObject): Compiled {
    const missing: string[] = [];
    const known = this.#current(value);
    this.counted[known ? "hits" : "misses"]++;
    const compiled = known ?? this.#compile(value, missing);
    if (missing.length > 0) throw serviceUnavailable();
    return compiled;
  }

  /** The ids of other policies that have to be loaded before the policy can be compiled. */
  #missing(policy: Held): readonly string[] {
    const value = policy.committed?.value ?? this.#unborn(policy.id);
    if (!value || this.#current(value)) return [];
    const missing: string[] = [];
    this.#compile(value, missing);
    return missing;
  }

  /** A policy that does not exist: nothing but its roots, where it would have any. */
  #unborn(policyId: string): JsonObject | undefined {
    const value = { policyId };
    return this.rootsOf(value).length > 0 ? value : undefined;
  }

  #current(value: JsonObject): Compiled | undefined {
    const compiled = this.#compiled.get(value);
    if (!compiled || Date.now() >= compiled.until) return undefined;
    for (const [id, used] of compiled.others) {
      const held = this.#policies.peek(id);
      if (!held || held.committed?.value !== used) return undefined;
    }
    return compiled;
  }

  /** Compiles with what is in memory, and keeps the result if nothing was missing. */
  #compile(value: JsonObject, missing: string[]): Compiled {
    const others = new Map<string, JsonObject | undefined>();
    const lookUp = (id: string) => {
      const held = this.#policies.peek(id);
      if (!held) missing.push(id);
      others.set(id, held?.committed?.value);
      return held?.committed?.value;
    };
    const entries = effectiveEntries(value, lookUp, this.#rootsOf);
    const now = Date.now();
    const list = Object.values(entries);
    const compiled = { entries, scoped: compileScoped(list, now), others, until: nextExpiry(list, now) };
    if (missing.length > 0) return compiled;
    this.#compiled.put(value, compiled, weightOf(list));
    for (const root of this.rootsOf(value)) this.#tellOfMissing(root, others.get(root));
    return compiled;
  }

  #tellOfMissing(root: string, value: JsonObject | undefined): void {
    if (value) this.#missingRoots.delete(root);
    else if (!this.#missingRoots.has(root)) {
      this.#missingRoots.add(root);
      this.#onMissingRoot(root);
    }
  }
}

function weightOf(entries: readonly PolicyEntry[]): number {
  let weight = OVERHEAD;
  for (const { subjects = {}, resources = {} } of entries) {
    for (const id of Object.keys(subjects)) weight += STATEMENT + id.length;
    for (const key of Object.keys(resources)) weight += STATEMENT + key.length;
  }
  return weight;
}
