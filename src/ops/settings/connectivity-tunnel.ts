// SSH tunnels of connections.

import { setting } from "../setting.ts";
import { flag, keeping } from "../setting-kinds.ts";

export const connectivityTunnelSettings = {
  tunnelHeartbeatInterval: setting(
    "CONNECTIVITY_TUNNEL_HEARTBEAT_INTERVAL",
    keeping,
    "30s",
    "How often the SSH server of a tunnel is asked whether it is still there; after three times without an answer the " +
      "tunnel is lost. 0: never.",
    "ditto.connectivity.tunnel.heartbeat-interval",
  ),
  tunnelIdleTimeout: setting(
    "CONNECTIVITY_TUNNEL_IDLE_TIMEOUT",
    keeping,
    "0s",
    "After how long without any traffic, heartbeats counted, a tunnel is closed. 0: never.",
    "ditto.connectivity.tunnel.idle-timeout",
  ),
  tunnelSocketKeepalive: setting(
    "CONNECTIVITY_TUNNEL_SOCKET_KEEPALIVE",
    flag,
    "true",
    "Whether the sockets of tunnels are kept alive by TCP.",
    "ditto.connectivity.tunnel.socket-keepalive",
  ),
} as const;
