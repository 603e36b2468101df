// What the operator of the server has set for all connections to Kafka.

import type { BackOffTimes } from "./back-off.ts";

/** Times in milliseconds. */
export interface KafkaSettings {
  /** Absent where sources are not slowed down. */
  readonly throttling: KafkaThrottling | undefined;
  /** How long a partition rests before its messages are delivered again. */
  readonly restartBackOff: BackOffTimes;
  readonly fetchMaxWait: number;
  readonly metadataMaxAge: number;
  readonly sessionTimeout: number;
  readonly heartbeatInterval: number;
  /** Offsets are committed after so many settled messages, and after `maxInterval` at the latest. */
  readonly committer: { readonly maxBatch: number; readonly maxInterval: number };
  readonly producer: {
    /** How many messages wait to be sent. */
    readonly queueSize: number;
    /** How many batches are on their way at once. */
    readonly parallelism: number;
    readonly compression: Compression;
    /** How a topic rests that a broker refused messages for, for a reason that may pass. */
    readonly restarts: BackOffTimes & { readonly maxCount: number; readonly within: number };
  };
}

export const compressions = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
export type Compression = (typeof compressions)[number];

/** So many messages of an address in an interval, and so many of them in work at once. */
export interface KafkaThrottling {
  readonly limit: number;
  readonly interval: number;
  readonly maxInFlight: number;
  /** By which part messages in an interval may be fewer than the limit, and still count as held back. */
  readonly tolerance: number;
}
