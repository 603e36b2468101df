// Connections for tests of the ways to their endpoints.

import type { Connection, SshTunnel } from "../../../src/connectivity/model.ts";
import { type HostRules, type Hosts, hostsBy } from "../../../src/connectivity/net/hosts.ts";
import type { TunnelSettings } from "../../../src/connectivity/net/ssh-tunnel.ts";

const noRules: HostRules = {
  allowedHostnames: [],
  blockedHostnames: [],
  blockedSubnets: [],
  blockedHostRegex: undefined,
};

export const anyHost: Hosts = hostsBy(noRules);

/** Where internal addresses are blocked, but for those that are allowed. */
export const strictHosts = (...allowedHostnames: readonly string[]): Hosts =>
  hostsBy({ ...noRules, blockedHostnames: ["blocked.example"], allowedHostnames }, async (host) => {
    if (host.startsWith("blocked")) return [];
    return [{ address: "127.0.0.1", family: 4 }];
  });

export const tunnelSettings: TunnelSettings = { heartbeatInterval: 0, idleTimeout: 0, socketKeepAlive: true };

export const connectionTo = (uri: string, some: Partial<Connection> = {}): Connection => ({
  id: "c1",
  connectionType: "http-push",
  connectionStatus: "open",
  uri,
  sources: [],
  targets: [],
  clientCount: 1,
  failoverEnabled: true,
  validateCertificates: true,
  processorPoolSize: 1,
  specificConfig: {},
  mappingDefinitions: {},
  tags: [],
  ...some,
});

export const tunnelBy = (uri: string, some: Partial<SshTunnel> = {}): SshTunnel => ({
  enabled: true,
  uri,
  credentials: { type: "plain", username: "tunnel", password: "secret" },
  validateHost: false,
  knownHosts: [],
  ...some,
});
