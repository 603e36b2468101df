// `/api/2/things`: create with a generated id, read several, list all that the caller may see.

import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { parseFields } from "../../base/json/fields.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { NamespaceAccess } from "../../conversation/namespace-access.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { ThingList } from "../../dispatch/thing-list.ts";
import { listAnswer, methodNotAllowed } from "./answers.ts";
import type { EntityRoutes, HttpRequest } from "./entity-requests.ts";
import { readOption } from "./list-option.ts";
import { refuseLive } from "./live-requests.ts";
import { notCreatableLive } from "./message-errors.ts";
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
      refuseLive(request);
      return request.target.query?.has("ids") ? several(request, list) : all(routes, request, list);
    case "POST":
      if (request.headers.channel === "live") throw notCreatableLive();
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
  // What is no ID is for the list to refuse.
  if (request.reach)
    for (const id of ids.filter(isNamespacedId)) request.reach.check("thing", namespaceOf(id));
  const texts = await list.several(ids, request.auth, request.headers, fieldsOf(request));
  return respond(request, texts);
}

async function all(routes: EntityRoutes, request: HttpRequest, list: ThingList): Promise<Response> {
  const { size, after } = readOption(request.target.query?.get("option") ?? undefined);
  const asked = request.target.query?.get("namespaces")?.split(",");
  const ofNamespace = listedNamespaces(asked, request.reach);
  const page = await list.page({ after, size, ofNamespace }, request.auth, fieldsOf(request));
  const given = request.target.query?.get("option") ?? undefined;
  const links = [`<${pageUrl(routes, request, given)}>; rel=canonical`];
  if (page.next) {
    const option = `cursor(${Buffer.from(page.next).toString("base64url")}),size(${size})`;
    links.push(`<${pageUrl(routes, request, option)}>; rel=next`);
  }
  return respond(request, page.things, links.join(", "));
}

/** Tells the namespaces that were asked for and can be reached; `undefined` where that is all of them. */
function listedNamespaces(
  asked: readonly string[] | undefined,
  reach: NamespaceAccess | undefined,
): ((namespace: string) => boolean) | undefined {
  const names = reach ? reach.namespacesFor(asked) : asked;
  if (!reach) return names && ((namespace) => names.includes(namespace));
  return (namespace) =>
    reach.mayAccess("thing", namespace) && (names === undefined || names.includes(namespace));
}

/** The list that a request asks for, on a page of it; what else the request says would only lengthen the header. */
function pageUrl({ base }: EntityRoutes, { target }: HttpRequest, option: string | undefined): string {
  const query = new URLSearchParams();
  for (const name of ["namespaces", "fields"]) {
    const value = target.query?.get(name);
    if (value) query.set(name, value);
  }
  if (option !== undefined) query.set("option", option);
  return query.size === 0 ? base : `${base}?${query}`;
}

function respond(
  { incoming, headers, auth }: HttpRequest,
  texts: readonly string[],
  link?: string,
): Response | Promise<Response> {
  return listAnswer(incoming, `[${texts.join(",")}]`, headers, auth, link);
}
