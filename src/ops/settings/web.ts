// From where the HTTP API may be used.

import { optional, setting } from "../setting.ts";
import { flag, origins, pattern } from "../setting-kinds.ts";

export const webSettings = {
  enableCors: setting(
    "ENABLE_CORS",
    flag,
    "false",
    "Whether pages of other origins may use the HTTP API: of all, or of those in CORS_ORIGINS.",
    "ditto.gateway.http.enablecors",
  ),
  corsOrigins: optional("CORS_ORIGINS", origins, "The only origins that ENABLE_CORS is for; unset: all."),
  forceHttps: setting(
    "FORCE_HTTPS",
    flag,
    "false",
    "Refuses requests (404) that did not come by HTTPS, by what the proxy says in X-Forwarded-Proto.",
    "ditto.gateway.http.forcehttps",
  ),
  redirectToHttps: setting(
    "REDIRECT_TO_HTTPS",
    flag,
    "false",
    "With FORCE_HTTPS: redirects such requests instead, except on the paths of the next pattern.",
    "ditto.gateway.http.redirect-to-https",
  ),
  redirectToHttpsBlocklist: setting(
    "REDIRECT_TO_HTTPS_BLOCKLIST_PATTERN",
    pattern,
    "/api.*|/ws.*|/status.*|/overall.*",
    "Paths that are refused and never redirected to HTTPS, as a regular expression (RE2) for the whole path.",
    "ditto.gateway.http.redirect-to-https-blocklist-pattern",
  ),
} as const;
