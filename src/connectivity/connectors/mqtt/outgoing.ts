// Messages on their way to the broker: some wait to be written, some for their acknowledgement.

import type { IPublishPacket, Packet } from "mqtt-packet";
import { type Exchanges, MAX_EXCHANGES } from "./exchanges.ts";
import { reasonText } from "./failures.ts";
import { Fifo } from "./fifo.ts";
import type { Link } from "./link.ts";

interface Sending {
  readonly packet: IPublishPacket;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

interface Way {
  readonly link: Pick<Link, "send" | "write">;
  readonly exchanges: Exchanges;
  /** How many messages of QoS 1 and 2 the broker takes ahead of its acknowledgements. */
  readonly window: number;
}

/** Outlives the links of a client: what waits while a client connects anew is sent by the next one. */
export class Outgoing {
  readonly #maxWaiting: number;
  readonly #waiting = new Fifo<Sending>();
  readonly #sent = new Set<Sending>();
  #way: Way | undefined;
  #isCongested = false;
  #ended: Error | undefined;
  #whenAnswered: (() => void) | undefined;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Sends a message after those before it. Resolves once the broker has acknowledged it (PUBACK, PUBCOMP), or it is written if
   * its QoS is 0; rejects where too many wait, the broker refuses it or the link is lost first.
   */
  publish(packet: IPublishPacket): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#waiting.length >= this.#maxWaiting) return Promise.reject(tooMany(packet.topic));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ packet, resolve, reject });
      this.#flush();
    });
  }

  attach(way: Way): void {
    this.#way = way;
    this.#isCongested = false;
    this.#flush();
  }

  /** The link has room again. */
  writable(): void {
    this.#isCongested = false;
    this.#flush();
  }

  /** Sends no more for now, and resolves when what is sent is acknowledged, or so much time is over. */
  async detach(withinMs: number): Promise<void> {
    this.#way = undefined;
    if (this.#sent.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, withinMs);
      this.#whenAnswered = resolve;
      await promise;
      clearTimeout(timer);
      this.#whenAnswered = undefined;
    }
    this.#rejectSent(new Error("The connection was made anew before the broker acknowledged the message."));
  }

  /** Rejects everything that is not acknowledged, and what comes later. */
  end(reason: Error): void {
    this.#ended ??= reason;
    this.#way = undefined;
    this.#rejectSent(reason);
    for (const sending of this.#waiting.empty()) sending.reject(reason);
  }

  #flush(): void {
    for (let next = this.#waiting.first; next && this.#mayWrite(next); next = this.#waiting.first) {
      this.#waiting.shift();
      this.#write(next);
    }
  }

  #mayWrite({ packet }: Sending): boolean {
    if (!this.#way || this.#isCongested) return false;
    return packet.qos === 0 || this.#sent.size < this.#way.window;
  }

  #write(sending: Sending): void {
    const { link, exchanges } = this.#way!;
    const isAnswered = sending.packet.qos > 0;
    const messageId = isAnswered ? exchanges.begin((answer) => this.#answered(sending, answer)) : 0;
    try {
      this.#isCongested = !link.send({ ...sending.packet, messageId });
      if (isAnswered) this.#sent.add(sending);
      else sending.resolve();
    } catch (error) {
      exchanges.abandon(messageId);
      sending.reject(new Error("The message cannot be written as MQTT.", { cause: error }));
    }
  }

  /** Takes one of PUBACK, PUBREC and PUBCOMP. */
  #answered(sending: Sending, answer: Packet): boolean {
    const code = ("reasonCode" in answer ? answer.reasonCode : 0) ?? 0;
    if (answer.cmd === "pubrec" && code < 128) {
      this.#way?.link.write(pubrel(answer.messageId ?? 0));
      return false;
    }
    this.#sent.delete(sending);
    if (code < 128) sending.resolve();
    else sending.reject(new Error(`The broker refuses the message: ${reasonText(code)}.`));
    if (this.#sent.size === 0) this.#whenAnswered?.();
    this.#flush();
    return true;
  }

  #rejectSent(reason: Error): void {
    for (const sending of this.#sent) sending.reject(reason);
    this.#sent.clear();
  }
}

/** How many may be on their way at once to a broker that takes so many. */
export const windowOf = (receiveMaximum: number | undefined): number =>
  Math.min(receiveMaximum ?? MAX_EXCHANGES, MAX_EXCHANGES);

export const pubrel = (id: number): Buffer => Buffer.of(0x62, 2, id >> 8, id & 0xff);

const tooMany = (topic: string): Error =>
  new Error(
    `The message to '${topic}' was dropped: too many wait for the broker, which does not take them fast enough.`,
  );
