// `/api/2/checkPermissions`: what the caller may do.

import { defineError } from "../../base/errors.ts";
import { checkPermissions, type PermissionSources } from "../../dispatch/check-permissions.ts";
import { listAnswer, methodNotAllowed } from "./answers.ts";
import { checkMediaType, readJson } from "./body.ts";
import type { EntityRoutes, HttpRequest } from "./entity-requests.ts";

/** Path of the resource. */
export const CHECK_PERMISSIONS = "/api/2/checkPermissions";

/** Characters of the permissions that are asked for at once; as over a WebSocket. */
const MOST_CHECKS = 262_144;

const checksTooLarge = defineError("policies:policy.toolarge", 413, (size: number, max: number) => ({
  message: `The body of ${size} characters is too large; ${max} are allowed.`,
  description: "Ask for fewer permissions at a time.",
}));

/** Answers a request for permissions. */
export async function checkPermissionsRequest(
  sources: PermissionSources,
  { maxRequestBytes, acceptedMediaTypes }: Pick<EntityRoutes, "maxRequestBytes" | "acceptedMediaTypes">,
  { incoming, auth, headers }: HttpRequest,
): Promise<Response> {
  if (incoming.method !== "POST") return methodNotAllowed(["POST"]);
  checkMediaType(incoming.headers["content-type"], acceptedMediaTypes);
  const tooLarge = (size: number) => checksTooLarge(size, Math.min(maxRequestBytes, MOST_CHECKS));
  const body = await readJson(incoming, maxRequestBytes, tooLarge, {
    most: MOST_CHECKS,
    whose: auth.subjects[0],
  });
  return listAnswer(incoming, JSON.stringify(await checkPermissions(sources, body, auth)), headers);
}
