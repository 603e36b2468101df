// What the operator of the server has set for all connections to Kafka.

/** Times in milliseconds. */
export interface KafkaSettings {
  /** Absent where sources are not slowed down. */
  readonly throttling: KafkaThrottling | undefined;
  /** How long a partition rests before its messages are delivered again. */
  readonly restartBackOff: { readonly min: number; readonly max: number };
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
  };
}

/** So many messages of an address in an interval, and so many of them in work at once. */
export interface KafkaThrottling {
  readonly limit: number;
  readonly interval: number;
  readonly maxInFlight: number;
}
