import { defineError } from "../../base/errors.ts";

/** What is told of entities whose namespace an operator has blocked. */
export const namespaceBlocked = defineError("namespace.blocked", 409, (namespace: string) => ({
  message: `The namespace '${namespace}' is not available, since work on it is going on.`,
  description: "Please try again later.",
}));

/** Erasing takes that nobody writes meanwhile. */
export const namespaceNotBlocked = defineError("namespace.blocked", 409, (namespace: string) => ({
  message: `The namespace '${namespace}' is not blocked, so its data cannot be erased.`,
  description: "Block it first, with namespaces.commands:blockNamespace.",
}));

/** What is erased in part must not be seen. */
export const purgeUnfinished = defineError("namespace.blocked", 409, (namespace: string) => ({
  message: `The data of the namespace '${namespace}' are erased in part only, so it stays blocked.`,
  description: "Send namespaces.commands:purgeNamespace again, until it is done.",
}));

export const tooManyBlocked = defineError("too.many.requests", 429, (max: number) => ({
  message: `No more than ${max} namespaces can be blocked at a time.`,
  description: "Unblock those whose work is done.",
}));
