// What may be done to a resource by a protocol message is what may be done to it by HTTP.

import type { Method, Resource } from "../signals/resource.ts";
import type { Command, CommandAction } from "../signals/signal.ts";

const methods: Readonly<Record<CommandAction, Method>> = {
  create: "PUT",
  modify: "PUT",
  merge: "PATCH",
  delete: "DELETE",
  retrieve: "GET",
};

/** Whether there is such a command on a resource; only a whole is created. */
export const isKnownCommand = (
  resource: Resource,
  { action, path }: Pick<Command, "action" | "path">,
): boolean => resource.methods.includes(methods[action]) && (action !== "create" || path.length === 0);
