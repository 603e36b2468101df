// A model on another server.
//
// Rows become requests of at most as many as the server takes at once. Each request has a place among a few that are under way, goes
// through the circuit, and is tried again where that may help.

import pLimit, { type LimitFunction } from "p-limit";
import type { BatchModel, Outputs } from "../scoring.ts";
import { checkWell, jsonOf, type Masked } from "./answers.ts";
import { Circuit, type CircuitLimits } from "./circuit.ts";
import type { Exchange, Request } from "./exchange.ts";
import { closed, givenUp } from "./faults.ts";
import { Interruption, unlessEnded } from "./interruption.ts";
import type { Protocol } from "./protocol.ts";
import type { Answer } from "./reading.ts";
import { retrying } from "./retrying.ts";

type Rows = readonly (readonly number[])[];

export interface HttpModelParts {
  readonly protocol: Protocol;
  readonly exchange: Exchange;
  readonly headers: Readonly<Record<string, string>>;
  readonly masked: Masked;
  readonly limits: HttpModelLimits;
}

export interface HttpModelLimits extends CircuitLimits {
  readonly maxBatch: number;
  readonly batchDelayMs: number;
  readonly retries: number;
  readonly maxResponseBytes: number;
  readonly maxConnections: number;
}

export class HttpModel implements BatchModel {
  readonly kind = "batch";
  readonly maxBatch: number;
  readonly gatherMs: number;
  readonly #parts: HttpModelParts;
  readonly #circuit: Circuit;
  readonly #places: LimitFunction;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  /** What the server said when it was asked whether the model is ready; until a prediction has come. */
  #notReady: string | undefined;

  constructor(parts: HttpModelParts) {
    const { maxBatch, maxConnections } = parts.limits;
    // Where each row is a request, more than are under way at once would only wait.
    this.maxBatch = parts.protocol.maxRows === 1 ? Math.min(maxBatch, maxConnections) : maxBatch;
    this.gatherMs = parts.limits.batchDelayMs;
    this.#parts = parts;
    this.#circuit = new Circuit(parts.limits);
    this.#places = pLimit(maxConnections);
    const { readyPath } = parts.protocol;
    if (readyPath !== undefined) void this.#noted(this.#askWhetherReady(readyPath));
  }

  predict(rows: Rows, signal: AbortSignal): Promise<readonly Outputs[]> {
    return this.#noted(this.#predict(rows, signal));
  }

  trouble(): string | undefined {
    return this.#circuit.trouble() ?? this.#notReady;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#parts.exchange.close();
    await Promise.allSettled(this.#underWay);
  }

  async #predict(rows: Rows, signal: AbortSignal): Promise<readonly Outputs[]> {
    using interruption = this.#endingWith(signal);
    const { maxRows } = this.#parts.protocol;
    const requests = Array.from({ length: Math.ceil(rows.length / maxRows) }, (_, i) =>
      this.#places(() => this.#ask(rows.slice(i * maxRows, (i + 1) * maxRows), interruption.signal)),
    );
    try {
      const outputs = (await unlessEnded(Promise.all(requests), interruption.signal)).flat();
      this.#notReady = undefined;
      return outputs;
    } finally {
      // Where one has failed, the others are for nothing.
      interruption.end(givenUp());
    }
  }

  async #ask(rows: Rows, signal: AbortSignal): Promise<readonly Outputs[]> {
    signal.throwIfAborted();
    const { protocol, headers, masked, limits } = this.#parts;
    const body = JSON.stringify(protocol.bodyOf(rows));
    const request: Request = { method: "POST", path: protocol.path, headers, body };
    const answer = await retrying(
      () => this.#circuit.run(() => this.#send(request, signal)),
      limits.retries,
      signal,
    );
    return protocol.outputsOf(await jsonOf(answer, limits.maxResponseBytes, masked), rows.length);
  }

  async #send(request: Request, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const answer = await this.#parts.exchange.send(request, signal);
    await checkWell(answer, this.#parts.masked);
    return answer;
  }

  /** A server that is not there yet may come: it is noted, and nothing else. */
  async #askWhetherReady(path: string): Promise<void> {
    const { headers: all, masked, exchange } = this.#parts;
    const { "content-type": _, ...headers } = all;
    using interruption = this.#endingWith();
    try {
      const answer = await exchange.send({ method: "GET", path, headers }, interruption.signal);
      await checkWell(answer, masked);
      if (answer.status >= 300)
        this.#notReady = `The model is not ready: its server answers ${answer.status}.`;
    } catch (error) {
      this.#notReady = (error as Error).message;
    }
  }

  #endingWith(signal?: AbortSignal): Interruption {
    const interruption = new Interruption().by(this.#closing.signal, closed);
    return signal ? interruption.by(signal, givenUp) : interruption;
  }

  /** So that closing can wait for it. */
  #noted<T>(work: Promise<T>): Promise<T> {
    const noted = work.finally(() => this.#underWay.delete(noted));
    this.#underWay.add(noted);
    return noted;
  }
}
