// One record of Kafka as the message of a connection. There are very many: what is not asked for is not made.

import { randomUUID } from "node:crypto";
import type { ExternalHeaders, ExternalPayload } from "../../external-message.ts";
import type { ReceivedMessage, Settlement } from "../connector.ts";
import type { BatchRecord } from "./record-batch.ts";
import type { Lease } from "./room.ts";

/** Whom a record reports to when it is settled. */
export interface Origin {
  /** Name of the topic, which is also the address of the source. */
  readonly topic: string;
  settled(slot: number, settlement: Settlement): void;
}

export class ReceivedRecord implements ReceivedMessage {
  readonly payload: ExternalPayload | undefined;
  readonly #origin: Origin;
  readonly #slot: number;
  readonly #record: BatchRecord;
  readonly #lease: Lease | undefined;
  #headers: ExternalHeaders | undefined;
  #isSettled = false;

  /** Releases the lease when it is settled. */
  constructor(origin: Origin, slot: number, record: BatchRecord, lease?: Lease) {
    this.#origin = origin;
    this.#slot = slot;
    this.#record = record;
    this.#lease = lease;
    this.payload = record.value === null ? undefined : new RecordPayload(record.value);
  }

  get address(): string {
    return this.#origin.topic;
  }

  get sourceAddress(): string {
    return this.#origin.topic;
  }

  get headers(): ExternalHeaders {
    this.#headers ??= headersOf(this.#record, this.#origin.topic);
    return this.#headers;
  }

  settle(settlement: Settlement): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#lease?.release();
    this.#origin.settled(this.#slot, settlement);
  }
}

class RecordPayload implements ExternalPayload {
  readonly isText = false;
  readonly #bytes: Buffer;
  #text: string | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  bytes(): Buffer {
    return this.#bytes;
  }

  text(): string {
    this.#text ??= this.#bytes.toString("utf8");
    return this.#text;
  }
}

/** Inherits nothing, so that any name is one like others. Objects of a class are quicker than those without a prototype. */
class Bare {
  [name: string]: string;
}
Object.setPrototypeOf(Bare.prototype, null);
delete (Bare.prototype as { constructor?: unknown }).constructor;

/** Those of the record, the last of several with one name, and what Kafka knows of it as `kafka.*`. */
function headersOf(record: BatchRecord, topic: string): ExternalHeaders {
  const headers = new Bare();
  for (const [name, value] of record.headers) {
    if (name !== null) headers[name.toString("utf8").toLowerCase()] = value?.toString("utf8") ?? "";
  }
  headers["correlation-id"] ??= randomUUID();
  headers["kafka.topic"] = topic;
  headers["kafka.timestamp"] = String(record.timestamp);
  if (record.key !== null) headers["kafka.key"] = record.key.toString("utf8");
  return headers;
}

const CREATION_TIME = Buffer.from("creation-time");
const TTL = Buffer.from("ttl");

/** Whether its `creation-time` is at least its `ttl` ago, both in milliseconds; never where one is absent or no number. */
export function isExpired(record: BatchRecord, now: number): boolean {
  const { headers } = record;
  if (headers.length < 2) return false;
  const created = numberIn(headers, CREATION_TIME);
  return created !== undefined && now - created >= (numberIn(headers, TTL) ?? Number.POSITIVE_INFINITY);
}

function numberIn(headers: BatchRecord["headers"], wanted: Buffer): number | undefined {
  const value = headers.findLast(([name]) => name !== null && sameName(name, wanted))?.[1];
  const text = value?.toString("latin1") ?? "";
  return /^[+-]?\d{1,18}$/.test(text) ? Number(text) : undefined;
}

const sameName = (name: Buffer, wanted: Buffer): boolean =>
  name.length === wanted.length && name.equals(wanted);
