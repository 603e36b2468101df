// The OpenAPI 3.1 document of the HTTP API, made of the resource tables and the schemas of the wire.

import { httpSchemas } from "../../../schema/wire/schemas.ts";
import { matchPolicyPath } from "../../policies/resources.ts";
import type { EntityKind } from "../../signals/signal.ts";
import { thingResource } from "../../things/resources.ts";
import { aggregateParameters, aggregatePaths, thingGroupsSchema } from "./aggregate-paths.ts";
import { headerComponents, sharedAnswers } from "./answers.ts";
import { cloudEventParameters, cloudEventPaths } from "./cloud-event-paths.ts";
import { connectionAnswers, connectionParameters, connectionPaths } from "./connection-paths.ts";
import { claimParameters, messagePaths } from "./message-paths.ts";
import { type PathItem, type Schema, schemaRef } from "./openapi.ts";
import { pathItem } from "./operations.ts";
import { otherPaths } from "./other-paths.ts";
import { parameterComponents } from "./parameters.ts";
import { permissionPaths } from "./permission-paths.ts";
import { policyPaths } from "./policies-paths.ts";
import { predictorAnswerSchemas, predictorParameters, predictorPaths } from "./predictor-paths.ts";
import { type ResourcePath, resourceTemplate, samplePath } from "./resource-paths.ts";
import { searchParameters, searchPaths } from "./search-paths.ts";
import { statePaths } from "./state-paths.ts";
import { thingPaths } from "./things-paths.ts";
import { timeSeriesParameters, timeSeriesPaths, timeSeriesSchema } from "./time-series-paths.ts";

const info = {
  title: "Pollux",
  version: "2",
  summary: "Digital twins for clients of Eclipse Ditto",
  description:
    "Things, their features and policies over HTTP. A path names a resource of an entity; the same resources can be " +
    "read, changed and watched over the WebSocket at /ws/2 with messages of the Ditto Protocol.",
  license: { name: "Apache-2.0", identifier: "Apache-2.0" },
};

const tags = [
  { name: "Things", description: "Things and what describes them." },
  { name: "Features", description: "The functions of things and their state." },
  { name: "Messages", description: "Talking with things and their features." },
  { name: "Policies", description: "Who may do what." },
  { name: "Search", description: "Finding things by what they say, counting and aggregating them." },
  { name: "Connections", description: "Bridges to brokers and endpoints, for operators." },
  { name: "Predictors", description: "Models whose predictions are features of things." },
  { name: "Server", description: "The server itself." },
];

const securitySchemes = {
  basic: { type: "http", scheme: "basic", description: "A user of the server." },
  bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A token of an OpenID Connect issuer that the server trusts.",
  },
  preAuthenticated: {
    type: "apiKey",
    in: "header",
    name: "x-ditto-pre-authenticated",
    description: "The subjects of the caller, told by a proxy in front of a server that trusts it.",
  },
  devops: { type: "http", scheme: "basic", description: "The user 'devops'." },
};

const resources = { thing: thingResource, policy: matchPolicyPath };

function resourcePaths(kind: EntityKind, rows: readonly ResourcePath[]): Record<string, PathItem> {
  return Object.fromEntries(
    rows.map((row) => {
      const resource = resources[kind](samplePath(row.path));
      if (!resource) throw new Error(`No ${kind} has a resource at /${row.path.join("/")}.`);
      return [resourceTemplate(kind, row.path), pathItem(kind, row, resource)];
    }),
  );
}

/** Makes the document. Its server is two levels up from where it is served, whatever a proxy puts before the path. */
export function openApiDocument() {
  return {
    openapi: "3.1.0",
    info,
    servers: [{ url: "../..", description: "The server that this document is from." }],
    security: [{ basic: [] }, { bearer: [] }, { preAuthenticated: [] }],
    tags,
    paths: {
      ...otherPaths,
      ...statePaths,
      ...resourcePaths("thing", thingPaths),
      ...timeSeriesPaths,
      ...messagePaths,
      ...cloudEventPaths,
      ...resourcePaths("policy", policyPaths),
      ...permissionPaths,
      ...searchPaths,
      ...aggregatePaths,
      ...connectionPaths,
      ...predictorPaths,
    },
    components: {
      schemas: {
        ...schemaComponents(),
        ThingGroups: thingGroupsSchema,
        TimeSeries: timeSeriesSchema,
        ...predictorAnswerSchemas,
      },
      parameters: {
        ...parameterComponents(),
        ...claimParameters,
        ...cloudEventParameters,
        ...searchParameters,
        ...aggregateParameters,
        ...connectionParameters,
        ...predictorParameters,
        ...timeSeriesParameters,
      },
      headers: headerComponents(),
      responses: { ...sharedAnswers, ...connectionAnswers },
      securitySchemes,
    },
  };
}

/** The schemas as components, whose references to one another are longer here. */
const schemaComponents = (): Readonly<Record<string, Schema>> =>
  JSON.parse(JSON.stringify(httpSchemas), (key, value: unknown) =>
    key === "$ref" && typeof value === "string" ? schemaRef(value).$ref : value,
  );
