// The records that the members agree by: a key-value bucket of JetStream. All is read and written by way of the stream's
// leader, so that a write that expects a revision is refused as soon as anybody has written another.

import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { headers, type NatsConnection, nanos } from "@nats-io/transport-node";
import { type Changed, type Entry, watchBucket } from "./bucket-watch.ts";

const STREAM_NOT_FOUND = 10_059;
const WRONG_LAST_SEQUENCE = 10_071;

export interface Bucket {
  /** Another text for a bucket that was made anew. */
  readonly incarnation: string;
  /** Rejects when it is not known. */
  read(key: string): Promise<Entry | undefined>;
  /**
   * Writes where the last write of the key is still `expected` (0: there is none), and hands back the number of the write;
   * `undefined` where it is another. `null` deletes. Rejects when it is not known whether it was written.
   */
  write(key: string, value: string | null, expected: number): Promise<number | undefined>;
  /** Forgets a key altogether. */
  purge(key: string): Promise<void>;
  /**
   * First all records at once (`isWhole`), then each as it is written, in the order of the writes. Calls `failed` when it
   * cannot go on. The function ends it.
   */
  watch(changed: Changed, failed: (reason: Error) => void): Promise<() => void>;
}

export interface BucketOptions {
  readonly name: string;
  /** How long each answer is waited for. */
  readonly timeoutMs: number;
  /** On how many servers of a cluster of NATS it is kept, where it is made. */
  readonly replicas: number;
}

/** Opens a bucket, which is made if it is not there. */
export async function openBucket(link: NatsConnection, options: BucketOptions): Promise<Bucket> {
  const { name, timeoutMs, replicas } = options;
  const manager = await jetstreamManager(link, { timeout: timeoutMs, checkAPI: false });
  const client = jetstream(link, { timeout: timeoutMs });
  const incarnation = await madeAt(manager, name, replicas);
  return bucketOf({ link, manager, client, name, timeoutMs, incarnation });
}

interface Parts {
  readonly link: NatsConnection;
  readonly manager: JetStreamManager;
  readonly client: JetStreamClient;
  readonly name: string;
  readonly timeoutMs: number;
  readonly incarnation: string;
}

function bucketOf({ link, manager, client, name, timeoutMs, incarnation }: Parts): Bucket {
  const stream = `KV_${name}`;
  const prefix = `$KV.${name}.`;
  return {
    incarnation,

    async read(key) {
      const found = await manager.streams.getMessage(stream, { last_by_subj: `${prefix}${key}` });
      if (!found) return undefined;
      const isDeleted = found.header.get("KV-Operation") !== "";
      return { key, sequence: found.seq, value: isDeleted ? undefined : found.string() };
    },

    async write(key, value, expected) {
      const marks = headers();
      if (value === null) marks.set("KV-Operation", "DEL");
      try {
        const { seq } = await client.publish(`${prefix}${key}`, value ?? "", {
          expect: { streamName: stream, lastSubjectSequence: expected },
          headers: marks,
          timeout: timeoutMs,
          retries: 0,
        });
        return seq;
      } catch (error) {
        if ((error as JetStreamApiError).code === WRONG_LAST_SEQUENCE) return undefined;
        throw error;
      }
    },

    purge: async (key) => void (await manager.streams.purge(stream, { filter: `${prefix}${key}` })),

    watch: (changed, failed) => {
      const consumer = (inbox: string) =>
        manager.consumers.add(stream, {
          deliver_subject: inbox,
          deliver_policy: DeliverPolicy.LastPerSubject,
          ack_policy: AckPolicy.None,
          replay_policy: ReplayPolicy.Instant,
          filter_subject: `${prefix}>`,
          idle_heartbeat: nanos(timeoutMs),
          inactive_threshold: nanos(10 * timeoutMs),
          mem_storage: true,
          num_replicas: 1,
        });
      return watchBucket({ link, prefix, silenceMs: 3 * timeoutMs, consumer }, changed, failed);
    },
  };
}

async function madeAt(manager: JetStreamManager, name: string, replicas: number): Promise<string> {
  const stream = `KV_${name}`;
  try {
    return (await manager.streams.info(stream)).created;
  } catch (error) {
    if ((error as JetStreamApiError).code !== STREAM_NOT_FOUND) throw error;
  }
  const made = await manager.streams.add({
    name: stream,
    subjects: [`$KV.${name}.>`],
    description: "The members of a Pollux cluster",
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    storage: StorageType.File,
    num_replicas: replicas,
    max_msgs_per_subject: 1,
    allow_rollup_hdrs: true,
    deny_delete: true,
  });
  return made.created;
}
