// `/api/2/things`: create with a generated id, read several, list all that the caller may see.

import { parseFields } from "../../base/json/fields.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { ThingList } from "../../dispatch/thing-list.ts";
import { listAnswer, methodNotAllowed } from "./answers.ts";
import type { EntityRoutes, HttpRequest } from "./entity-requests.ts";
import { readOption } from "./list-option.ts";
import { postRequest } from "./post-requests.ts";

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
      return postRequest(routes, request, dispatch, defaultNamespace);
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
  const texts = await list.several(ids, request.auth, request.headers, fieldsOf(request));
  return respond(request, texts);
}

async function all(routes: EntityRoutes, request: HttpRequest, list: ThingList): Promise<Response> {
  const { size, after } = readOption(request.target.query?.get("option") ?? undefined);
  const namespaces = request.target.query?.get("namespaces")?.split(",");
  const page = await list.page({ after, size, namespaces }, request.auth, fieldsOf(request));
  const links = [`<${request.incoming.url}>; rel=canonical`];
  if (page.next) links.push(`<${nextPage(routes, request, page.next, size)}>; rel=next`);
  return respond(request, page.things, links.join(", "));
}

/** The same request for what comes after an id. */
function nextPage({ base }: EntityRoutes, { target }: HttpRequest, after: string, size: number): string {
  const query = new URLSearchParams(target.query);
  query.set("option", `cursor(${Buffer.from(after).toString("base64url")}),size(${size})`);
  return `${base}?${query}`;
}

function respond(
  { incoming, headers, auth }: HttpRequest,
  texts: readonly string[],
  link?: string,
): Response | Promise<Response> {
  return listAnswer(incoming, `[${texts.join(",")}]`, headers, auth, link);
}
