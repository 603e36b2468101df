// Where the server listens, what it logs, and how it stops.

import { setting } from "../setting.ts";
import { duration, host, oneOf, port } from "../setting-kinds.ts";

export const serverSettings = {
  bindHostname: setting(
    "BIND_HOSTNAME",
    host,
    "127.0.0.1",
    "Address to listen on; 0.0.0.0 for all. HOSTNAME is not read, since every shell sets it.",
    "ditto.gateway.http.hostname",
  ),
  httpPort: setting(
    ["HTTP_PORT", "PORT"],
    port,
    "8080",
    "Port of the HTTP API and the WebSocket; 0 takes any free one. Where both names are set, HTTP_PORT counts.",
    "ditto.gateway.http.port",
  ),
  logLevel: setting(
    "LOG_LEVEL",
    oneOf(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
    "info",
    "The least important messages that are logged.",
  ),
  shutdownTimeout: setting(
    "COORDINATED_SHUTDOWN_REQUEST_TIMEOUT",
    duration,
    "65s",
    "How long a stopping server waits for the requests it has accepted.",
    "ditto.gateway.http.coordinated-shutdown-timeout",
  ),
} as const;
