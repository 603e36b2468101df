// Messages on their way to the server: some wait to be written, some for its answer.
//
// Core NATS answers to nothing; a PING after a batch of messages tells, by its PONG, that the server has read them. JetStream
// acknowledges each by a message of its own.

import type { Payload, PublishOptions } from "@nats-io/transport-node";
import type { Wire } from "./message-out.ts";
import { type AckMessage, problemOfAck } from "./publish-ack.ts";

export interface OutgoingParts {
  send(subject: string, data: Payload, options: PublishOptions): void;
  /** Resolves once the server has read all that was sent. */
  flush(): Promise<void>;
  /** Acknowledgements go to subjects that begin with this and a dot. */
  readonly ackInbox: string;
  readonly queueSize: number;
  readonly maxInFlight: number;
  /** How long JetStream may take to acknowledge a message, in milliseconds. */
  readonly answerWithin: number;
}

interface Sending {
  readonly wire: Wire;
  readonly isStored: boolean;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
  sentAt: number;
}

const MAX_WAITING_BYTES = 64 * 1024 ** 2;
/** More is not written before the server has answered to some of it, unless it is one message. */
const MAX_IN_FLIGHT_BYTES = 16 * 1024 ** 2;
const LOOK_EACH_MS = 1_000;

export class Outgoing {
  readonly #parts: OutgoingParts;
  #waiting: Sending[] = [];
  #waitingBytes = 0;
  #inFlight = 0;
  #inFlightBytes = 0;
  #written: Sending[] = [];
  #flushing: readonly Sending[] | undefined;
  readonly #refused = new Map<string, string>();
  readonly #unacknowledged = new Map<string, Sending>();
  #lastAck = 0;
  #ended: Error | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#rejectLate(), LOOK_EACH_MS);
    this.#timer.unref();
  }

  /**
   * Sends a message after those before it. Resolves once JetStream has stored it (`isStored`), or the server has read it; rejects
   * where too many wait, the server refuses it or the link is lost first.
   */
  publish(wire: Wire, isStored: boolean): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#waiting.length >= this.#parts.queueSize || this.#waitingBytes >= MAX_WAITING_BYTES)
      return Promise.reject(new Error(tooMany(wire.subject)));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ wire, isStored, resolve, reject, sentAt: 0 });
      this.#waitingBytes += wire.size;
      this.#write();
    });
  }

  /** Takes an acknowledgement of JetStream. */
  acknowledged(ack: AckMessage): void {
    const id = ack.subject.slice(this.#parts.ackInbox.length + 1);
    const sending = this.#unacknowledged.get(id);
    if (!sending) return;
    this.#unacknowledged.delete(id);
    const problem = problemOfAck(ack);
    this.#done(sending, problem === undefined ? undefined : `JetStream did not store it: ${problem}`);
    this.#write();
  }

  /** The server does not let us publish to a subject. */
  refused(subject: string, reason: string): void {
    for (const [id, sending] of this.#unacknowledged) {
      if (sending.wire.subject !== subject) continue;
      this.#unacknowledged.delete(id);
      this.#done(sending, reason);
    }
    if (this.#written.length > 0 || this.#flushing) this.#refused.set(subject, reason);
    this.#write();
  }

  /** Rejects everything that is not answered, and what comes later. */
  end(reason: Error): void {
    this.#ended ??= reason;
    clearInterval(this.#timer);
    const open = [
      ...(this.#flushing ?? []),
      ...this.#written,
      ...this.#unacknowledged.values(),
      ...this.#waiting,
    ];
    this.#flushing = undefined;
    this.#written = [];
    this.#waiting = [];
    this.#unacknowledged.clear();
    for (const sending of open) sending.reject(reason);
  }

  #write(): void {
    let count = 0;
    while (count < this.#waiting.length && this.#hasRoom(this.#waiting[count]!))
      this.#send(this.#waiting[count++]!);
    if (count > 0) this.#waiting.splice(0, count);
  }

  #hasRoom({ wire }: Sending): boolean {
    if (this.#inFlight === 0) return true;
    return this.#inFlight < this.#parts.maxInFlight && this.#inFlightBytes + wire.size <= MAX_IN_FLIGHT_BYTES;
  }

  #send(sending: Sending): void {
    const { wire, isStored } = sending;
    this.#waitingBytes -= wire.size;
    const id = isStored ? (++this.#lastAck).toString(36) : undefined;
    try {
      this.#parts.send(wire.subject, wire.data, optionsOf(wire, id && `${this.#parts.ackInbox}.${id}`));
    } catch (error) {
      sending.reject(
        new Error(`The message to '${wire.subject}' cannot be sent: ${(error as Error).message}.`),
      );
      return;
    }
    this.#inFlight++;
    this.#inFlightBytes += wire.size;
    sending.sentAt = performance.now();
    if (id !== undefined) this.#unacknowledged.set(id, sending);
    else if (this.#written.push(sending) === 1 && !this.#flushing) setImmediate(() => this.#flush());
  }

  /** One PING for all that was written meanwhile. */
  #flush(): void {
    if (this.#flushing || this.#written.length === 0 || this.#ended) return;
    const batch = this.#written;
    this.#flushing = batch;
    this.#written = [];
    // That something is refused is told before the PONG, but a few turns of promises later.
    this.#parts.flush().then(
      () => setImmediate(() => this.#flushed(batch)),
      () => {},
    );
  }

  #flushed(batch: readonly Sending[]): void {
    if (this.#flushing !== batch) return;
    this.#flushing = undefined;
    for (const sending of batch) this.#done(sending, this.#refused.get(sending.wire.subject));
    this.#refused.clear();
    this.#write();
    this.#flush();
  }

  #done(sending: Sending, problem: string | undefined): void {
    this.#inFlight--;
    this.#inFlightBytes -= sending.wire.size;
    if (problem === undefined) sending.resolve();
    else sending.reject(new Error(`The message to '${sending.wire.subject}' was refused: ${problem}`));
  }

  /** They are in the order in which they were sent, so that a look ends at the first that is young. */
  #rejectLate(): void {
    const latest = performance.now() - this.#parts.answerWithin;
    for (const [id, sending] of this.#unacknowledged) {
      if (sending.sentAt > latest) break;
      this.#unacknowledged.delete(id);
      this.#done(sending, "JetStream does not acknowledge it in time.");
    }
    this.#write();
  }
}

const optionsOf = ({ headers, reply }: Wire, ackSubject: string | undefined): PublishOptions => {
  const to = ackSubject ?? reply;
  return { ...(headers && { headers }), ...(to !== undefined && { reply: to }) };
};

const tooMany = (subject: string): string =>
  `The message to '${subject}' was dropped: too many wait for the server, which does not take them fast enough.`;
