// `/api/2/things`: create with a generated id, read several, list all that the caller may see.

import { randomUUID } from "node:crypto";
import { isNamespacedId } from "../../base/ids.ts";
import { invalidJson } from "../../base/json/errors.ts";
import { parseFields } from "../../base/json/fields.ts";
import { isObject } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { ThingList } from "../../dispatch/thing-list.ts";
import type { Command } from "../../signals/signal.ts";
import { thingIdInvalid, thingIdNotSettable } from "../../things/errors.ts";
import { listAnswer, methodNotAllowed } from "./answers.ts";
import { checkMediaType, readJson } from "./body.ts";
import { type EntityRoutes, type HttpRequest, locationOf, send, tooLargeFor } from "./entity-requests.ts";
import { readOption } from "./list-option.ts";

/** Answers a request for the collection of things. */
export async function thingsRequest(
  routes: EntityRoutes,
  request: HttpRequest,
  dispatch: Dispatch,
  list: ThingList,
  defaultNamespace: string,
): Promise<Response> {
  switch (request.incoming.method) {
    case "GET":
      return request.target.query?.has("ids") ? several(request, list) : all(routes, request, list);
    case "POST":
      return post(routes, request, dispatch, defaultNamespace);
    default:
      return methodNotAllowed(["GET", "POST"]);
  }
}

const fieldsOf = ({ target }: HttpRequest): readonly Path[] | undefined => {
  const fields = target.query?.get("fields");
  return fields ? parseFields(fields) : undefined;
};

async function several(request: HttpRequest, list: ThingList): Promise<Response> {
  const ids = (request.target.query?.getAll("ids") ?? []).flatMap((text) => text.split(","));
  for (const id of ids) if (!isNamespacedId(id)) throw thingIdInvalid(id);
  const texts = await list.several(ids, request.auth, fieldsOf(request));
  return respond(request, texts);
}

async function all(routes: EntityRoutes, request: HttpRequest, list: ThingList): Promise<Response> {
  const { size, after } = readOption(request.target.query?.get("option") ?? undefined);
  const namespaces = request.target.query?.get("namespaces")?.split(",");
  const page = await list.page({ after, size, namespaces }, request.auth, fieldsOf(request));
  const links = [`<${request.incoming.url}>; rel=canonical`];
  if (page.next) {
    const cursor = Buffer.from(page.next).toString("base64url");
    links.push(`<${routes.base}?option=cursor(${cursor}),size(${size})>; rel=next`);
  }
  return respond(request, page.things, links.join(", "));
}

function respond({ headers, auth }: HttpRequest, texts: readonly string[], link?: string): Response {
  const correlationId = headers["correlation-id"] as string;
  return listAnswer(`[${texts.join(",")}]`, correlationId, auth.subjects[0] as string, link);
}

/** Creates a thing whose id is the server's to choose, in the namespace asked for. */
async function post(
  routes: EntityRoutes,
  request: HttpRequest,
  dispatch: Dispatch,
  defaultNamespace: string,
): Promise<Response> {
  const { incoming, target, headers, auth } = request;
  checkMediaType("POST", incoming.headers["content-type"]);
  const id = `${target.query?.get("namespace") ?? defaultNamespace}:${randomUUID()}`;
  if (!isNamespacedId(id)) throw thingIdInvalid(id);
  const value = await readJson(incoming, routes.maxRequestBytes, tooLargeFor(routes, id));
  if (!isObject(value)) throw invalidJson("A thing is a JSON object.");
  if (value.thingId !== undefined) throw thingIdNotSettable(String(value.thingId));
  const command: Command = { kind: "thing", id, action: "create", path: [], value, headers, auth };
  return send(command, dispatch, request, () => locationOf(routes, request, id, []));
}
