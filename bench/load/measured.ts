/** What one round of load came to. */
export interface Measured {
  /** Answers, or deliveries, per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers that were no success; a round with any is worth nothing. */
  readonly failures: number;
  /** The first of them, as it came. */
  readonly firstFailure?: string;
}
