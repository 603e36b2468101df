// One answer as it comes in: its head within a time, then its body, of a bounded length, within another.

import type { Dispatcher } from "undici";
import { bytesPayload, type ExternalHeaders } from "../../external-message.ts";
import { sendingFailed } from "../../outbound/errors.ts";
import type { Published } from "../connector.ts";

/** An answer that is of no use; the endpoint is fine. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

/** How long the body of an answer may take once its head is there. */
const BODY_WITHIN_MS = 10_000;

export class Reading implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #outcome = Promise.withResolvers<Published>();
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #status = 0;
  #headers: ExternalHeaders = {};
  #length = 0;

  constructor(headWithinMs: number, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#expectWithin(headWithinMs);
  }

  /** The whole answer. */
  get published(): Promise<Published> {
    return this.#outcome.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure);
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseStart"]>>[2],
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headersOf(headers);
    this.#expectWithin(BODY_WITHIN_MS);
    if (status > 599) this.#fail(sendingFailed(`The endpoint answered with the unknown status ${status}.`));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes)
      this.#fail(new BadAnswer(`The endpoint answered with more than ${this.#maxBytes} bytes.`));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const [first] = this.#chunks;
    const payload = first && bytesPayload(this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks));
    this.#outcome.resolve({ status: this.#status, answer: { headers: this.#headers, payload } });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    this.#outcome.reject(error);
  }

  #expectWithin(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#fail(Object.assign(new Error(`no answer within ${ms} ms`), { code: "ETIMEDOUT" }));
    }, ms);
  }

  /** Ends the connection as well. */
  #fail(failure: Error): void {
    clearTimeout(this.#timer);
    this.#failure = failure;
    this.#outcome.reject(failure);
    this.#controller?.abort(failure);
  }
}

const headersOf = (headers: Readonly<Record<string, string | string[] | undefined>>): ExternalHeaders =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
