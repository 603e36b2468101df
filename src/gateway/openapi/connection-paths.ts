// Connections: for operators.

import { said, shared, told200 } from "./answers.ts";
import {
  type Answer,
  type Content,
  componentRef,
  json,
  type Operation,
  type Parameter,
  type PathItem,
  type Reference,
  schemaRef,
} from "./openapi.ts";
import { parameter } from "./parameters.ts";

const base = "/api/2/connections";
const one = `${base}/{connectionId}`;
const told = ["correlation-id", "response-required"];

/** The parameters as components of the document. */
export const connectionParameters: Readonly<Record<string, Parameter>> = {
  connectionId: {
    name: "connectionId",
    in: "path",
    required: true,
    description: "ID of the connection.",
    schema: schemaRef("ConnectionId"),
  },
  connectionDryRun: {
    name: "dry-run",
    in: "query",
    description: "Whether the connection is only to be tried: then 200 tells that it can be made.",
    schema: { type: "boolean", default: false },
  },
  connectionIdsOnly: {
    name: "ids-only",
    in: "query",
    description: "Whether only the IDs are to be told.",
    schema: { type: "boolean", default: false },
  },
};

/** The answer to a connection that cannot be made. */
export const connectionAnswers: Readonly<Record<string, Answer>> = {
  ConnectionFailed: {
    description: "The broker cannot be reached, or does not accept the connection.",
    content: json("Error"),
  },
};

const failed = { 504: componentRef("responses", "ConnectionFailed") };
const refused = (...more: readonly number[]) => ({
  401: said("The caller is no operator.", "www-authenticate"),
  ...shared(400, 403, 408, 414, 429, 431, 503, ...more),
});
const done: Answer = { description: "It is done.", headers: headersOf(...told, "entity-revision") };
const of = (schema: string, ...names: readonly string[]): Answer =>
  told200(schema, "The answer.", ...told, ...names);

function headersOf(...names: readonly string[]): Readonly<Record<string, Reference>> {
  return Object.fromEntries(names.map((name) => [name, componentRef("headers", name)]));
}

function operation(
  operationId: string,
  summary: string,
  responses: Operation["responses"],
  more: { readonly parameters?: readonly string[]; readonly body?: Content } = {},
): Operation {
  return {
    ...{ operationId, summary, tags: ["Connections"] },
    parameters: [...(more.parameters ?? []), "correlation-id", "timeout"].map(parameter),
    ...(more.body && { requestBody: { required: true, content: more.body } }),
    responses,
    security: [{ devops: [] }, { bearer: [] }],
  };
}

const ofConnection = { parameters: [parameter("connectionId")] };

const insight = (part: string, schema: string, summary: string): readonly [string, PathItem] => [
  `${one}/${part}`,
  {
    ...ofConnection,
    get: operation(`getConnection${part[0]?.toUpperCase()}${part.slice(1)}`, summary, {
      200: of(schema),
      ...refused(404),
    }),
  },
];

const mappingTest = (operationId: string, summary: string, ...more: readonly number[]): Operation =>
  operation(
    operationId,
    summary,
    { 200: of("MappingTestResult"), ...refused(415, ...more) },
    { body: json("MappingTest") },
  );

const commands = {
  "text/plain": {
    schema: {
      type: "string",
      enum: [
        "openConnection",
        "closeConnection",
        "enableConnectionLogs",
        "resetConnectionLogs",
        "resetConnectionMetrics",
      ].map((name) => `connectivity.commands:${name}`),
    },
  },
};

export const connectionPaths: Readonly<Record<string, PathItem>> = {
  [base]: {
    get: operation(
      "getConnections",
      "List the connections",
      { 200: of("ConnectionList"), ...refused() },
      { parameters: ["fields", "connectionIdsOnly"] },
    ),
    post: operation(
      "postConnection",
      "Create a connection whose ID the server chooses, or try one",
      {
        200: done,
        201: { ...of("Connection", "location", "entity-revision"), description: "It was created." },
        ...refused(409, 415),
        ...failed,
      },
      { parameters: ["connectionDryRun"], body: json("NewConnection") },
    ),
  },
  [`${base}/mapping-test`]: {
    post: mappingTest("postMappingTest", "See what mappers make of a sample message; changes nothing"),
  },
  [one]: {
    ...ofConnection,
    get: operation(
      "getConnection",
      "Read a connection",
      {
        200: of("Connection", "entity-revision", "etag", "historical-headers"),
        ...shared(304),
        ...refused(404, 412),
      },
      {
        parameters: [
          "fields",
          "if-match",
          "if-none-match",
          "at-historical-revision",
          "at-historical-timestamp",
        ],
      },
    ),
    put: operation(
      "putConnection",
      "Write a connection; an open one is made anew",
      {
        201: { ...of("Connection", "location", "entity-revision"), description: "It was created." },
        ...shared(204),
        ...refused(412, 415),
        ...failed,
      },
      { parameters: ["if-match", "if-none-match", "if-equal"], body: json("Connection") },
    ),
    delete: operation(
      "deleteConnection",
      "Delete a connection, after closing it",
      { ...shared(204), ...refused(404, 412) },
      { parameters: ["if-match", "if-none-match"] },
    ),
  },
  [`${one}/command`]: {
    ...ofConnection,
    post: operation(
      "postConnectionCommand",
      "Open or close a connection, or reset what is told of it",
      { 200: done, ...refused(404, 412, 415), ...failed },
      { body: commands },
    ),
  },
  ...Object.fromEntries([
    insight("status", "ConnectionStatus", "Read how a connection is doing"),
    insight("metrics", "ConnectionMetrics", "Read what happened to the messages of a connection"),
    insight("logs", "ConnectionLogs", "Read the logs of a connection"),
  ]),
  [`${one}/mapping-test`]: {
    ...ofConnection,
    post: mappingTest(
      "postConnectionMappingTest",
      "See what the mappers of a connection make of a sample message; changes nothing",
      404,
    ),
  },
};
