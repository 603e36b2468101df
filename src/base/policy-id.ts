import { defineError } from "./errors.ts";

/** Told wherever a policy is named: where it is addressed, imported, or given to a thing. */
export const policyIdInvalid = defineError("policies:id.invalid", 400, (id: string) => ({
  message: `The policy ID '${id}' is not valid.`,
  description:
    "It is a namespace, a colon and a name, without slashes and control characters, at most 256 long.",
  href: "https://www.eclipse.dev/ditto/basic-namespaces-and-names.html#namespaced-id",
}));
