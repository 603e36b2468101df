// `/api/2/policies`: create a policy with a generated id.

import { randomUUID } from "node:crypto";
import { isNamespacedId } from "../../base/ids.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { Command } from "../../signals/signal.ts";
import { methodNotAllowed } from "./answers.ts";
import { checkMediaType, readJson } from "./body.ts";
import { type EntityRoutes, type HttpRequest, locationOf, send, tooLargeFor } from "./entity-requests.ts";

/** Answers a request for the collection of policies, which can only be added to. */
export async function policiesRequest(
  routes: EntityRoutes,
  request: HttpRequest,
  dispatch: Dispatch,
  defaultNamespace: string,
): Promise<Response> {
  const { incoming, target, headers, auth } = request;
  if (incoming.method !== "POST") return methodNotAllowed(["POST"]);
  checkMediaType("POST", incoming.headers["content-type"]);
  const id = `${target.query?.get("namespace") ?? defaultNamespace}:${randomUUID()}`;
  if (!isNamespacedId(id)) throw routes.rules.idInvalid(id);
  const value = await readJson(incoming, routes.maxRequestBytes, tooLargeFor(routes, id));
  const command: Command = { kind: "policy", id, action: "create", path: [], value, headers, auth };
  return send(command, dispatch, request, () => locationOf(routes, request, id, []));
}
