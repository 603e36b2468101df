// What is written to a bucket, in order and without gaps; where that cannot be had any more, the watch fails and is to be
// opened anew.

import type { ConsumerInfo } from "@nats-io/jetstream";
import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";

/** A record as it was last written. */
export interface Entry {
  readonly key: string;
  /** The number of the write, which the next one has to expect; it grows with each write in the bucket. */
  readonly sequence: number;
  /** Absent once it was deleted. */
  readonly value: string | undefined;
}

/** All records at once (`isWhole`), or one that was written. */
export type Changed = (entries: readonly Entry[], isWhole: boolean) => void;

interface Source {
  readonly link: NatsConnection;
  /** Of the subjects, before the key. */
  readonly prefix: string;
  /** After how many milliseconds without a sign of life the watch fails. */
  readonly silenceMs: number;
  /** Makes the consumer that delivers to a subject. */
  consumer(inbox: string): Promise<ConsumerInfo>;
}

/** See `Bucket.watch`. */
export async function watchBucket(
  source: Source,
  changed: Changed,
  failed: (reason: Error) => void,
): Promise<() => void> {
  const inbox = createInbox();
  let first: Entry[] | undefined = []; // until all is there
  let delivered = 0;
  let isEnded = false;

  const end = () => {
    isEnded = true;
    clearTimeout(silence);
    if (!source.link.isClosed()) subscription.unsubscribe();
  };
  const fail = (reason: string) => {
    if (isEnded) return;
    end();
    failed(new Error(reason));
  };
  const silence = setTimeout(() => fail("JetStream tells nothing any more"), source.silenceMs);

  const pass = () => {
    if (!first || isEnded) return;
    const all = first;
    first = undefined;
    changed(all, true);
  };
  const take = (message: Msg) => {
    if (isEnded) return;
    silence.refresh();
    if (message.headers?.code === 100) {
      if (Number(message.headers.get("Nats-Last-Consumer")) > delivered)
        return fail("JetStream told what did not arrive");
      return pass();
    }
    const { place, sequence, pending } = deliveryOf(message.reply ?? "");
    if (place !== delivered + 1) return fail("Something that JetStream told was lost");
    delivered++;
    const entry = entryOf(message, sequence, source.prefix);
    if (!first) return changed([entry], false);
    first.push(entry);
    if (pending === 0) pass();
  };

  const subscription = source.link.subscribe(inbox, {
    callback: (error, message) => (error ? fail(error.message) : take(message)),
  });
  try {
    const { num_pending, delivered: told } = await source.consumer(inbox);
    if (num_pending === 0 && told.consumer_seq === 0) pass();
  } catch (error) {
    end();
    throw error;
  }
  return end;
}

function entryOf(message: Msg, sequence: number, prefix: string): Entry {
  const isDeleted = (message.headers?.get("KV-Operation") ?? "") !== "";
  return {
    key: message.subject.slice(prefix.length),
    sequence,
    value: isDeleted ? undefined : message.string(),
  };
}

/**
 * What the reply subject of a delivery says: `$JS.ACK.{stream}.{consumer}.{times}.{sequence}.{place}.{time}.{pending}`, in newer
 * servers with two more parts after `ACK` and perhaps one at the end.
 */
function deliveryOf(reply: string) {
  const parts = reply.split(".");
  const [sequence, place, , pending] = parts.slice(parts.length > 9 ? 7 : 5).map(Number);
  return { sequence: sequence!, place, pending };
}
