// Several processes as one server. Ditto has none of these.

import { clusterName, lease, natsServers, secretText } from "../cluster-kinds.ts";
import { optional, setting } from "../setting.ts";
import { text, whole } from "../setting-kinds.ts";

export const clusterSettings = {
  natsUrl: optional(
    "NATS_URL",
    natsServers,
    "A NATS server with JetStream (2.9 or later), or several of its cluster: all servers with the same NATS_URL, CLUSTER_NAME and DATABASE_URL " +
      "are one. Needs DATABASE_URL.",
  ),
  natsUser: optional("NATS_USER", text, "Who the server is to NATS."),
  natsPassword: optional("NATS_PASSWORD", secretText, "The password of NATS_USER."),
  natsToken: optional("NATS_TOKEN", secretText, "A token for NATS, instead of a user."),
  natsCredentialsFile: optional(
    "NATS_CREDENTIALS_FILE",
    text,
    "The path of a credentials file of NATS (a JWT and its key), instead of a user.",
  ),
  natsTlsCa: optional(
    "NATS_TLS_CA",
    text,
    "The path of the certificates, as PEM, by which the server of NATS is known, instead of the usual authorities.",
  ),
  natsTlsCert: optional("NATS_TLS_CERT", text, "The path of the certificate, as PEM, that NATS is shown."),
  natsTlsKey: optional("NATS_TLS_KEY", text, "The path of the key of NATS_TLS_CERT, as PEM."),
  clusterName: setting(
    "CLUSTER_NAME",
    clusterName,
    "pollux",
    "What tells clusters apart that share a NATS; subjects and the bucket of their members begin with it.",
  ),
  clusterNodeName: optional(
    "CLUSTER_NODE_NAME",
    text,
    "What operators call this member, in logs and reports; the name of the host unless given.",
  ),
  clusterLease: setting(
    "CLUSTER_LEASE",
    lease,
    "3s",
    "After how long without a sign of life others take over what a member owned, and for how long it goes on without NATS. The same for all members; " +
      "at least 300ms.",
  ),
  clusterReplicas: setting(
    "CLUSTER_REPLICAS",
    whole(1, 5),
    "1",
    "On how many servers of a cluster of NATS the record of the members is kept; counts when it is made.",
  ),
} as const;
