// Messages between the server and those who take them: they wait while too many are in work, or an address is too fast.

import type { ReceivedMessage } from "../connector.ts";
import { Pace } from "../pace.ts";
import type { NatsSettings } from "./settings.ts";

/** Gives false when no more is wanted until `resume`. */
export type Take = (source: number, message: ReceivedMessage) => boolean;

/** All that wait for one client. */
export class Inbox {
  readonly #take: Take;
  readonly #lanes: Lane[] = [];
  readonly #pace: Pace | undefined;
  #state: "starting" | "taking" | "held" | "closed" = "starting";

  constructor(take: Take, throttling: NatsSettings["throttling"]) {
    this.#take = take;
    if (throttling) this.#pace = new Pace(throttling, () => this.#drain());
  }

  get isTaking(): boolean {
    return this.#state === "taking";
  }

  /** The messages of one address; `taken` is called after some of them were taken. */
  lane(source: number, taken: () => void): Lane {
    const index = this.#lanes.length;
    const hand = (message: ReceivedMessage) => this.#hand(source, message);
    const mayPass = () => this.#state === "taking" && (this.#pace === undefined || this.#pace.take(index));
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
    if (!this.#take(source, message) && this.#state === "taking") this.#state = "held";
  }

  #drain(): void {
    for (const lane of this.#lanes) lane.drain();
  }
}

interface LaneParts {
  hand(message: ReceivedMessage): void;
  mayPass(): boolean;
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
    if (this.#waiting.length === 0 && this.#parts.mayPass()) {
      this.#parts.hand(message);
      this.#parts.taken();
    } else {
      this.#waiting.push(message);
      this.#bytes += message.payload?.length ?? 0;
    }
  }

  drain(): void {
    let taken = false;
    while (this.#waiting.length > 0 && this.#parts.mayPass()) {
      // Before it is handed out, since that may bring us here again.
      const message = this.#waiting.shift()!;
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
