// What a member needs to know to join its cluster.

export interface TlsFiles {
  /** Paths of PEM files. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export type ClusterLog = (level: "info" | "warning", text: string) => void;

export interface ClusterOptions {
  /** Of NATS, one or several of a cluster. */
  readonly servers: readonly string[];
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** The path of a file as `nsc` writes it. */
  readonly credentialsFile?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** What the clusters that share a NATS are told apart by: letters, digits, `-` and `_`. */
  readonly clusterName: string;
  readonly nodeName: string;
  readonly leaseMs: number;
  /** On how many servers of a cluster of NATS the records are kept. */
  readonly replicas?: number;
  /** How long a message NATS must take at least, in bytes: what members say of the largest entities has to fit in one. */
  readonly leastPayload?: number;
  readonly log: ClusterLog;
  /** Milliseconds that never go back: `performance.now` unless given. */
  readonly now?: () => number;
}
