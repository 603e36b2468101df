// What a session is told in portions, as its client asks for them: the pages of a search, the past of an entity.

import type { LimitFunction } from "p-limit";
import { TwinError } from "../base/errors.ts";
import { internalError } from "../base/internal-error.ts";
import { printToldHeaders } from "../protocol/headers.ts";
import type { DittoHeaders } from "../signals/signal.ts";
import type { Outlet } from "./outlet.ts";

/** Where the portions come from. */
export interface Portions {
  /**
   * The next ones as messages, at most so many, perhaps none; `undefined` after the last. `told` are the headers to tell,
   * as JSON, when they are printed. May refuse. One call at a time; nothing happens before the first.
   */
  next(max: number, told: () => string): Promise<readonly string[] | undefined>;
  /** Whether it is known that none follows those that were given. */
  readonly isOver?: boolean | undefined;
  cancel(): void;
}

/** How the beginning and the end are told; `headers` are JSON. */
export interface PulledWords {
  print(event: "created" | "complete", id: string, headers: string): string;
  printFailed(id: string, error: TwinError, headers: string): string;
}

/** What clients are refused with. */
export interface PulledRefusals {
  notFound(id: string): TwinError;
  demandInvalid(): TwinError;
  isOver(): TwinError;
  timeout(id: string): TwinError;
  aborted(): TwinError;
  tooMany(): TwinError;
}

export interface PulledParts {
  readonly outlet: Outlet;
  readonly words: PulledWords;
  readonly refusals: PulledRefusals;
  readonly portions: Portions;
  /** Lets portions of one session be read in turn. */
  readonly inTurn: LimitFunction;
  /** How long it goes on without anything being asked or told. */
  readonly idleMs: number;
  readonly onOver: () => void;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/**
 *   idle ──request──► reading portions ──demand met──► idle
 *    └─────────────────────────┴──► over: complete, failed, or in silence
 *
 * What it tells has the headers of the message that was last received for it.
 */
export class Pulled {
  readonly #id: string;
  readonly #parts: PulledParts;
  readonly #idle: NodeJS.Timeout;
  #headers: DittoHeaders;
  #told: string;
  #demand = 0;
  #isReading = false;
  #isOver = false;

  /** Tells that it is created. */
  constructor(id: string, headers: DittoHeaders, parts: PulledParts) {
    this.#id = id;
    this.#parts = parts;
    this.#headers = headers;
    this.#told = printToldHeaders(headers);
    this.#idle = setTimeout(() => this.fail(parts.refusals.timeout(id)), parts.idleMs).unref();
    parts.outlet.send(parts.words.print("created", id, this.#told));
  }

  /** Asks for more portions. The sum is a double, which never overflows, and never ends once it is beyond 2^53. */
  request(demand: number, headers: DittoHeaders): void {
    this.#hear(headers);
    if (demand >= 1) {
      this.#demand += demand;
      void this.#read();
    } else this.fail(this.#parts.refusals.demandInvalid());
  }

  /** Ends it in silence. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#idle);
    this.#parts.portions.cancel();
    this.#parts.onOver();
  }

  /** Ends it with an error. */
  fail(error: TwinError): void {
    if (this.#isOver) return;
    this.#parts.outlet.send(this.#parts.words.printFailed(this.#id, error, this.#told));
    this.cancel();
  }

  #hear(headers: DittoHeaders): void {
    this.#headers = headers;
    this.#told = printToldHeaders(headers);
    this.#idle.refresh();
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#demand > 0 && !this.#isOver) await this.#parts.inTurn(() => this.#portions());
    this.#isReading = false;
  }

  async #portions(): Promise<void> {
    const { outlet, portions } = this.#parts;
    try {
      await outlet.drained();
      if (this.#isOver) return;
      const messages = await portions.next(this.#demand, () => this.#told);
      if (!this.#isOver) await this.#tell(messages);
    } catch (error) {
      this.#refuse(error);
    }
  }

  async #tell(messages: readonly string[] | undefined): Promise<void> {
    const { outlet, portions } = this.#parts;
    if (messages && messages.length > 0) {
      this.#demand -= messages.length;
      this.#idle.refresh();
    }
    const taken = messages?.map((message) => outlet.sendPage(message)) ?? [];
    if (!messages || portions.isOver) this.#complete();
    await Promise.all(taken);
  }

  #complete(): void {
    this.#parts.outlet.send(this.#parts.words.print("complete", this.#id, this.#told));
    this.cancel();
  }

  #refuse(error: unknown): void {
    const { "correlation-id": correlationId } = this.#headers; // every checked message has one
    if (!(error instanceof TwinError)) this.#parts.onFault(error, correlationId as string);
    this.fail(error instanceof TwinError ? error : internalError());
  }
}
