// What there is beside the resources of entities: collections, and what the server says of itself.

import { created, said, shared, told200 } from "./answers.ts";
import { streamsOfChanges, withStream } from "./event-streams.ts";
import { json, type Operation, type PathItem } from "./openapi.ts";
import { headersFor, parameter } from "./parameters.ts";

const listed = ["correlation-id", "ditto-originator", "response-required"];

function creation(kind: "thing" | "policy", name: string, says: string): Operation {
  return {
    operationId: `post${name}`,
    summary: `Create ${says} whose ID the server chooses`,
    tags: [kind === "thing" ? "Things" : "Policies"],
    parameters: [parameter("namespace"), ...headersFor(kind, "create")],
    requestBody: { required: true, content: json(`New${name}`) },
    responses: {
      201: created(name),
      ...(kind === "thing" && { 200: { $ref: "#/components/responses/Acknowledged" } }),
      ...shared(202, 400, 401, 403, 404, 408, 409, 412, 413, 414, 415, 429, 431, 503),
      ...(kind === "thing" && shared(424)),
    },
  };
}

/** For everybody, without authentication. */
const open = { security: [] };

const ask = (operationId: string, summary: string, responses: Operation["responses"]): Operation => ({
  operationId,
  summary,
  tags: ["Server"],
  responses,
});

/** Operations that no resource table has. */
export const otherPaths: Readonly<Record<string, PathItem>> = {
  "/api/2/things": {
    get: {
      operationId: "getThings",
      summary: "Read several things, or list all that the caller may see",
      description: streamsOfChanges,
      tags: ["Things"],
      parameters: ["ids", "namespaces", "option", "fields", "correlation-id"].map(parameter),
      responses: {
        200: withStream(told200("ThingList", "The things.", ...listed, "link")),
        ...shared(400, 401, 403, 414, 429, 431, 503),
      },
    },
    post: creation("thing", "Thing", "a thing"),
  },
  "/api/2/policies": { post: creation("policy", "Policy", "a policy") },
  "/api/2/whoami": {
    get: {
      ...ask("getWhoAmI", "Read whom the server takes the caller for", {
        200: told200("WhoAmI", "The caller.", "correlation-id", "response-required"),
        ...shared(400, 401, 414, 429, 431, 503),
      }),
      parameters: [parameter("correlation-id")],
    },
  },
  "/api/2/openapi.json": {
    get: {
      ...ask("getOpenApi", "Read this document", {
        200: {
          description: "The document.",
          content: { "application/json": { schema: { type: "object" } } },
        },
        304: { description: "It is what the caller knows already." },
        "4XX": said("It is not read that way."),
      }),
      ...open,
    },
  },
  "/health": {
    get: {
      ...ask("getHealth", "Read whether the server can do its work", {
        200: told200("Health", "It can."),
        503: told200("Health", "It cannot, for now."),
        "4XX": said("It is not read that way."),
      }),
      ...open,
    },
  },
  "/status": {
    get: {
      ...ask("getStatus", "Read facts of the running server", {
        200: told200("Status", "The facts."),
        "4XX": said("It is not read that way."),
      }),
      ...open,
    },
  },
  "/overall/status": {
    get: {
      ...ask("getOverallStatus", "Read facts of the running server, as its operator", {
        200: told200("Status", "The facts."),
        401: said("The caller is no operator.", "www-authenticate"),
        ...shared(400, 403, 429, 503),
      }),
      security: [{ devops: [] }, { bearer: [] }],
    },
  },
};
