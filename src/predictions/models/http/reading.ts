// One answer as it comes in, of a bounded length and until a signal ends it.

import type { Dispatcher } from "undici";
import { badOutput } from "./faults.ts";

/** An answer of the server, whatever it says. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

export class Reading implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #signal: AbortSignal;
  readonly #outcome = Promise.withResolvers<Answer>();
  readonly #chunks: Buffer[] = [];
  readonly #end = () => this.#fail(this.#signal.reason);
  #controller: Dispatcher.DispatchController | undefined;
  #failure: Error | undefined;
  #status = 0;
  #headers: Answer["headers"] = {};
  #length = 0;

  constructor(maxBytes: number, signal: AbortSignal) {
    this.#maxBytes = maxBytes;
    this.#signal = signal;
    signal.addEventListener("abort", this.#end, { once: true });
    if (signal.aborted) this.#end();
  }

  /** The whole answer. Rejects with the reason of the signal, with a `ModelFault` where it is too long, and with errors of sockets. */
  get answer(): Promise<Answer> {
    return this.#outcome.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Answer["headers"]): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes)
      this.#fail(badOutput(`answers with more than ${this.#maxBytes} bytes`));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#done();
    this.#outcome.resolve({
      status: this.#status,
      headers: this.#headers,
      bytes: Buffer.concat(this.#chunks),
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#done();
    this.#outcome.reject(error);
  }

  /** Ends the connection as well. */
  #fail(failure: Error): void {
    this.#done();
    this.#failure = failure;
    this.#outcome.reject(failure);
    this.#controller?.abort(failure);
  }

  #done(): void {
    this.#signal.removeEventListener("abort", this.#end);
  }
}
