// The setting NAMESPACE_POLICIES: root policies of namespaces, as in Ditto's configuration `ditto.namespace-policies`,
// but as JSON.

import type { Kind } from "./setting-kinds.ts";

/** The root policies of the namespaces that a pattern matches. */
export interface NamespacePolicies {
  readonly pattern: string;
  readonly policies: readonly string[];
}

/** JSON such as `{"org.example":["org.example:root"],"org.example.*":["org.example:root"],"*":["ops:all"]}`. */
export const namespacePolicies: Kind<readonly NamespacePolicies[]> = {
  form: '{"namespace":["policy id",…],…}',
  secret: false,
  parse(text) {
    const value = jsonOf(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw notOfForm();
    return Object.entries(value).map(([pattern, policies]) => ({
      pattern: checkedPattern(pattern),
      policies: checkedIds(pattern, policies),
    }));
  },
};

const notOfForm = () => new Error('must be JSON of the form {"namespace":["policy id",…],…}');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notOfForm();
  }
}

const namespacePattern = /^[a-zA-Z]\w*(?:[.-][a-zA-Z]\w*)*(?:\.\*)?$/;
const policyId = /^[a-zA-Z]\w*(?:[.-][a-zA-Z]\w*)*:[^/]+$/;

function checkedPattern(pattern: string): string {
  if (pattern !== "*" && !namespacePattern.test(pattern))
    throw new Error(`must have a namespace, one with .* at its end, or *, not "${pattern}"`);
  return pattern;
}

function checkedIds(pattern: string, value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((id) => typeof id === "string" && policyId.test(id)))
    throw new Error(`must have a list of policy IDs for "${pattern}"`);
  return value;
}
