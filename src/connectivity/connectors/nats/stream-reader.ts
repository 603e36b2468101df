// One address of a source on JetStream: messages are pulled, so many ahead, and settled each by itself.
//
// preparing → (resting → gathering →) pulling → draining. While nothing is taken nothing is pulled; what was asked for before comes in
// and waits.

import { setTimeout as later } from "node:timers/promises";
import { createInbox, type Msg, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import { deliveryOf } from "./delivery.ts";
import type { Durable } from "./durable.ts";
import { Gathering } from "./gathering.ts";
import { InWork, type InWorkParts } from "./in-work.ts";
import type { Inbox, Lane } from "./inbox.ts";
import { addDelivery, headersOf, payloadOf } from "./message-in.ts";
import { isIdle, Pulls } from "./pulls.ts";
import type { Reader, ReaderEvents } from "./reader.ts";

export interface StreamReaderParts {
  readonly link: NatsConnection;
  readonly inbox: Inbox;
  readonly source: number;
  readonly address: string;
  /** Finds the consumer, or makes it. */
  readonly durable: () => Promise<Durable>;
  /** Whether messages are acknowledged when they come, whatever becomes of them. */
  readonly isAckedAtOnce: boolean;
  /** Whether nobody else reads the consumer, as far as one knows. */
  readonly isAlone: boolean;
  readonly inboxPrefix: string;
  readonly fetchSize: number;
  readonly backOff: InWorkParts["backOff"];
  readonly events: ReaderEvents;
}

export class StreamReader implements Reader {
  readonly #parts: StreamReaderParts;
  readonly #lane: Lane;
  readonly #stopping = new AbortController();
  #durable: Durable | undefined;
  #pulls: Pulls | undefined;
  #inWork: InWork | undefined;
  #gathering: Gathering | undefined;
  #subscription: Subscription | undefined;

  constructor(parts: StreamReaderParts) {
    this.#parts = parts;
    this.#lane = parts.inbox.lane(parts.source, () => this.#pull());
  }

  async prepare(): Promise<void> {
    const { link, durable, events, backOff, inboxPrefix } = this.#parts;
    this.#durable = await durable();
    const subject = createInbox(inboxPrefix);
    this.#subscription = link.subscribe(subject, {
      callback: (error, msg) => {
        if (error) events.refused(error);
        else if (msg.subject === subject) this.#ended(msg);
        else this.#take(msg);
      },
    });
    const { ackWait, pullSubject } = this.#durable;
    const send = (to: string, text: Uint8Array) => {
      if (!link.isClosed()) link.publish(to, text);
    };
    this.#inWork = new InWork({ send, ackWait, backOff });
    const ask = (request: string) => link.publish(pullSubject, request, { reply: subject });
    this.#pulls = new Pulls({ ask, maxPayload: link.info?.max_payload ?? 0, failed: events.failed });
  }

  start(): void {
    void this.#begin();
  }

  async drain(): Promise<void> {
    this.#stopping.abort();
    this.#pulls?.close();
    await this.#subscription?.drain().catch(() => {});
    for (const message of this.#gathering?.clear() ?? []) message.settle("redeliver");
    for (const message of this.#lane.clear()) message.settle("redeliver");
  }

  close(): void {
    this.#stopping.abort();
    this.#pulls?.close();
    this.#inWork?.close();
  }

  async #begin(): Promise<void> {
    await this.#rest();
    if (this.#stopping.signal.aborted) return;
    this.#pulls?.start(() => this.#pull());
    this.#pull();
  }

  /**
   * What was delivered before we came and is not settled comes again when its time is over. Newer messages must not overtake it:
   * what they set would be set back.
   */
  async #rest(): Promise<void> {
    const { isAlone, isAckedAtOnce, address, events } = this.#parts;
    const { unsettled, lastDelivered, ackWait } = this.#durable!;
    if (unsettled === 0 || !isAlone || isAckedAtOnce) return;
    this.#gathering = new Gathering({ unsettled, lastDelivered }, (message) => this.#lane.add(message));
    events.log(
      "success",
      `${unsettled} unsettled messages of '${address}' come again in ${ackWait} ms, before newer ones.`,
    );
    await later(ackWait, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  #ended(status: Msg): void {
    const isAskedAgain = this.#pulls?.status(status);
    if (isIdle(status)) this.#gathering?.end();
    if (isAskedAgain) this.#pull();
  }

  #pull(): void {
    const { inbox, fetchSize } = this.#parts;
    if (inbox.isTaking) this.#pulls?.fill(fetchSize - this.#lane.size, fetchSize);
  }

  #take(msg: Msg): void {
    const { address, isAckedAtOnce, events } = this.#parts;
    const ackSubject = msg.reply ?? "";
    const delivery = deliveryOf(ackSubject);
    if (!delivery) return;
    this.#pulls?.came();
    const settle = this.#inWork!.begin(ackSubject, delivery.count);
    try {
      const headers = headersOf(msg);
      addDelivery(headers, delivery);
      if (isAckedAtOnce) settle("accept");
      const payload = payloadOf(msg);
      const message = { address: msg.subject, sourceAddress: address, headers, payload, settle };
      if (this.#gathering?.take(delivery, message)) this.#pull();
      else this.#lane.add(message);
    } catch (error) {
      settle("reject");
      events.log(
        "failure",
        `Message ${delivery.sequence} of '${address}' was dropped: ${(error as Error).message}.`,
      );
    }
  }
}
