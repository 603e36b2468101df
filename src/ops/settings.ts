// Every knob of the server, one row each. Parsing, the command line, --help and docs/settings.md are made from this
// table. Where Ditto has an environment variable for the same thing, its name is used.

import { entityCreation } from "./entity-creation.ts";
import {
  bytes,
  duration,
  flag,
  headerNames,
  host,
  type Kind,
  keeping,
  mediaTypes,
  namespace,
  oneOf,
  origins,
  pattern,
  port,
  secret,
  text,
  url,
  users,
  whole,
} from "./setting-kinds.ts";

export interface Setting<T = unknown> {
  /** Environment variables; the first that is set counts. The options of the command line have the same names. */
  readonly names: readonly [string, ...string[]];
  readonly kind: Kind<T>;
  /** What counts when nothing is set, as one would write it; absent where nothing stands for it. */
  readonly fallback: string | undefined;
  readonly says: string;
}

type Names = string | readonly [string, ...string[]];

/** A setting that always has a value. */
function setting<T>(names: Names, kind: Kind<T>, fallback: string, says: string): Setting<T> {
  return { names: typeof names === "string" ? [names] : names, kind, fallback, says };
}

/** A setting that may be absent. */
function optional<T>(name: string, kind: Kind<T>, says: string): Setting<T | undefined> {
  return { names: [name], kind, fallback: undefined, says };
}

export const settings = {
  bindHostname: setting(
    "BIND_HOSTNAME",
    host,
    "127.0.0.1",
    "Address to listen on; 0.0.0.0 for all. HOSTNAME is not read, since every shell sets it.",
  ),
  httpPort: setting(
    ["HTTP_PORT", "PORT"],
    port,
    "8080",
    "Port of the HTTP API and the WebSocket; 0 takes any free one. Where both names are set, HTTP_PORT counts.",
  ),
  users: optional(
    "USERS",
    users,
    "Who may log in with HTTP Basic, as the subject nginx:{name}. Unset: the quick-start user ditto with password " +
      "ditto, on a loopback address only.",
  ),
  enablePreAuthentication: setting(
    "ENABLE_PRE_AUTHENTICATION",
    flag,
    "false",
    "Trusts the header x-ditto-pre-authenticated. Only for servers that nobody can reach but through a proxy which " +
      "sets or removes that header.",
  ),
  devopsPassword: optional(
    "DEVOPS_PASSWORD",
    secret,
    "Password of the user devops, who alone may see /overall/status and /devops; unset: nobody may. Unlike " +
      "Ditto's, it has no default.",
  ),
  devopsSecured: setting(
    "DEVOPS_SECURED",
    flag,
    "true",
    "Whether /overall/status and /devops ask for that password.",
  ),
  logLevel: setting(
    "LOG_LEVEL",
    oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
    "info",
    "The least important messages that are logged.",
  ),
  dataDir: setting("DATA_DIR", text, "./data", "Where the embedded database lives."),
  databaseUrl: optional(
    "DATABASE_URL",
    url("postgres", "postgresql"),
    "A PostgreSQL (15 or later) to use instead of the embedded database.",
  ),
  natsUrl: optional(
    "NATS_URL",
    url("nats", "tls", "ws", "wss"),
    "Reserved for clusters, which are not built yet: the server refuses to start with it.",
  ),
  cacheSize: setting(
    "CACHE_SIZE",
    bytes,
    "256M",
    "How much JSON of things, and again of policies, is kept in memory; the least recently used leave first. As " +
      "objects it takes about three times as much.",
  ),
  defaultNamespace: setting(
    "DITTO_DEFAULT_NAMESPACE",
    namespace,
    "org.eclipse.ditto",
    "Namespace of the things whose creator gives no ID.",
  ),
  maxThingBytes: setting(
    "LIMITS_THINGS_MAX_SIZE",
    bytes,
    "100k",
    "The largest thing accepted, in characters of its JSON.",
  ),
  maxPolicyBytes: setting(
    "LIMITS_POLICIES_MAX_SIZE",
    bytes,
    "100k",
    "The largest policy accepted, in characters of its JSON.",
  ),
  cleanupEnabled: setting(
    "CLEANUP_ENABLED",
    flag,
    "true",
    "Whether history that is older than CLEANUP_HISTORY_RETENTION_DURATION is deleted in the background.",
  ),
  historyRetention: setting(
    "CLEANUP_HISTORY_RETENTION_DURATION",
    keeping,
    "3d",
    "How long every state of a thing or policy can be read again. What is older stays up to a day longer; the newest " +
      "state stays always.",
  ),
  cleanupQuietPeriod: setting(
    "CLEANUP_QUIET_PERIOD",
    duration,
    "5m",
    "How long the clean-up of history rests after the start and after each round through all things and policies.",
  ),
  thingHeadersToKeep: optional(
    "THING_EVENT_HISTORICAL_HEADERS_TO_PERSIST",
    headerNames,
    "Headers that history keeps of a command that changed a thing, as ditto-originator,correlation-id; unset: none.",
  ),
  policyHeadersToKeep: optional(
    "POLICY_EVENT_HISTORICAL_HEADERS_TO_PERSIST",
    headerNames,
    "The same for policies.",
  ),
  maxRequestBytes: setting(
    "MAX_REQUEST_BYTES",
    bytes,
    "1M",
    "The largest HTTP body or WebSocket frame that is read at all.",
  ),
  removeEmptyObjects: setting(
    "MERGE_REMOVE_EMPTY_OBJECTS_AFTER_PATCH_CONDITION_FILTERING",
    flag,
    "false",
    "Whether a merge leaves out the empty objects that conditions on parts of it leave behind.",
  ),
  maxHeaderBytes: setting(
    "LIMITS_MESSAGES_HEADERS_SIZE",
    bytes,
    "5k",
    "The largest headers of one request, names and values together; beyond, 431.",
  ),
  maxSubjects: setting(
    "LIMITS_MESSAGES_AUTH_SUBJECTS_COUNT",
    whole(1),
    "100",
    "The most subjects that one request may speak for; beyond, 431.",
  ),
  acceptedMediaTypes: setting(
    "ADDITIONAL_ACCEPTED_MEDIA_TYPES",
    mediaTypes,
    "application/octet-stream",
    "Media types that a JSON body may have besides application/json, separated by commas.",
  ),
  requestTimeout: setting(
    "REQUEST_TIMEOUT",
    duration,
    "60s",
    "How long a request may take to arrive completely.",
  ),
  idleTimeout: setting(
    "IDLE_TIMEOUT",
    duration,
    "610s",
    "How long an HTTP connection stays open between two requests.",
  ),
  fireAndForgetTimeout: setting(
    "FIRE_AND_FORGET_ENFORCEMENT_TIMEOUT",
    duration,
    "3s",
    "How long an HTTP request that requires no response is watched for a refusal; then it is answered with 202.",
  ),
  enableCors: setting(
    "ENABLE_CORS",
    flag,
    "false",
    "Whether pages of other origins may use the HTTP API: of all, or of those in CORS_ORIGINS.",
  ),
  corsOrigins: optional("CORS_ORIGINS", origins, "The only origins that ENABLE_CORS is for; unset: all."),
  forceHttps: setting(
    "FORCE_HTTPS",
    flag,
    "false",
    "Refuses requests (404) that did not come by HTTPS, by what the proxy says in X-Forwarded-Proto.",
  ),
  redirectToHttps: setting(
    "REDIRECT_TO_HTTPS",
    flag,
    "false",
    "With FORCE_HTTPS: redirects such requests instead, except on the paths of the next pattern.",
  ),
  redirectToHttpsBlocklist: setting(
    "REDIRECT_TO_HTTPS_BLOCKLIST_PATTERN",
    pattern,
    "/api.*|/ws.*|/status.*|/overall.*",
    "Paths that are refused and never redirected to HTTPS, as a regular expression (RE2) for the whole path.",
  ),
  wsSubscriberBackpressure: setting(
    "WS_SUBSCRIBER_BACKPRESSURE",
    whole(1),
    "100",
    "How many commands of one WebSocket are in work at once; then it is read no further.",
  ),
  wsMaxBuffered: setting(
    "WS_MAX_BUFFERED",
    bytes,
    "4M",
    "How much may wait for a slow WebSocket client to take it; beyond, its session is closed.",
  ),
  shutdownTimeout: setting(
    "COORDINATED_SHUTDOWN_REQUEST_TIMEOUT",
    duration,
    "65s",
    "How long a stopping server waits for the requests it has accepted.",
  ),
  entityCreation: setting(
    "ENTITY_CREATION",
    entityCreation,
    '{"grant":[{}],"revoke":[]}',
    "Who may create what: JSON of the form of Ditto's configuration ditto.entity-creation. Entries of both lists have " +
      "resource-types, namespaces, auth-subjects and thing-definitions; * and ? are wildcards.",
  ),
} as const;

export type SettingKey = keyof typeof settings;

/** The option of the command line for a variable: `HTTP_PORT` is `--http-port`. */
export const optionOf = (name: string): string => `--${name.toLowerCase().replaceAll("_", "-")}`;
