// `POST /api/2/things` and `POST /api/2/policies`: an entity whose id is the server's to choose.

import { randomUUID } from "node:crypto";
import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { getKey, isObject } from "../../base/json/json.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import { checkMediaType } from "./body.ts";
import { type EntityRoutes, type HttpRequest, readEntityJson, send } from "./entity-requests.ts";

/** Creates an entity in the namespace asked for, or else in the default one. A body that names an id is refused. */
export async function postRequest(
  routes: EntityRoutes,
  request: HttpRequest,
  dispatch: Dispatch,
  defaultNamespace: string,
): Promise<Response> {
  const { incoming, target, headers, auth } = request;
  const { rules } = routes;
  checkMediaType(incoming.headers["content-type"], routes.acceptedMediaTypes);
  const id = `${target.query?.get("namespace") ?? defaultNamespace}:${randomUUID()}`;
  if (!isNamespacedId(id)) throw rules.idInvalid(id);
  request.reach?.check(rules.kind, namespaceOf(id));
  const value = await readEntityJson(routes, request, id, []);
  const given = isObject(value) ? getKey(value, `${rules.kind}Id`) : undefined;
  if (given !== undefined) throw rules.idNotSettable(String(given));
  const command = { kind: rules.kind, id, action: "create", path: [], value, headers, auth } as const;
  return send(routes, command, dispatch, request);
}
