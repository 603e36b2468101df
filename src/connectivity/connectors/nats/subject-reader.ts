// One address of a source on core NATS. The server does not wait for anybody: what is not taken in time is lost.

import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import type { Inbox, Lane } from "./inbox.ts";
import { addReply, headersOf, payloadOf } from "./message-in.ts";
import type { Reader, ReaderEvents } from "./reader.ts";

const MAX_WAITING_BYTES = 64 * 1024 ** 2;
const TELL_LOSSES_EACH_MS = 1_000;

export interface SubjectReaderParts {
  readonly link: NatsConnection;
  readonly inbox: Inbox;
  readonly source: number;
  readonly address: string;
  /** Those of one group share the messages; absent where each is to be given all. */
  readonly queueGroup: string | undefined;
  /** How many messages may wait. */
  readonly bufferSize: number;
  readonly events: ReaderEvents;
}

export class SubjectReader implements Reader {
  readonly #parts: SubjectReaderParts;
  readonly #lane: Lane;
  #subscription: Subscription | undefined;
  #lost = 0;
  #tellLosses: NodeJS.Timeout | undefined;

  constructor(parts: SubjectReaderParts) {
    this.#parts = parts;
    this.#lane = parts.inbox.lane(parts.source, () => {});
  }

  async prepare(): Promise<void> {
    const { link, address, queueGroup, events } = this.#parts;
    this.#subscription = link.subscribe(address, {
      ...(queueGroup === undefined ? {} : { queue: queueGroup }),
      callback: (error, msg) => (error ? events.refused(error) : this.#take(msg)),
    });
  }

  start(): void {}

  async drain(): Promise<void> {
    await this.#subscription?.drain().catch(() => {});
    this.#lost += this.#lane.clear().length;
    if (this.#lost > 0) this.#tell("while they waited for their turn");
  }

  close(): void {
    clearTimeout(this.#tellLosses);
  }

  #take(msg: Msg): void {
    const { address, bufferSize, events } = this.#parts;
    if (this.#lane.size >= bufferSize || this.#lane.bytes >= MAX_WAITING_BYTES) {
      this.#lose();
      return;
    }
    try {
      const headers = headersOf(msg);
      addReply(headers, msg.reply);
      this.#lane.add({
        address: msg.subject,
        sourceAddress: address,
        headers,
        payload: payloadOf(msg),
        settle: ignore,
      });
    } catch (error) {
      events.log("failure", `A message to '${msg.subject}' was dropped: ${(error as Error).message}.`);
    }
  }

  #lose(): void {
    this.#lost++;
    this.#tellLosses ??= setTimeout(() => this.#tell("since too many are in work"), TELL_LOSSES_EACH_MS);
  }

  #tell(why: string): void {
    clearTimeout(this.#tellLosses);
    this.#tellLosses = undefined;
    this.#parts.events.log("failure", `${this.#lost} messages of '${this.#parts.address}' were lost ${why}.`);
    this.#lost = 0;
  }
}

const ignore = (): void => {};
