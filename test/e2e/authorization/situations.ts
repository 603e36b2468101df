// The situations in which every command is tried: what a policy says about the user, and what Ditto makes of it.

import type { Permission, Rights, Statement } from "./rights.ts";

export const OWNER = "pre:owner";
export const USER = "pre:user";

export interface Entry {
  readonly subjects?: Readonly<Record<string, object>>;
  readonly resources?: Readonly<Record<string, { grant: readonly string[]; revoke: readonly string[] }>>;
  readonly [key: string]: unknown;
}

/** What a policy holds beside what all fixtures hold. */
export interface Addition {
  readonly entries?: Readonly<Record<string, Entry>>;
  readonly imports?: Readonly<Record<string, object>>;
}

export interface Situation {
  readonly name: string;
  /** `now` is when the fixture is made, in milliseconds. */
  addition(now: number): Addition;
  /** What the user may do about the thing, and about the policy. */
  readonly thing: Rights;
  readonly policy: Rights;
  /** Whether an entry refers to an import, which then cannot be taken away. */
  readonly refersToImport?: boolean;
  /** How long after its making a fixture comes into the situation. */
  readonly afterMs?: number;
}

/** Long enough to make the fixtures, since a subject that has expired already is refused. */
const EXPIRES_AFTER_MS = 3000;

const say = (effect: Statement["effect"], path: string, ...permissions: Permission[]): Statement => ({
  effect,
  permissions,
  path,
});
const user = { [USER]: { type: "test" } };
const all: Rights = [say("grant", "/", "READ", "WRITE")];
const none: Rights = [];

interface Said {
  readonly thing: Rights;
  readonly policy: Rights;
}
const everything: Said = { thing: all, policy: all };
const nothing: Said = { thing: none, policy: none };

/** The resources of an entry that makes the statements. */
export function resourcesOf({ thing, policy }: Said): NonNullable<Entry["resources"]> {
  const resources: Record<string, { grant: Permission[]; revoke: Permission[] }> = {};
  for (const [kind, rights] of [["thing", thing] as const, ["policy", policy] as const]) {
    for (const { effect, path, permissions } of rights) {
      const key = `${kind}:${path}`;
      resources[key] ??= { grant: [], revoke: [] };
      resources[key][effect].push(...permissions);
    }
  }
  return resources;
}

const entryFor = (said: Said): Entry => ({ subjects: user, resources: resourcesOf(said) });

/** A situation in which an entry of the policy itself says all. */
const said = (name: string, rights: Said): Situation => ({
  name,
  addition: () => ({ entries: { user: entryFor(rights) } }),
  ...rights,
});

const both = (permission: Permission): Said => {
  const rights = [say("grant", "/", permission)];
  return { thing: rights, policy: rights };
};

/** Policies that others import, by what they lend. */
export const LENDERS: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  "m:implicit": { lent: { ...entryFor(everything), importable: "implicit" } },
  "m:explicit": { lent: { ...entryFor(everything), importable: "explicit" } },
  "m:never": { lent: { ...entryFor(everything), importable: "never" } },
  "m:role": { role: { subjects: {}, resources: resourcesOf(everything), allowedAdditions: ["subjects"] } },
  "m:closed": { role: { subjects: {}, resources: resourcesOf(everything), allowedAdditions: [] } },
};

const imports = (name: string, id: string, how: object, rights: Said): Situation => ({
  name,
  addition: () => ({ imports: { [id]: how } }),
  ...rights,
});

const refers = (name: string, addition: Addition, rights: Said): Situation => ({
  name,
  addition: () => addition,
  refersToImport: addition.imports !== undefined,
  ...rights,
});

const scoped = (name: string, namespace: string, rights: Said): Situation => ({
  name,
  addition: () => ({ entries: { user: { ...entryFor(everything), namespaces: [namespace] } } }),
  ...rights,
});

const referring = (reference: object): Entry => ({ subjects: user, resources: {}, references: [reference] });

export const SITUATIONS: readonly Situation[] = [
  { name: "no permission", addition: () => ({}), ...nothing },
  said("partial", {
    thing: [
      say("grant", "/attributes/a", "READ", "WRITE"),
      say("grant", "/features/f/properties/p", "READ", "WRITE"),
    ],
    policy: [
      say("grant", "/entries/target/subjects", "READ", "WRITE"),
      say("grant", "/imports/m:lib", "READ", "WRITE"),
    ],
  }),
  said("read only", both("READ")),
  said("write only", both("WRITE")),
  said("revoked below", {
    thing: [
      ...all,
      say("revoke", "/attributes/a/deep", "READ", "WRITE"),
      say("revoke", "/features/f/properties/p/deep", "READ", "WRITE"),
    ],
    policy: [
      ...all,
      say("revoke", "/entries/target/subjects/pre:x", "READ", "WRITE"),
      say("revoke", "/imports/m:lib/entries", "READ", "WRITE"),
    ],
  }),
  said("granted again below what is revoked", {
    thing: [
      ...all,
      say("revoke", "/features", "READ", "WRITE"),
      say("grant", "/features/f/properties", "READ"),
    ],
    policy: [
      ...all,
      say("revoke", "/entries/target", "READ", "WRITE"),
      say("grant", "/entries/target/resources", "READ"),
    ],
  }),
  {
    name: "revoked by another entry on the same level",
    addition: () => ({
      entries: {
        user: entryFor(everything),
        ban: { subjects: user, resources: revokedAtRoot() },
      },
    }),
    ...nothing,
  },
  imports("imported implicitly", "m:implicit", {}, everything),
  imports("imported by name", "m:explicit", { entries: ["lent"] }, everything),
  imports("imported without the name it needs", "m:explicit", {}, nothing),
  imports("imported, but never importable", "m:never", {}, nothing),
  refers(
    "granted via a local reference",
    {
      entries: {
        role: { subjects: {}, resources: resourcesOf(everything) },
        user: referring({ entry: "role" }),
      },
    },
    everything,
  ),
  refers(
    "granted via a reference to an import",
    {
      imports: { "m:role": {} },
      entries: { user: referring({ import: "m:role", entry: "role" }) },
    },
    everything,
  ),
  refers(
    "referring to a role that allows no additions",
    {
      imports: { "m:closed": {} },
      entries: { user: referring({ import: "m:closed", entry: "role" }) },
    },
    nothing,
  ),
  // Only the ThingEnforcerActor narrows the enforcer to a namespace; about the policy itself every entry speaks.
  scoped("scoped to the thing's namespace", "m", everything),
  scoped("scoped to another namespace", "other", { thing: none, policy: all }),
  {
    name: "expired",
    addition: (now) => ({ entries: { user: { ...entryFor(everything), subjects: expiringAt(now) } } }),
    afterMs: EXPIRES_AFTER_MS + 1500,
    ...nothing,
  },
];

function revokedAtRoot() {
  const revoke = ["READ", "WRITE"] as const;
  return { "thing:/": { grant: [], revoke }, "policy:/": { grant: [], revoke } };
}

const expiringAt = (now: number) => ({
  [USER]: { type: "test", expiry: new Date(now + EXPIRES_AFTER_MS).toISOString() },
});
