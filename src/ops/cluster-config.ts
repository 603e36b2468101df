// What the settings say of a cluster.

import { hostname } from "node:os";
import type { NatsServers } from "./cluster-kinds.ts";

interface ClusterSettings {
  readonly databaseUrl: string | undefined;
  readonly natsUrl: NatsServers | undefined;
  readonly natsUser: string | undefined;
  readonly natsPassword: string | undefined;
  readonly natsToken: string | undefined;
  readonly natsCredentialsFile: string | undefined;
  readonly natsTlsCa: string | undefined;
  readonly natsTlsCert: string | undefined;
  readonly natsTlsKey: string | undefined;
  readonly clusterName: string;
  readonly clusterNodeName: string | undefined;
  readonly clusterLease: number;
  readonly clusterReplicas: number;
}

/** What a member needs to know to join (`ClusterOptions` but for the log); `undefined` for a server on its own. */
export function clusterConfig(config: ClusterSettings) {
  const { natsUrl } = config;
  if (!natsUrl) return undefined;
  return {
    servers: natsUrl.servers,
    user: config.natsUser ?? natsUrl.user,
    password: config.natsPassword ?? natsUrl.password,
    token: config.natsToken,
    credentialsFile: config.natsCredentialsFile,
    tls: { ca: config.natsTlsCa, cert: config.natsTlsCert, key: config.natsTlsKey },
    clusterName: config.clusterName,
    nodeName: nodeNameOf(config),
    leaseMs: config.clusterLease,
    replicas: config.clusterReplicas,
  };
}

/** What operators call this process. */
export const nodeNameOf = ({ clusterNodeName }: Pick<ClusterSettings, "clusterNodeName">): string =>
  clusterNodeName ?? hostname();

/** What is wrong with them together. */
export function clusterProblems(config: Partial<ClusterSettings>): readonly string[] {
  const { natsUrl, natsUser, natsPassword, natsToken, natsCredentialsFile } = config;
  if (!natsUrl) return [];
  const problems: string[] = [];
  if (!config.databaseUrl)
    problems.push(
      "NATS_URL is set, and a cluster needs a PostgreSQL that all its members share; set DATABASE_URL too",
    );
  const ways = [natsUser ?? natsUrl.user, natsToken, natsCredentialsFile].filter((way) => way !== undefined);
  if (ways.length > 1)
    problems.push("NATS_USER, NATS_TOKEN and NATS_CREDENTIALS_FILE are several ways to log in; set only one");
  if (natsPassword !== undefined && (natsUser ?? natsUrl.user) === undefined)
    problems.push("NATS_PASSWORD is set without NATS_USER");
  if ((config.natsTlsCert === undefined) !== (config.natsTlsKey === undefined))
    problems.push("NATS_TLS_CERT and NATS_TLS_KEY need one another; set both or none");
  return problems;
}
