// What of ours the broker has yet to answer, by packet identifier.

import type { Packet } from "mqtt-packet";

/** Takes an answer; says whether it was the last one. */
export type OnAnswer = (answer: Packet) => boolean;

const IDS = 65_535;
/** How many may be open, so that free identifiers are found quickly. */
export const MAX_EXCHANGES = 60_000;

export class Exchanges {
  readonly #open = new Map<number, OnAnswer>();
  // After a restart the broker may still hold identifiers of ours for QoS 2: the same ones soon would be taken for duplicates.
  #last = Math.floor(Math.random() * IDS);

  /** Opens an exchange; the identifier is free again after its last answer. */
  begin(onAnswer: OnAnswer): number {
    do this.#last = (this.#last % IDS) + 1;
    while (this.#open.has(this.#last));
    this.#open.set(this.#last, onAnswer);
    return this.#last;
  }

  /** Gives the identifier of what could not be sent free again. */
  abandon(id: number): void {
    this.#open.delete(id);
  }

  /** Says whether somebody waited for the answer. */
  answered(answer: Packet): boolean {
    const id = answer.messageId ?? 0;
    const onAnswer = this.#open.get(id);
    if (onAnswer?.(answer)) this.#open.delete(id);
    return onAnswer !== undefined;
  }
}
