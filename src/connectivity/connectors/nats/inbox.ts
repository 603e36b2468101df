// Messages between the server and those who take them: they wait while too many are in work, or an address is too fast.

import type { ConnectorEvents, ReceivedMessage } from "../connector.ts";
import { Pace, type Throttling } from "../pace.ts";

/** Who takes the messages, and is told that some have to wait. */
export type Taker = Pick<ConnectorEvents, "received" | "throttled">;

/** All that wait for one client. */
export class Inbox {
  readonly #taker: Taker;
  readonly #lanes: Lane[] = [];
  readonly #pace: Pace | undefined;
  #state: "starting" | "taking" | "held" | "closed" = "starting";

  constructor(taker: Taker, throttling: Throttling | undefined) {
    this.#taker = taker;
    if (throttling)
      this.#pace = new Pace(throttling, {
        goOn: () => this.#drain(),
        throttled: (sourceAddress) => taker.throttled(sourceAddress),
      });
  }

  get isTaking(): boolean {
    return this.#state === "taking";
  }

  /** The messages of one address; `taken` is called after some of them were taken. */
  lane(source: number, taken: () => void): Lane {
    const index = this.#lanes.length;
    const hand = (message: ReceivedMessage) => this.#hand(source, message);
    const mayPass = ({ sourceAddress }: ReceivedMessage) =>
      this.#state === "taking" && (this.#pace === undefined || this.#pace.take(index, sourceAddress));
    const lane = new Lane({ hand, mayPass, taken });
    this.#lanes.push(lane);
    return lane;
  }

  /** Takes what has come, and all that comes. */
  resume(): void {
    if (this.#state === "closed") return;
    this.#state = "taking";
    this.#drain();
  }

  /** Nothing is taken any more. */
  close(): void {
    this.#state = "closed";
    this.#pace?.close();
  }

  #hand(source: number, message: ReceivedMessage): void {
    if (!this.#taker.received(source, message) && this.#state === "taking") this.#state = "held";
  }

  #drain(): void {
    for (const lane of this.#lanes) lane.drain();
  }
}

interface LaneParts {
  hand(message: ReceivedMessage): void;
  mayPass(message: ReceivedMessage): boolean;
  taken(): void;
}

export class Lane {
  readonly #parts: LaneParts;
  #waiting: ReceivedMessage[] = [];
  #bytes = 0;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** How much waits. */
  get bytes(): number {
    return this.#bytes;
  }

  add(message: ReceivedMessage): void {
    if (this.#waiting.length === 0 && this.#parts.mayPass(message)) {
      this.#parts.hand(message);
      this.#parts.taken();
    } else {
      this.#waiting.push(message);
      this.#bytes += message.payload?.length ?? 0;
    }
  }

  drain(): void {
    let taken = false;
    for (
      let message = this.#waiting[0];
      message && this.#parts.mayPass(message);
      message = this.#waiting[0]
    ) {
      // Before it is handed out, since that may bring us here again.
      this.#waiting.shift();
      this.#bytes -= message.payload?.length ?? 0;
      this.#parts.hand(message);
      taken = true;
    }
    if (taken || this.#waiting.length === 0) this.#parts.taken();
  }

  /** Gives what waits, which is not handed out any more. */
  clear(): readonly ReceivedMessage[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return waiting;
  }
}
