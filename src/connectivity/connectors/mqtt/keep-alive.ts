// Whether the broker is still there (MQTT 5, section 3.1.2.10).

/** Lets the broker hear of us in each interval, and reports when nothing was heard of it in a whole one. */
export class KeepAlive {
  readonly #ping: () => void;
  readonly #silent: (reason: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #isHeard = true;
  /** While nothing is read, silence says nothing. */
  isBlind = false;

  constructor(ping: () => void, silent: (reason: Error) => void) {
    this.#ping = ping;
    this.#silent = silent;
  }

  /** Begins; 0 seconds stand for never. */
  start(seconds: number): void {
    if (seconds > 0) this.#timer = setInterval(() => this.#tick(), seconds * 1000);
  }

  heard(): void {
    this.#isHeard = true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (!this.#isHeard && !this.isBlind) this.#silent(new Error("The broker does not answer any more."));
    this.#isHeard = this.isBlind;
    this.#ping();
  }
}
