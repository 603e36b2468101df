// One search of a session, told in pages as its client asks for them.

import type { LimitFunction } from "p-limit";
import { TwinError } from "../../base/errors.ts";
import { printFailed, printNext, printSearch, printSearchHeaders } from "../../protocol/search.ts";
import type { FoundThing, PageStream } from "../../search/search.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { internalError } from "../http/errors.ts";
import type { Outlet } from "./outlet.ts";
import { demandInvalid, subscriptionTimeout } from "./search-errors.ts";

export interface SearchSubscriptionParts {
  readonly outlet: Outlet;
  /** Begins the search; called once, when the first page is due. May refuse. */
  readonly open: () => PageStream;
  /** Lets pages of one session be read in turn. */
  readonly inTurn: LimitFunction;
  /** How long it goes on without anything being asked or told. */
  readonly idleMs: number;
  readonly onOver: () => void;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/**
 *   idle ──request──► reading pages ──demand met──► idle
 *    └──────────────────────┴──► over: complete, failed, or in silence
 *
 * What it tells has the headers of the message that was last received for it.
 */
export class SearchSubscription {
  readonly #id: string;
  readonly #parts: SearchSubscriptionParts;
  readonly #idle: NodeJS.Timeout;
  #headers: DittoHeaders;
  #told: string;
  #pages: PageStream | undefined;
  #demand = 0;
  #isReading = false;
  #isOver = false;

  /** Tells that it is created. */
  constructor(id: string, headers: DittoHeaders, parts: SearchSubscriptionParts) {
    this.#id = id;
    this.#parts = parts;
    this.#headers = headers;
    this.#told = printSearchHeaders(headers);
    this.#idle = setTimeout(() => this.fail(subscriptionTimeout(id)), parts.idleMs).unref();
    parts.outlet.send(printSearch("created", id, this.#told));
  }

  /** Asks for more pages. The sum is a double, which never overflows, and never ends once it is beyond 2^53. */
  request(demand: number, headers: DittoHeaders): void {
    this.#hear(headers);
    if (demand >= 1) {
      this.#demand += demand;
      void this.#read();
    } else this.fail(demandInvalid());
  }

  /** Ends it in silence. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#idle);
    this.#pages?.cancel();
    this.#parts.onOver();
  }

  /** Ends it with an error. */
  fail(error: TwinError): void {
    if (this.#isOver) return;
    this.#parts.outlet.send(printFailed(this.#id, error, this.#told));
    this.cancel();
  }

  #hear(headers: DittoHeaders): void {
    this.#headers = headers;
    this.#told = printSearchHeaders(headers);
    this.#idle.refresh();
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#demand > 0 && !this.#isOver) await this.#parts.inTurn(() => this.#page());
    this.#isReading = false;
  }

  async #page(): Promise<void> {
    try {
      await this.#parts.outlet.drained();
      if (this.#isOver) return;
      this.#pages ??= this.#parts.open();
      const things = await this.#pages.next();
      if (!this.#isOver) await this.#tell(things);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** A page of which nothing could be read is none. */
  async #tell(things: readonly FoundThing[] | undefined): Promise<void> {
    let taken: Promise<void> | undefined;
    if (things && things.length > 0) {
      this.#demand--;
      this.#idle.refresh();
      const items = things.map(({ text }) => text);
      taken = this.#parts.outlet.sendPage(printNext(this.#id, items, this.#told));
    }
    if (!things || this.#pages?.isOver) this.#complete();
    await taken;
  }

  #complete(): void {
    this.#parts.outlet.send(printSearch("complete", this.#id, this.#told));
    this.cancel();
  }

  #refuse(error: unknown): void {
    const { "correlation-id": correlationId } = this.#headers; // every checked message has one
    if (!(error instanceof TwinError)) this.#parts.onFault(error, correlationId as string);
    this.fail(error instanceof TwinError ? error : internalError());
  }
}
