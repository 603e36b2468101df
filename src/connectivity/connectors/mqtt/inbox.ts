// Messages between the broker and those who take them: they wait while too many are in work, or a source is too fast.

import type { ReceivedMessage } from "../connector.ts";
import { Pace, type Throttling } from "../pace.ts";
import { Fifo } from "./fifo.ts";

export interface InboxParts {
  /** Gives false when no more is wanted until `resume`. */
  take(source: number, message: ReceivedMessage): boolean;
  throttled(sourceAddress: string): void;
  /** Stops and restarts reading from the broker. */
  pauseReading(): void;
  resumeReading(): void;
  /** Called once, when as much has come before `start` as can be kept; reading stops then, so no answer of the broker comes either. */
  overrun(): void;
  readonly throttling: Throttling | undefined;
}

interface Item {
  readonly source: number;
  readonly message: ReceivedMessage;
}

/**
 * Reading goes on for a while although nothing is taken, since acknowledgements of what we publish come the same way: whoever waits
 * for a target of the connection would wait until all is taken that the broker sent before. Mosquitto, for one, sends a whole
 * session that waited for us at once, whatever its bound of messages in flight.
 */
const MAX_WAITING_BYTES = 16 * 1024 ** 2;
/** Before it has started reading goes on for longer, as the broker's answers are needed for that. */
export const MAX_STARTING_BYTES = 4 * MAX_WAITING_BYTES;
/** What a message takes beside its payload. */
const BYTES_BESIDE = 1_024;

const bytesOf = ({ message }: Item): number => BYTES_BESIDE + (message.payload?.length ?? 0);

export class Inbox {
  readonly #parts: InboxParts;
  readonly #pace: Pace | undefined;
  readonly #items = new Fifo<Item>();
  #bytes = 0;
  #state: "starting" | "taking" | "held" | "closed" = "starting";
  #isReading = true;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    if (parts.throttling)
      this.#pace = new Pace(parts.throttling, {
        goOn: () => this.#drain(),
        throttled: (sourceAddress) => parts.throttled(sourceAddress),
      });
  }

  add(source: number, message: ReceivedMessage): void {
    if (this.#state === "closed" || this.#isSurplus(message)) return;
    if (this.#state === "taking" && this.#items.length === 0 && this.#mayPass(source, message))
      this.#hand(source, message);
    else this.#keep({ source, message });
  }

  /** Hands out what has come, and all that comes. */
  start(): void {
    if (this.#state === "starting") this.resume();
  }

  resume(): void {
    if (this.#state === "closed") return;
    this.#state = "taking";
    this.#drain();
  }

  /**
   * Hands out nothing more, neither what waits nor what comes; unacknowledged as it is, the broker keeps it. Reading goes on, for
   * the acknowledgements of what is published.
   */
  close(): void {
    this.#state = "closed";
    this.#items.empty();
    this.#bytes = 0;
    this.#pace?.close();
    this.#readOn();
  }

  /** Before it has started, the answers of the broker are needed: reading is not to stop, and QoS 0 promises nothing. */
  #isSurplus(message: ReceivedMessage): boolean {
    return this.#state === "starting" && this.#isFull() && message.headers["mqtt.qos"] === "0";
  }

  #isFull(): boolean {
    return this.#bytes >= MAX_WAITING_BYTES;
  }

  #mayPass(source: number, { sourceAddress }: ReceivedMessage): boolean {
    return this.#pace === undefined || this.#pace.take(source, sourceAddress);
  }

  #hand(source: number, message: ReceivedMessage): void {
    if (!this.#parts.take(source, message) && this.#state === "taking") this.#state = "held";
  }

  #keep(item: Item): void {
    this.#items.push(item);
    this.#bytes += bytesOf(item);
    if (!this.#isReading || !this.#isFull()) return;
    const isStarting = this.#state === "starting";
    if (isStarting && this.#bytes <= MAX_STARTING_BYTES) return;
    this.#isReading = false;
    this.#parts.pauseReading();
    if (isStarting) this.#parts.overrun();
  }

  #mayTake({ source, message }: Item): boolean {
    return this.#state === "taking" && this.#mayPass(source, message);
  }

  #drain(): void {
    for (let item = this.#items.first; item && this.#mayTake(item); item = this.#items.first) {
      // Before it is handed out, since that may bring us here again.
      this.#items.shift();
      this.#bytes -= bytesOf(item);
      this.#hand(item.source, item.message);
    }
    this.#readOn();
  }

  #readOn(): void {
    if (this.#isReading || this.#isFull()) return;
    this.#isReading = true;
    this.#parts.resumeReading();
  }
}
