// Every knob of the server, one row each. Parsing, the command line, --help and docs/settings.md are made from this
// table. Where Ditto has an environment variable for the same thing, its name is used.

import { entityCreation } from "./entity-creation.ts";
import { password, subjects, usersFile } from "./login-kinds.ts";
import { namespaceAccessRules } from "./namespace-access.ts";
import { namespacePolicies } from "./namespace-policies.ts";
import { openIdConnectIssuers } from "./openid-connect-issuers.ts";
import { factor, granularity } from "./policy-announcements.ts";
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
  text,
  url,
  users,
  whole,
} from "./setting-kinds.ts";
import { tokenIntegrationSubject } from "./token-integration.ts";

export interface Setting<T = unknown> {
  /** Environment variables; the first that is set counts. The options of the command line have the same names. */
  readonly names: readonly [string, ...string[]];
  readonly kind: Kind<T>;
  /** What counts when nothing is set, as one would write it; absent where nothing stands for it. */
  readonly fallback: string | undefined;
  readonly says: string;
  /** Ditto's path in its configuration, where `-D{path}=…` sets it too. */
  readonly path?: string;
}

type Names = string | readonly [string, ...string[]];

/** A setting that always has a value. */
function setting<T>(names: Names, kind: Kind<T>, fallback: string, says: string, path?: string): Setting<T> {
  return {
    names: typeof names === "string" ? [names] : names,
    kind,
    fallback,
    says,
    ...(path === undefined ? {} : { path }),
  };
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
    "Who may log in with HTTP Basic, as the subject nginx:{name}. A password may be a hash of bcrypt. Unset, and no " +
      "USERS_FILE: the quick-start user ditto with password ditto, on a loopback address without " +
      "ENABLE_PRE_AUTHENTICATION only.",
  ),
  usersFile: optional(
    "USERS_FILE",
    usersFile,
    "More of them: a file as htpasswd -B writes it for nginx, with hashes of bcrypt. It is read at start.",
  ),
  wsBasicParameter: setting(
    "WS_BASIC_PARAMETER",
    flag,
    "false",
    "Whether a WebSocket may be opened with ?basic=name:password, percent-encoded. Proxies like to log URIs.",
  ),
  loginFailuresPerName: setting(
    "LOGIN_FAILURES_PER_NAME",
    whole(0),
    "10",
    "How many wrong passwords for one user may come from one address in LOGIN_FAILURES_WINDOW; beyond, 429. 0: any " +
      "number.",
  ),
  loginFailuresPerAddress: setting(
    "LOGIN_FAILURES_PER_ADDRESS",
    whole(0),
    "100",
    "The same for all users together. Those who logged in before go on.",
  ),
  loginFailuresWindow: setting(
    "LOGIN_FAILURES_WINDOW",
    duration,
    "5m",
    "From the first wrong password until it is forgotten.",
  ),
  trustedProxies: setting(
    "TRUSTED_PROXIES",
    whole(0, 10),
    "0",
    "How many proxies are in front of the server, of which each adds to X-Forwarded-For the address that asked it. Wrong " +
      "passwords are counted by the address so found; with 0 by that of the connection.",
  ),
  enablePreAuthentication: setting(
    ["ENABLE_PRE_AUTHENTICATION", "ENABLE_DUMMY_AUTH"],
    flag,
    "false",
    "Trusts the header x-ditto-pre-authenticated. Only for servers that nobody can reach but through a proxy which " +
      "sets or removes that header.",
  ),
  devopsSecured: setting(
    "DEVOPS_SECURED",
    flag,
    "true",
    "Whether /overall/status and /devops are for operators only, who prove it as the next settings say.",
  ),
  devopsAuthenticationMethod: setting(
    "DEVOPS_AUTHENTICATION_METHOD",
    oneOf(["basic", "oauth2"]),
    "basic",
    "How operators log in to /devops: as the user devops with a password, or with a JSON Web Token of one of the " +
      "issuers for operators.",
  ),
  devopsPassword: optional(
    "DEVOPS_PASSWORD",
    password,
    "Password of the user devops; unset: nobody has it. Unlike Ditto's, it has no default.",
  ),
  devopsOauth2Subjects: optional(
    "DEVOPS_OAUTH2_SUBJECTS",
    subjects,
    "The subjects whose tokens open /devops; unset: all that an issuer for operators gives a token.",
  ),
  devopsStatusSecured: setting(
    "DEVOPS_STATUS_SECURED",
    flag,
    "true",
    "Whether /overall/status is for operators only; DEVOPS_SECURED must be true as well.",
  ),
  statusAuthenticationMethod: setting(
    "STATUS_AUTHENTICATION_METHOD",
    oneOf(["basic", "oauth2"]),
    "basic",
    "How operators log in to /overall/status.",
  ),
  statusPassword: optional(
    "STATUS_PASSWORD",
    password,
    "Another password of the user devops, for /overall/status only. Unlike Ditto's, it has no default.",
  ),
  statusOauth2Subjects: optional(
    "STATUS_OAUTH2_SUBJECTS",
    subjects,
    "The subjects whose tokens open /overall/status; unset: all that an issuer for operators gives a token.",
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
  maxPolicyImports: setting(
    "LIMITS_POLICIES_MAX_IMPORTS",
    whole(1, 1000),
    "10",
    "The most policies that one policy may import.",
  ),
  policyLockoutPrevention: setting(
    "DITTO_DEVOPS_FEATURE_POLICY_LOCKOUT_PREVENTION_ENABLED",
    flag,
    "true",
    "Whether a policy that imports nothing must name a subject with WRITE on policy:/ that does not expire.",
    "ditto.devops.feature.policy-lockout-prevention-enabled",
  ),
  namespacePolicies: setting(
    "NAMESPACE_POLICIES",
    namespacePolicies,
    "{}",
    "Root policies of namespaces, whose implicit entries count in every policy of the namespace: JSON of the form of " +
      'Ditto\'s namespace-policies, as {"org.example":["org.example:root"],"org.example.*":["org.example:root"]}; * is ' +
      "every namespace.",
    "ditto.namespace-policies",
  ),
  subjectExpiryGranularity: setting(
    "POLICY_SUBJECT_EXPIRY_GRANULARITY",
    granularity,
    "1h",
    "To what the expiry of a subject of a policy is rounded up.",
  ),
  announcementGranularity: setting(
    "POLICY_SUBJECT_DELETION_ANNOUNCEMENT_GRANULARITY",
    granularity,
    "1m",
    "To what the time before an expiry is rounded up at which the expiry is announced.",
  ),
  announcementGracePeriod: setting(
    "POLICY_ANNOUNCEMENT_GRACE_PERIOD",
    keeping,
    "4h",
    "How long after its expiry a subject stays in its policy, without rights, and a deletion is announced again, while " +
      "the requested acknowledgements of the announcement are missing.",
  ),
  announcementMaxTimeout: setting(
    "POLICY_ANNOUNCEMENT_MAX_TIMEOUT",
    duration,
    "60s",
    "The longest that acknowledgements of an announcement are waited for before it is published again.",
  ),
  announceWhenDeleted: setting(
    "POLICY_ENABLE_ANNOUNCEMENTS_WHEN_DELETED",
    flag,
    "true",
    "Whether the deletion of subjects is announced whose announcement asks for it (whenDeleted).",
  ),
  announcementRandomization: setting(
    "POLICY_ANNOUNCEMENT_DEFAULT_RANDOMIZATION_INTERVAL",
    keeping,
    "5m",
    "Announcements before an expiry come up to so much earlier, spread evenly, where a subject does not say " +
      "otherwise (randomizationInterval).",
  ),
  announcementBackoffMin: setting(
    "POLICY_ANNOUNCEMENT_BACKOFF_MIN",
    duration,
    "1s",
    "What the wait before an announcement is published again starts from.",
  ),
  announcementBackoffMax: setting(
    "POLICY_ANNOUNCEMENT_BACKOFF_MAX",
    duration,
    "1h",
    "The longest such wait.",
  ),
  announcementBackoffRandomFactor: setting(
    "POLICY_ANNOUNCEMENT_BACKOFF_RANDOM_FACTOR",
    factor,
    "1.0",
    "How much chance is in such a wait: each is the one before times 1.5, and 0.5 times this times a random number.",
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
    "ditto.entity-creation",
  ),
  namespaceAccess: setting(
    "NAMESPACE_ACCESS",
    namespaceAccessRules,
    "[]",
    "Who may reach which namespaces at all: JSON of the form of Ditto's configuration namespace-access. Rules have " +
      "conditions (texts with jwt:…, header:… and time:… that must come to something), resource-types, " +
      "allowed-namespaces and blocked-namespaces; * and ? are wildcards. Without rules nothing is restricted.",
    "ditto.gateway.authentication.namespace-access",
  ),
  tokenIntegrationSubject: setting(
    "OAUTH_TOKEN_INTEGRATION_SUBJECT",
    tokenIntegrationSubject,
    "integration:{{policy-entry:label}}:{{jwt:aud}}",
    "The subject that the action activateTokenIntegration puts into policies: a text with the placeholders jwt:…, " +
      "header:… and policy-entry:label. Several values make several subjects.",
    "ditto.gateway.authentication.oauth.token-integration-subject",
  ),
  openIdConnectIssuers: setting(
    "OPENID_CONNECT_ISSUERS",
    openIdConnectIssuers,
    "{}",
    "Whose tokens (JWT) log in: JSON of the form of Ditto's openid-connect-issuers. Each prefix of subjects has issuer " +
      "or issuers (without https://), auth-subjects (unset: {{jwt:sub}}), inject-claims-into-headers and " +
      "prerequisite-conditions. Unlike Ditto's, it trusts nobody by default, not even accounts.google.com.",
    "ditto.gateway.authentication.oauth.openid-connect-issuers",
  ),
  oauthProtocol: setting(
    "OAUTH_PROTOCOL",
    oneOf(["https", "http"]),
    "https",
    "How those issuers are asked for their keys. With http, whoever is between can log in as anybody: loopback only.",
    "ditto.gateway.authentication.oauth.protocol",
  ),
  oauthAllowedClockSkew: setting(
    "OAUTH_ALLOWED_CLOCK_SKEW",
    keeping,
    "10s",
    "How far the clocks of those issuers may differ from ours, where a token says when it begins and ends.",
    "ditto.gateway.authentication.oauth.allowed-clock-skew",
  ),
  devopsOpenIdConnectIssuers: setting(
    "DEVOPS_OPENID_CONNECT_ISSUERS",
    openIdConnectIssuers,
    "{}",
    "The same as OPENID_CONNECT_ISSUERS, for /overall/status and /devops; who of them may is said by " +
      "DEVOPS_OAUTH2_SUBJECTS and STATUS_OAUTH2_SUBJECTS.",
    "ditto.gateway.authentication.devops.oauth.openid-connect-issuers",
  ),
  devopsOauthProtocol: setting(
    "DEVOPS_OAUTH2_PROTOCOL",
    oneOf(["https", "http"]),
    "https",
    "As OAUTH_PROTOCOL, for those.",
    "ditto.gateway.authentication.devops.oauth.protocol",
  ),
  devopsOauthAllowedClockSkew: setting(
    "DEVOPS_OAUTH2_ALLOWED_CLOCK_SKEW",
    keeping,
    "10s",
    "As OAUTH_ALLOWED_CLOCK_SKEW, for those.",
    "ditto.gateway.authentication.devops.oauth.allowed-clock-skew",
  ),
} as const;

export type SettingKey = keyof typeof settings;

/** The option of the command line for a variable: `HTTP_PORT` is `--http-port`. */
export const optionOf = (name: string): string => `--${name.toLowerCase().replaceAll("_", "-")}`;
