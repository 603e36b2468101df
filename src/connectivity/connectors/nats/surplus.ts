// Durable consumers that a connection has made: JetStream keeps them, and in some streams the messages for them, until they are deleted.

import { JetStreamApiCodes, JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Connection } from "../../model.ts";
import type { Successor } from "../connector.ts";
import { sourceAddress } from "./address.ts";
import { consumerName, type NatsOptions } from "./options.ts";
import { addressesOf } from "./readers.ts";

export interface MadeConsumer {
  readonly stream: string;
  readonly name: string;
  /** The subjects that it reads. */
  readonly filter: string;
}

/**
 * Those of a connection of which its successor does not read the same subjects of the same stream, be it by a consumer of another
 * name: what is begun anew would be read from the start. Consumers that the operator has named stay, since others may read them, too.
 */
export function surplusOf(
  connection: Connection,
  successor: Successor,
  optionsOf: (connection: Connection) => NatsOptions,
): readonly MadeConsumer[] {
  if (Object.hasOwn(connection.specificConfig, "durable")) return [];
  const made = madeBy(connection, optionsOf);
  if (successor === "none" || successor.connectionType !== "nats") return made;
  const used = madeBy(successor, optionsOf);
  return made.filter(
    ({ stream, filter }) => !used.some((other) => other.stream === stream && other.filter === filter),
  );
}

const madeBy = (
  connection: Connection,
  optionsOf: (connection: Connection) => NatsOptions,
): readonly MadeConsumer[] =>
  addressesOf(connection).flatMap(({ address, index, at }) => {
    const parsed = sourceAddress(address);
    if (parsed.kind !== "stream") return [];
    const { stream, filter = ">" } = parsed;
    return [{ stream, filter, name: consumerName(optionsOf(connection), index, at) }];
  });

/** Deletes consumers; rejects with why one of them stays. One that is gone already is none that stays. */
export async function deleteConsumers(
  link: NatsConnection,
  consumers: readonly MadeConsumer[],
  { jetstreamDomain: domain }: NatsOptions,
): Promise<void> {
  if (consumers.length === 0) return;
  const jsm = await jetstreamManager(link, { checkAPI: false, ...(domain === undefined ? {} : { domain }) });
  for (const { stream, name } of consumers) {
    try {
      await jsm.consumers.delete(stream, name);
    } catch (error) {
      if (!isGone(error)) throw new Error(`The consumer '${name}' of '${stream}' stays: ${reasonOf(error)}.`);
    }
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof JetStreamApiError &&
  (error.code === JetStreamApiCodes.ConsumerNotFound || error.code === JetStreamApiCodes.StreamNotFound);

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
