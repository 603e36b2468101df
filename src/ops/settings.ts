// Every knob of the server, one row each. Parsing, the command line, --help and docs/settings.md are made from this
// table. Where Ditto has an environment variable for the same thing, its name is used.

import {
  bytes,
  duration,
  flag,
  host,
  type Kind,
  namespace,
  oneOf,
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
  maxRequestBytes: setting(
    "MAX_REQUEST_BYTES",
    bytes,
    "1M",
    "The largest HTTP body or WebSocket frame that is read at all.",
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
} as const;

export type SettingKey = keyof typeof settings;

/** The option of the command line for a variable: `HTTP_PORT` is `--http-port`. */
export const optionOf = (name: string): string => `--${name.toLowerCase().replaceAll("_", "-")}`;
