// One message while it is in work: it is settled once, when all that it was waited for is known.

import type { ReceivedMessage, Settlement } from "../connectors/connector.ts";
import type { About, Step } from "../monitoring/monitor.ts";
import { type Outcome, settlementOf } from "./settlement.ts";

export class IncomingMessage {
  readonly #message: ReceivedMessage;
  readonly #about: About;
  readonly #acknowledged: Step;
  readonly #onDone: () => void;
  readonly #outcomes: Outcome[] = [];
  /** How many outcomes settle it. */
  #awaited = 0;
  /** What is open: the outcomes of all that it became, and its being handed on itself. */
  #open = 1;
  #isHandedOn = false;
  #isSettled = false;

  /** `onDone` is called once all is known, whenever it was settled. */
  constructor(message: ReceivedMessage, about: About, acknowledged: Step, onDone: () => void) {
    this.#message = message;
    this.#about = about;
    this.#acknowledged = acknowledged;
    this.#onDone = onDone;
  }

  /** Expects one more outcome; `settles` says whether it counts for the settlement. Gives what takes it in, to be called once. */
  expect(settles: boolean): (outcome: Outcome) => void {
    this.#open++;
    if (settles) this.#awaited++;
    return (outcome) => {
      if (settles) this.#outcomes.push(outcome);
      this.#look();
      this.#close();
    };
  }

  /** All that it became is handed on. */
  handedOn(): void {
    this.#isHandedOn = true;
    this.#look();
    this.#close();
  }

  /** Settles it, unless it is settled. */
  settle(settlement: Settlement): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#message.settle(settlement);
    if (settlement === "accept") this.#acknowledged.success(this.#about, () => "The message is accepted.");
    else this.#acknowledged.failure(this.#about, () => texts[settlement]);
  }

  #look(): void {
    if (this.#isHandedOn && this.#outcomes.length === this.#awaited)
      this.settle(settlementOf(this.#outcomes));
  }

  #close(): void {
    if (--this.#open === 0) this.#onDone();
  }
}

const texts: Readonly<Record<Exclude<Settlement, "accept">, string>> = {
  reject: "The message is rejected: what it asked for was refused, and would be again.",
  redeliver: "The message is to come again: what it asked for failed, or took too long.",
};
