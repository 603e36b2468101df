// What other members ask of this one, and what of it is still to be answered: who leaves in order leaves nobody waiting.

import { setTimeout as later } from "node:timers/promises";
import { answered } from "./frames.ts";
import type { ClusterLog } from "./options.ts";
import type { Answer } from "./wire.ts";

export interface AnsweringParts {
  readonly log: ClusterLog;
  /** Says a line to a member; false where it is too long to be sent. */
  say(to: string, line: string): boolean;
}

export class Answering {
  readonly #parts: AnsweringParts;
  readonly #answers = new Map<string, Answer>();
  /** What was asked and is not answered, as long as this member is there. */
  readonly #open = new Set<{ readonly from: string; readonly number: number }>();
  #idle: PromiseWithResolvers<void> | undefined;
  #isOver = false;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
  }

  /** Answers a topic from now on. */
  on(topic: string, answer: Answer): void {
    this.#answers.set(topic, answer);
  }

  /** A member has asked something. */
  take(number: number, topic: string, payload: string, from: string): void {
    const { say, log } = this.#parts;
    const answer = this.#answers.get(topic);
    if (!answer || this.#isOver) {
      say(from, answered("N", number, ""));
      return;
    }
    const question = { from, number };
    this.#open.add(question);
    const answering = async () => answer(payload, from); // what it throws at once is refused too
    answering()
      .then(
        (text) => {
          if (!this.#open.has(question)) return; // it was given up
          if (!say(from, answered("A", number, text))) say(from, answered("O", number, ""));
        },
        (error: unknown) => {
          log("warning", `Another member asked for "${topic}" in vain: ${String(error)}`);
          if (this.#open.has(question)) say(from, answered("E", number, ""));
        },
      )
      .finally(() => {
        this.#open.delete(question);
        if (this.#open.size === 0) this.#idle?.resolve();
      });
  }

  /** Resolves once all is answered that was asked until now and meanwhile, after so many milliseconds at most. */
  async idle(mostMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    this.#idle = Promise.withResolvers();
    await Promise.race([this.#idle.promise, later(mostMs, undefined, { ref: false })]);
  }

  /** Who has no answer yet is told that there is none, and so is who still asks. */
  end(): void {
    this.#isOver = true;
    for (const { from, number } of this.#open) this.#parts.say(from, answered("E", number, ""));
    this.#open.clear();
  }
}
