// How the server is doing, for everybody and for operators.

import { said, shared } from "./answers.ts";
import { componentRef, type Operation, type PathItem } from "./openapi.ts";

const object = (description: string) => ({
  description,
  content: { "application/json": { schema: { type: "object" } } },
});
/** Ditto answers statistics as commands, with their headers. */
const statistics = (description: string) => ({
  ...object(description),
  headers: Object.fromEntries(
    ["correlation-id", "response-required"].map((name) => [name, componentRef("headers", name)]),
  ),
});
const plain = (description: string) => ({
  description,
  content: { "text/plain": { schema: { type: "string" } } },
});

const read = (
  operationId: string,
  summary: string,
  responses: Operation["responses"],
  more: object = {},
): PathItem => ({ get: { operationId, summary, tags: ["Server"], responses, ...more } });

const notRead = { "4XX": said("It is not read that way.") };

const open = (operationId: string, summary: string, responses: Operation["responses"]) =>
  read(operationId, summary, { ...responses, ...notRead }, { security: [] });

const forOperators = (
  operationId: string,
  summary: string,
  responses: Operation["responses"],
  parameters: readonly object[] = [],
) =>
  read(
    operationId,
    summary,
    {
      ...responses,
      401: said("The caller is no operator.", "www-authenticate"),
      ...shared(400, 403, 429, 503),
    },
    { security: [{ devops: [] }, { bearer: [] }], ...(parameters.length > 0 && { parameters }) },
  );

const several = (name: string, description: string) => ({
  ...{ name, in: "query", description },
  schema: { type: "array", items: { type: "string" } },
  explode: true,
});

export const statePaths: Readonly<Record<string, PathItem>> = {
  "/alive": open("getAlive", "Read whether the process answers at all", { 200: plain("It does.") }),
  "/ready": open("getReady", "Read whether this node should be sent requests", {
    200: plain("It should."),
    503: plain("It should not, and why."),
  }),
  "/status/health": open("getStatusHealth", "Read how the parts of this node are doing", {
    200: object("All of them do their work."),
    503: object("Some do not."),
  }),
  "/status/cluster": open("getStatusCluster", "Read which nodes this one knows", {
    200: object("The nodes."),
  }),
  "/stats/things": open("getStatistics", "Read how many entities are in memory", {
    200: statistics("The numbers of all nodes together."),
  }),
  "/stats/search": open("getSearchStatistics", "Read how many things there are", {
    200: statistics("The number, of the last 15 seconds."),
  }),
  "/stats/things/details": forOperators(
    "getStatisticsDetails",
    "Read how many entities are in memory, by namespace",
    { 200: statistics("The numbers of all nodes together.") },
    [
      several("entity", "Only of these: thing, policy, search-wildcard-updater."),
      several("namespace", "Only of these namespaces."),
    ],
  ),
  "/overall/status/health": forOperators("getOverallHealth", "Read how the parts of all nodes are doing", {
    200: object("All of them do their work."),
    503: object("Some do not."),
  }),
  "/overall/status/cluster": forOperators(
    "getOverallCluster",
    "Read which nodes this one knows, as an operator",
    {
      200: object("The nodes."),
    },
  ),
  "/devops/logging": forOperators("getLogLevels", "Read the levels of the log, by service and node", {
    200: object("The levels."),
  }),
  "/devops/config": forOperators(
    "getConfiguration",
    "Read the settings in force, without secrets, by service and node",
    { 200: object("The settings.") },
    [{ name: "path", in: "query", description: "Only what is at this path.", schema: { type: "string" } }],
  ),
};
