// `POST /api/2/policies/{id}/actions/{action}` and the same below an entry: token integration.

import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { emptyJsonBody, invalidJson } from "../../base/json/errors.ts";
import { getKey, isObject, type JsonValue } from "../../base/json/json.ts";
import { type ActOnPolicy, actionAsCommand, type PolicyAction } from "../../dispatch/policy-actions.ts";
import { actionNeedsToken } from "../../policies/actions/errors.ts";
import { type TokenAction, tokenActions } from "../../policies/actions/token-integration.ts";
import { methodNotAllowed } from "./answers.ts";
import { type EntityRoutes, type HttpRequest, readEntityJson, send } from "./entity-requests.ts";
import { decodeSegment } from "./uri.ts";

const ACTION = /^\/([^/]+)(?:\/entries\/([^/]+))?\/actions\/([a-zA-Z]+)\/?$/;

/** Which action on a policy a path is about; its segments are as they were sent. */
export interface ActionPath {
  readonly rawId: string;
  readonly rawLabel: string | undefined;
  readonly action: TokenAction;
}

/** Reads a path that begins with that of the policies; `undefined` where it is about no action. */
export function actionPathOf({ base }: EntityRoutes, path: string): ActionPath | undefined {
  if (!path.includes("/actions/")) return undefined;
  const [, rawId = "", rawLabel, name] = ACTION.exec(path.slice(base.length)) ?? [];
  const action = tokenActions.find((known) => known === name);
  return action && { rawId, rawLabel, action };
}

/**
 * Answers a request for an action: 204. Refuses one that no token authenticates before all but its ID is looked at.
 */
export async function policyActionRequest(
  routes: EntityRoutes,
  request: HttpRequest,
  { rawId, rawLabel, action }: ActionPath,
  act: ActOnPolicy,
): Promise<Response> {
  const { incoming, headers, auth } = request;
  const id = decodeSegment(rawId);
  if (id === undefined || !isNamespacedId(id)) throw routes.rules.idInvalid(id ?? rawId);
  request.reach?.check("policy", namespaceOf(id));
  if (!auth.token) throw actionNeedsToken(action);
  if (incoming.method !== "POST") return methodNotAllowed(["POST"]);
  const label = rawLabel === undefined ? undefined : (decodeSegment(rawLabel) ?? rawLabel);
  const announcement =
    action === "activateTokenIntegration" ? await announcementOf(routes, request, id) : undefined;
  const asked: PolicyAction = {
    id,
    action,
    ...(label !== undefined && { label }),
    ...(announcement !== undefined && { announcement }),
    headers,
    auth,
  };
  return send(routes, actionAsCommand(asked), () => act(asked), request);
}

/** What the body wants to be announced; it may be empty, and its media type does not matter. */
async function announcementOf(
  routes: EntityRoutes,
  request: HttpRequest,
  id: string,
): Promise<JsonValue | undefined> {
  const body = await bodyOrNothing(readEntityJson(routes, request, id));
  if (body !== undefined && !isObject(body)) throw invalidJson("The body of an action is a JSON object.");
  return body && getKey(body, "announcement");
}

async function bodyOrNothing(reading: Promise<JsonValue>): Promise<JsonValue | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (emptyJsonBody.is(error)) return undefined;
    throw error;
  }
}
