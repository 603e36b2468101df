import type { Values } from "./element.ts";

/** The only placeholder about a policy's entry. */
export const POLICY_ENTRY_LABEL = "policy-entry:label";

/** The value of `policy-entry:label`; other placeholders have none. */
export const policyEntryPlaceholder =
  (label: string): Values =>
  (name) =>
    name === POLICY_ENTRY_LABEL ? [label] : [];
