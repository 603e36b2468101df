// Has large JSON judged in a thread of its own, one after another: a body of 1 MB that consists of keys would hold up everybody else.

import { Worker } from "node:worker_threads";
import { TwinError } from "../../base/errors.ts";
import { overloaded } from "../throttling/overloaded.ts";
import type { Answer, Judged, Large, Question } from "./messages.ts";

/** Bytes beyond which JSON is judged in the thread; what is shorter is parsed at once, most often within 3 ms and hardly ever in more than 10. */
export const LARGE_JSON = 65_536;

/** What may wait for the thread, at most. */
export interface ThreadBounds {
  readonly questions: number;
  readonly bytes: number;
  /** Of one who asks, unless nothing else of theirs waits. */
  readonly bytesEach: number;
}

interface Waiting extends PromiseWithResolvers<Judged> {
  readonly bytes: number;
  readonly whose: string;
}

/** The thread; it starts with the first question, and does not keep the process alive. */
export class LargeJsonThread {
  readonly #bounds: ThreadBounds;
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  #asked = 0;
  #bytes = 0;
  /** In the order in which they are judged. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #bytesOf = new Map<string, number>();

  constructor(bounds: ThreadBounds, start: () => Worker = startWorker) {
    this.#bounds = bounds;
    this.#start = start;
  }

  /**
   * Judges JSON of a subject, whose bytes are the thread's from then on. Refuses what it is refused for, and with 503 where too much waits, or
   * the thread died before its turn came. Rejects with the error of which the thread died over it.
   */
  async judge(large: Large, whose: string): Promise<Judged> {
    const { length } = large.bytes;
    const { questions, bytes: most, bytesEach } = this.#bounds;
    const own = this.#bytesOf.get(whose) ?? 0;
    const isTooMuch = this.#bytes + length > most || (own > 0 && own + length > bytesEach);
    if (isTooMuch || this.#waiting.size >= questions) throw overloaded("is sent more large JSON");
    const bytes = owned(large.bytes);
    const question: Question = { id: this.#asked++, large: { ...large, bytes } };
    const answer = { ...Promise.withResolvers<Judged>(), bytes: length, whose };
    this.#waiting.set(question.id, answer);
    this.#bytes += length;
    this.#bytesOf.set(whose, own + length);
    this.#worker ??= this.#started();
    this.#worker.postMessage(question, [bytes.buffer]);
    return answer.promise;
  }

  #started(): Worker {
    const worker = this.#start();
    worker.on("message", (answer: Answer) => this.#take(answer));
    worker.unref(); // who listens to messages holds it again
    worker.on("error", (error) => this.#died(worker, error));
    worker.on("exit", (code) => this.#died(worker, new Error(`the thread ended with ${code}`)));
    return worker;
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    this.#forget(waiting);
    if ("judged" in answer) waiting.resolve(answer.judged);
    else waiting.reject(new TwinError(answer.refusal.code, answer.refusal.status, answer.refusal.text));
  }

  #forget({ bytes, whose }: Waiting): void {
    this.#bytes -= bytes;
    const left = (this.#bytesOf.get(whose) ?? 0) - bytes;
    if (left > 0) this.#bytesOf.set(whose, left);
    else this.#bytesOf.delete(whose);
  }

  /** The oldest was at work, and is told why; the others may come again. */
  #died(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return; // an error is followed by the exit
    this.#worker = undefined;
    const [first, ...others] = this.#waiting.values();
    this.#waiting.clear();
    this.#bytes = 0;
    this.#bytesOf.clear();
    first?.reject(error);
    for (const { reject } of others) reject(overloaded("lost more large JSON"));
  }
}

const startWorker = (): Worker => new Worker(new URL("./worker.ts", import.meta.url));

/** Bytes that can be handed over: what shares its memory with others is copied. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.byteLength === bytes.buffer.byteLength ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);

/** Of this process, which has one event loop to be kept free. */
export const largeJson = new LargeJsonThread({
  questions: 1_000,
  bytes: 64_000_000,
  bytesEach: 8_000_000,
});
