// Which namespaces somebody may reach, where the operator has rules for that.

import type { EntityKind } from "../signals/signal.ts";

/** What one caller may reach. */
export interface NamespaceAccess {
  mayAccess(kind: EntityKind, namespace: string): boolean;
  /** Refuses with `gateway:namespace.notaccessible` what {@link mayAccess} denies. */
  check(kind: EntityKind, namespace: string): void;
  /**
   * The namespaces that a list of things or a search is to be about: those asked for, each of which is checked, or else
   * those that are allowed by their whole names; `undefined` where a rule allows all. It may be none at all.
   */
  namespacesFor(asked: readonly string[] | undefined): readonly string[] | undefined;
  /** Patterns of namespaces of things that he may not reach, whatever he asks for. */
  readonly blocked: readonly string[];
}
