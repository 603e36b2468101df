// How much was handed to a connection that may not have left this process yet. The client of NATS keeps it without a bound
// while a connection stands still.

import type { NatsConnection } from "@nats-io/transport-node";

/** So often the server is asked whether it has all. */
const STEP_BYTES = 1024 * 1024;
/** So much may be under way. */
const MOST_BYTES = 64 * 1024 * 1024;

export class Backlog {
  readonly #link: NatsConnection;
  #sent = 0;
  #arrived = 0;
  #askedAt = 0;

  constructor(link: NatsConnection) {
    this.#link = link;
  }

  get isFull(): boolean {
    return this.#sent - this.#arrived > MOST_BYTES;
  }

  sent(bytes: number): void {
    this.#sent += bytes;
    if (this.#sent - this.#askedAt < STEP_BYTES) return;
    const asked = this.#sent;
    this.#askedAt = asked;
    this.#link.flush().then(
      () => {
        this.#arrived = asked;
      },
      () => {}, // closed
    );
  }
}
