// The setting NAMESPACE_POLICIES: root policies of namespaces, as in Ditto's configuration `ditto.namespace-policies`,
// but as JSON.

import { isNamespacedId } from "../base/ids.ts";
import { jsonOf, membersOf, textsOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";

/** The root policies of the namespaces that a pattern matches. */
export interface NamespacePolicies {
  readonly pattern: string;
  readonly policies: readonly string[];
}

const form = '{"namespace":["policy id",…],…}';

/** JSON such as `{"org.example":["org.example:root"],"org.example.*":["org.example:root"],"*":["ops:all"]}`. */
export const namespacePolicies: Kind<readonly NamespacePolicies[]> = {
  form,
  secret: false,
  parse(text) {
    const given = membersOf(jsonOf(text, form), "the value");
    return Object.entries(given).map(([pattern, policies]) => ({
      pattern: checkedPattern(pattern),
      policies: checkedIds(pattern, policies),
    }));
  },
};

const namespacePattern = /^[a-zA-Z]\w*(?:[.-][a-zA-Z]\w*)*(?:\.\*)?$/;

function checkedPattern(pattern: string): string {
  if (pattern !== "*" && !namespacePattern.test(pattern))
    throw new Error(`must have a namespace, one with .* at its end, or *, not "${pattern}"`);
  return pattern;
}

function checkedIds(pattern: string, value: unknown): readonly string[] {
  // The path of a property ends at each dot, as it does in Ditto.
  if (typeof value === "object" && !Array.isArray(value))
    throw new Error(`must have a list for "${pattern}"; name a namespace with dots in NAMESPACE_POLICIES`);
  const ids = textsOf(value, `"${pattern}"`);
  const wrong = ids.find((id) => !isNamespacedId(id));
  if (wrong !== undefined) throw new Error(`must have policy IDs as "${pattern}", which "${wrong}" is not`);
  return ids;
}
