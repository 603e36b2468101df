// The operations on the resources of entities, made of their resource tables.

import type { Method, Resource } from "../../signals/resource.ts";
import type { CommandAction, EntityKind } from "../../signals/signal.ts";
import { created, found, shared } from "./answers.ts";
import { streamsOfChanges, withStream } from "./event-streams.ts";
import { type Content, type HttpMethod, json, type Operation, type PathItem, schemaRef } from "./openapi.ts";
import { headersFor, parameter, parametersOf } from "./parameters.ts";
import { type ResourcePath, resourceTemplate } from "./resource-paths.ts";

interface Described {
  readonly kind: EntityKind;
  readonly row: ResourcePath;
  readonly resource: Resource & { readonly creatable?: boolean };
}

interface Kind {
  readonly method: HttpMethod;
  readonly action: CommandAction;
  readonly verb: string;
  answers(described: Described): Operation["responses"];
  body?(row: ResourcePath): NonNullable<Operation["requestBody"]>;
}

const kinds: Readonly<Record<Method, Kind>> = {
  GET: {
    method: "get",
    action: "retrieve",
    verb: "Read",
    answers: ({ kind, row, resource }) => ({
      200: kind === "thing" ? withStream(found(row.holds)) : found(row.holds),
      ...shared(...(resource.etag === "none" ? [] : [304]), 400, 401, 403, 404, 408, 412, 414, 429, 431, 503),
    }),
  },
  PUT: {
    method: "put",
    action: "modify",
    verb: "Write",
    body: (row) => ({ required: true, content: json(row.takes ?? row.holds) }),
    answers: (described) => ({ ...written(described), ...shared(413, 415) }),
  },
  PATCH: {
    method: "patch",
    action: "merge",
    verb: "Merge into",
    body: (row) => ({ required: true, content: patches(row) }),
    answers: (described) => ({ ...written(described), ...shared(413, 415) }),
  },
  DELETE: {
    method: "delete",
    action: "delete",
    verb: "Delete",
    answers: ({ kind }) => ({ ...shared(204), ...changed(kind) }),
  },
};

const patches = ({ path }: ResourcePath): Content => ({
  "application/merge-patch+json": { schema: schemaRef(path.length === 0 ? "JsonObject" : "JsonValue") },
  "application/json-patch+json": { schema: schemaRef("JsonPatch") },
});

function written({ kind, row, resource }: Described): Operation["responses"] {
  return {
    ...(resource.creatable !== false && { 201: created(row.holds) }),
    ...shared(204),
    ...changed(kind),
  };
}

/** What may become of any change; only those of things can be acknowledged by others. */
function changed(kind: EntityKind): Operation["responses"] {
  const acknowledged = kind === "thing" ? { 200: { $ref: "#/components/responses/Acknowledged" } } : {};
  const failed = kind === "thing" ? [424] : [];
  return {
    ...acknowledged,
    ...shared(202, 400, 401, 403, 404, 408, 409, 412, 414, 429, 431, 503, ...failed),
  };
}

/** The operations of a resource. */
export function pathItem(kind: EntityKind, row: ResourcePath, resource: Described["resource"]): PathItem {
  const described = { kind, row, resource };
  return {
    parameters: parametersOf(resourceTemplate(kind, row.path)),
    ...Object.fromEntries(
      resource.methods.map((method) => [kinds[method].method, operation(kinds[method], described)]),
    ),
  };
}

function operation({ method, action, verb, body, answers }: Kind, described: Described): Operation {
  const { kind, row, resource } = described;
  const fields = action === "retrieve" && row.selectable ? [parameter("fields")] : [];
  return {
    operationId: `${method}${inPascalCase(resource.name)}`,
    summary: `${verb} ${row.says}`,
    ...(kind === "thing" && action === "retrieve" && { description: streamsOfChanges }),
    tags: [tagOf(kind, row)],
    parameters: [...fields, ...headersFor(kind, action)],
    ...(body && { requestBody: body(row) }),
    responses: answers(described),
  };
}

function tagOf(kind: EntityKind, { path }: ResourcePath): string {
  if (kind === "policy") return "Policies";
  return path[0] === "features" ? "Features" : "Things";
}

const inPascalCase = (name: string): string =>
  name.replace(/(?:^| )(\w)/g, (_, first: string) => first.toUpperCase());
