// Which namespaces a caller may reach at all, before any policy is asked (installation-operating page, "Gateway namespace
// access control"). Whoever a rule speaks for may reach what one of his rules allows and none of them blocks.

import type { IncomingHttpHeaders } from "node:http";
import { defineError } from "../../base/errors.ts";
import { anyOf } from "../../base/placeholders/element.ts";
import { headerPlaceholder } from "../../base/placeholders/header.ts";
import { jwtPlaceholder } from "../../base/placeholders/jwt.ts";
import { timePlaceholder } from "../../base/placeholders/time.ts";
import type { NamespaceAccess } from "../../conversation/namespace-access.ts";
import type { NamespaceRule } from "../../ops/namespace-access.ts";
import type { AuthContext, DittoHeaders, EntityKind } from "../../signals/signal.ts";

export const namespaceNotAccessible = defineError(
  "gateway:namespace.notaccessible",
  403,
  (namespace: string) => ({
    message: `You may not reach the namespace '${namespace}'.`,
    description: "It depends on your token and the headers of your request. Ask your administrator.",
  }),
);

/**
 * Tells what a caller may reach by the token and the headers he comes with: those that were read, and `sent`, all that
 * came, as most that the server does not know go no further. For a session that is what he connects with, and a later
 * token changes nothing.
 */
export type NamespaceAccessOf = (
  auth: AuthContext,
  headers: DittoHeaders,
  sent: IncomingHttpHeaders,
) => NamespaceAccess;

/** Makes it of the operator's rules; `undefined` where there are none, and everybody may reach everything. */
export function namespaceAccess(rules: readonly NamespaceRule[]): NamespaceAccessOf | undefined {
  if (rules.length === 0) return undefined;
  const byKind = { thing: rulesFor(rules, "thing"), policy: rulesFor(rules, "policy") };
  return ({ token }, headers, sent) => {
    const values = anyOf(
      headerPlaceholder({ ...sent, ...headers }),
      timePlaceholder(Date.now()),
      jwtPlaceholder(token?.claims ?? {}),
    );
    const holds = ({ conditions }: NamespaceRule): boolean =>
      conditions.every(
        ({ template, needsToken }) => (token || !needsToken) && template.resolve(values).length > 0,
      );
    return reachBy({ thing: byKind.thing?.filter(holds), policy: byKind.policy?.filter(holds) });
  };
}

/** The rules on a kind of entity; `undefined` where it is not restricted. */
function rulesFor(rules: readonly NamespaceRule[], kind: EntityKind): readonly NamespaceRule[] | undefined {
  const its = rules.filter(({ resourceTypes }) => resourceTypes.length === 0 || resourceTypes.includes(kind));
  return its.length === 0 ? undefined : its;
}

function reachBy(rules: Readonly<Record<EntityKind, readonly NamespaceRule[] | undefined>>): NamespaceAccess {
  const mayAccess = (kind: EntityKind, namespace: string): boolean => {
    const its = rules[kind];
    return (
      its === undefined ||
      (its.some(({ allowed }) => allowed.texts.length === 0 || allowed.matches(namespace)) &&
        !its.some(({ blocked }) => blocked.matches(namespace)))
    );
  };
  const check = (kind: EntityKind, namespace: string): void => {
    if (!mayAccess(kind, namespace)) throw namespaceNotAccessible(namespace);
  };
  return {
    mayAccess,
    check,
    blocked: rules.thing?.flatMap(({ blocked }) => blocked.texts) ?? [],
    namespacesFor(asked) {
      if (!asked) return rules.thing && allowedByName(rules.thing);
      for (const namespace of asked) check("thing", namespace);
      return asked;
    },
  };
}

/** The namespaces that rules name; patterns are none. Without a rule that holds there are none at all. */
function allowedByName(rules: readonly NamespaceRule[]): readonly string[] | undefined {
  if (rules.some(({ allowed }) => allowed.texts.length === 0)) return undefined;
  const named = rules.flatMap(({ allowed }) => allowed.texts).filter((text) => !/[*?]/.test(text));
  return [...new Set(named)].filter((text) => !rules.some(({ blocked }) => blocked.matches(text)));
}
