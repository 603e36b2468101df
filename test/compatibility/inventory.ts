// What Ditto 3.9 has for things, policies and connections, by name: its OpenAPI document (tags Things, Features, Policies, Connections), the
// list of query parameters that count as headers (gateway.conf), its header definitions, the topics of its protocol, and its piggyback commands.

import { policyResources } from "./policy-resources.ts";
import { resources } from "./resources.ts";

const methods = ["GET", "PUT", "PATCH", "DELETE"];
const paths = resources.map(({ template }) => `/things/{thingId}${template}`);

export const endpoints: readonly string[] = [
  "GET /things",
  "POST /things",
  ...paths
    .flatMap((path) => methods.map((method) => `${method} ${path}`))
    .filter((endpoint) => endpoint !== "DELETE /things/{thingId}/policyId"),
  "POST /things/{thingId}/migrateDefinition",
  "POST /policies",
  ...policyResources.flatMap(({ template, deleted }) =>
    ["GET", "PUT", ...(deleted ? ["DELETE"] : [])].map(
      (method) => `${method} /policies/{policyId}${template}`,
    ),
  ),
  ...["", "/entries/{label}"].flatMap((entry) =>
    ["activate", "deactivate"].map(
      (verb) => `POST /policies/{policyId}${entry}/actions/${verb}TokenIntegration`,
    ),
  ),
  ...["", "/features/{featureId}"].flatMap((place) =>
    ["inbox", "outbox"].map((box) => `POST /things/{thingId}${place}/${box}/messages/{messageSubject}`),
  ),
  "POST /things/{thingId}/inbox/claim",
  "POST /cloudevents",
  "POST /checkPermissions",
  "GET /whoami",
  "GET /connections",
  "POST /connections",
  ...["GET", "PUT", "DELETE"].map((method) => `${method} /connections/{connectionId}`),
  "POST /connections/{connectionId}/command",
  ...["status", "metrics", "logs"].map((part) => `GET /connections/{connectionId}/${part}`),
  ...["", "/{instanceIndex}"].map((instance) => `POST /devops/piggyback/{serviceName}${instance}`),
  ...["/search/things", "/search/things/count"].flatMap((path) => [`GET ${path}`, `POST ${path}`]),
];

export const parameters: readonly string[] = [
  "ids",
  "fields",
  "namespace",
  "namespaces",
  "option",
  "accept",
  "channel",
  "correlation-id",
  "requested-acks",
  "declared-acks",
  "response-required",
  "timeout",
  "live-channel-timeout-strategy",
  "allow-policy-lockout",
  "condition",
  "live-channel-condition",
  "at-historical-revision",
  "at-historical-timestamp",
  "dry-run",
  "ids-only",
].map((name) => `?${name}`);

export const headers: readonly string[] = [
  "ditto-auth-context",
  "correlation-id",
  "response-required",
  "ditto-dry-run",
  "dry-run",
  "ditto-read-subjects",
  "ditto-read-revoked-subjects",
  "content-type",
  "accept",
  "authorization",
  "reply-to",
  "channel",
  "live-channel-timeout-strategy",
  "ditto-origin",
  "etag",
  "if-match",
  "if-none-match",
  "if-equal",
  "ditto-reply-target",
  "divert-response-to-connection",
  "divert-expected-response-types",
  "diverted-response-from-connection",
  "ditto-expected-response-types",
  "ditto-inbound-payload-mapper",
  "ditto-originator",
  "requested-acks",
  "declared-acks",
  "timeout",
  "ditto-entity-id",
  "www-authenticate",
  "location",
  "ditto-connection-id",
  "put-metadata",
  "get-metadata",
  "delete-metadata",
  "ditto-metadata",
  "allow-policy-lockout",
  "ditto-weak-ack",
  "ditto-event-journal-tags",
  "traceparent",
  "tracestate",
  "ditto-sudo",
  "ditto-retrieve-deleted",
  "ditto-ackgregator-address",
  "condition",
  "live-channel-condition",
  "live-channel-condition-matched",
  "at-historical-revision",
  "at-historical-timestamp",
  "historical-headers",
  "entity-revision",
  "ditto-pre-defined-extra-fields",
  "ditto-pre-defined-extra-fields-read-grant",
  "ditto-partial-access-paths",
  "ditto-pre-defined-extra-fields-object",
  "merge-thing-patch-conditions",
  "policy-view",
  "ditto-policy-view-fields-selector",
  "version",
  "x-ditto-pre-authenticated",
  "x-forwarded-proto",
  "origin",
  "accept-encoding",
];

const actions = ["create", "modify", "merge", "delete", "retrieve"];

export const commands: readonly string[] = [
  ...resources.flatMap(({ template }) => actions.map((action) => `${action} ${template || "/"}`)),
  "retrieve several",
  "migrate /",
  "create policy /",
  ...policyResources.flatMap(({ template, deleted, referenced }) =>
    ["retrieve", "modify", ...(deleted && !referenced ? ["delete"] : [])].map(
      (action) => `${action} policy ${template || "/"}`,
    ),
  ),
  "checkPermissions",
];

/** The commands to connectivity that Ditto's page about piggyback lists. */
export const piggybackCommands: readonly string[] = [
  ...["create", "modify", "delete", "open", "close", "test", "retrieve"].map((verb) => `${verb}Connection`),
  ...["Status", "Metrics", "Logs"].map((part) => `retrieveConnection${part}`),
  ...["enableConnectionLogs", "resetConnectionLogs", "resetConnectionMetrics", "retrieveAllConnectionIds"],
  ...["", "Status", "Abort"].map((part) => `migrateEncryption${part}`),
]
  .map((name) => `connectivity.commands:${name}`)
  .concat(["IdsByTag", "Tags"].map((what) => `connectivity.sudo.commands:sudoRetrieveConnection${what}`));
