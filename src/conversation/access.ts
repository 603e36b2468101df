// Which namespaces a session may reach, where the operator has rules for that.

import { isNamespacedId, namespaceOf } from "../base/ids.ts";
import { recent } from "../base/recent.ts";
import type { EntityKind } from "../signals/signal.ts";
import { aboutThing, type Handling } from "./handling.ts";
import type { NamespaceAccess } from "./namespace-access.ts";

/** Refuses a command on an entity of a namespace that its sender may not reach. */
export function checkAccess(kind: EntityKind, id: string, handling: Handling): void {
  const { reach } = handling.sender;
  if (!reach) return;
  const { about } = handling;
  handling.about = aboutThing(about);
  reach.check(kind, namespaceOf(id));
  handling.about = about;
}

/** The same of a retrieve of several things; what is no ID is for others to refuse. */
export function checkAccessToThings(ids: readonly string[], { sender: { reach } }: Handling): void {
  if (!reach) return;
  const namespaces = new Set(ids.filter(isNamespacedId).map(namespaceOf));
  for (const namespace of namespaces) reach.check("thing", namespace);
}

/** How many namespaces a subscription remembers to be open or closed to it. */
const REMEMBERED = 500;

/** Whether a session may be told of the things of a namespace; judged once for each, as long as it is remembered. */
export function accessibleNamespaces(reach: NamespaceAccess | undefined): (namespace: string) => boolean {
  if (!reach) return () => true;
  const known = recent<boolean>(REMEMBERED);
  return (namespace) => known.get(namespace) ?? known.put(namespace, reach.mayAccess("thing", namespace));
}
