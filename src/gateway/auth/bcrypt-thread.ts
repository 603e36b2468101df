// Compares passwords with hashes of bcrypt in a thread of its own, one after another.

import { Worker } from "node:worker_threads";
import type { Answer, Question } from "./bcrypt-messages.ts";
import { loginUnavailable } from "./errors.ts";

/** How many comparisons wait at most. */
const MAX_WAITING = 200;

/** The thread; it starts with the first question, and does not keep the process alive. */
export class BcryptThread {
  #worker: Worker | undefined;
  #asked = 0;
  readonly #waiting = new Map<number, PromiseWithResolvers<boolean>>();

  /** Whether the password matches any of the hashes; refuses with 503 when too many wait. */
  async matches(password: string, hashes: readonly string[], others: readonly string[]): Promise<boolean> {
    if (this.#waiting.size >= MAX_WAITING) throw loginUnavailable();
    const question: Question = { id: this.#asked++, password, hashes, others };
    const answer = Promise.withResolvers<boolean>();
    this.#waiting.set(question.id, answer);
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
    return answer.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./bcrypt-worker.ts", import.meta.url));
    worker.on("message", ({ id, matches }: Answer) => {
      this.#waiting.get(id)?.resolve(matches);
      this.#waiting.delete(id);
    });
    worker.on("error", (error) => {
      this.#worker = undefined;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    worker.unref(); // listening holds the process again
    return worker;
  }
}
