// Connections that push over HTTP.

import { httpMethods, secretText } from "../http-push-kinds.ts";
import { optional, setting } from "../setting.ts";
import { duration, flag, host, keeping, text, whole } from "../setting-kinds.ts";

const path = "ditto.connectivity.connection.http-push";

export const connectivityHttpPushSettings = {
  httpPushMaxQueueSize: setting(
    "CONNECTIVITY_HTTP_PUSH_MAX_QUEUE_SIZE",
    whole(1),
    "1000",
    "How many messages of one client of a connection wait for their request; those beyond are dropped.",
    `${path}.max-queue-size`,
  ),
  httpPushRequestTimeout: setting(
    "CONNECTIVITY_HTTP_PUSH_REQUEST_TIMEOUT",
    duration,
    "60s",
    "How long an endpoint may take to answer; for connections without specificConfig.idleTimeout.",
    `${path}.request-timeout`,
  ),
  httpPushOmitRequestBodyMethods: setting(
    "CONNECTIVITY_HTTP_OMIT_REQUEST_BODY_METHODS",
    httpMethods,
    "GET,DELETE",
    "With which methods no body is sent; for connections without specificConfig.omitRequestBody.",
    `${path}.omit-request-body-methods`,
  ),
  httpPushProxyEnabled: setting(
    "CONNECTIVITY_HTTP_PROXY_ENABLED",
    flag,
    "false",
    "Whether requests of connections go by a proxy (CONNECT), where they have no SSH tunnel.",
    `${path}.proxy.enabled`,
  ),
  httpPushProxyHost: optional(
    "CONNECTIVITY_HTTP_PROXY_HOST",
    host,
    "The proxy; it is not subject to CONNECTIVITY_CONNECTION_BLOCKED_HOSTNAMES, but what it is asked for is.",
    `${path}.proxy.hostname`,
  ),
  httpPushProxyPort: setting(
    "CONNECTIVITY_HTTP_PROXY_PORT",
    whole(1, 65_535),
    "8080",
    "The port of the proxy.",
    `${path}.proxy.port`,
  ),
  httpPushProxyUsername: optional(
    "CONNECTIVITY_HTTP_PROXY_USERNAME",
    text,
    "Who this server is to the proxy; unset: it does not say.",
    `${path}.proxy.username`,
  ),
  httpPushProxyPassword: optional(
    "CONNECTIVITY_HTTP_PROXY_PASSWORD",
    secretText,
    "The password for the proxy.",
    `${path}.proxy.password`,
  ),
  httpPushMaxClockSkew: setting(
    "CONNECTIVITY_HTTP_OAUTH2_MAX_CLOCK_SKEW",
    keeping,
    "60s",
    "How long before its end an access token of OAuth 2 is replaced.",
    `${path}.oauth2.max-clock-skew`,
  ),
  httpPushEnforceHttps: setting(
    "CONNECTIVITY_HTTP_OAUTH2_ENFORCE_HTTPS",
    flag,
    "true",
    "Whether token endpoints of OAuth 2 must have https URLs.",
    `${path}.oauth2.enforce-https`,
  ),
} as const;
