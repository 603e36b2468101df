// What could not be done at once stands in line, for each entity in the order in which it was asked.

import { setImmediate } from "node:timers/promises";
import { serviceUnavailable } from "../errors.ts";
import type { Pulse } from "./pulse.ts";

export interface Waiter {
  /** Those of one key keep their order. */
  readonly key: string;
  /** Its place among all that was asked. */
  readonly place: number;
  /** When its time is over, by the monotonic clock. */
  readonly until: number;
  /** Begins it before it returns; resolves with whether it is to be tried again. Must not reject. */
  begin(): Promise<boolean>;
  /** Ends it without having it begun; without an error where its time is over. */
  refuse(error?: Error): void;
}

/**
 * Who can be asked for what a waiter wants; else what has to end first, or `undefined` where only a change of the cluster helps.
 * `isFirst` where nothing that comes after it may still be on its way.
 */
export type Way<W> = (waiter: W, isFirst: boolean) => string | Promise<void> | undefined;

interface Line<W> {
  /** By their places. */
  readonly waiting: { readonly waiter: W; readonly tries: number }[];
  /** Whether one came back since it was last looked. */
  isBack: boolean;
  /** Beats to wait before it is tried again. */
  pause: number;
}

const MOST_WAITING = 20_000;
/** Beats between two tries, and between two looks for those whose time is over, at most. */
const LONGEST_PAUSE = 16;
const LOOK = 4;
/** So many are begun with in one turn of the event loop. */
const AT_ONCE = 64;

/**
 * A line only begins things, and waits for none to be done: they come back where they have to be tried again. With another member it
 * begins by the first alone, for a beat, so that what that member refuses at once is not sent in vain. At most 20,000 wait, in all
 * lines together; beyond, 503.
 */
export class Lines<W extends Waiter> {
  readonly #self: string;
  readonly #way: Way<W>;
  readonly #pulse: Pulse;
  readonly #lines = new Map<string, Line<W>>();
  #count = 0;

  /** `self` is the member that this is. */
  constructor(self: string, pulse: Pulse, way: Way<W>) {
    this.#self = self;
    this.#pulse = pulse;
    this.#way = way;
  }

  /** Whether something of a key stands in line, so that a newcomer has to as well. */
  busy(key: string): boolean {
    return this.#lines.has(key);
  }

  /** Puts it in its place; `tries` is how often it was tried before. */
  add(waiter: W, tries: number): void {
    if (this.#count >= MOST_WAITING) {
      waiter.refuse(serviceUnavailable());
      return;
    }
    this.#count++;
    const line = this.#lines.get(waiter.key) ?? this.#open(waiter.key);
    const after = line.waiting.findLastIndex((other) => other.waiter.place < waiter.place);
    line.waiting.splice(after + 1, 0, { waiter, tries });
    if (tries === 0) return;
    line.isBack = true;
    line.pause = Math.max(line.pause, tries === 1 ? 0 : Math.min(2 ** (tries - 2), LONGEST_PAUSE));
  }

  #open(key: string): Line<W> {
    const line: Line<W> = { waiting: [], isBack: false, pause: 0 };
    this.#lines.set(key, line);
    void this.#serve(key, line);
    return line;
  }

  async #serve(key: string, line: Line<W>): Promise<void> {
    await setImmediate(); // what comes back with the first is in its place by then
    while (this.#hasAny(line)) {
      const { pause } = line;
      line.pause = 0;
      await this.#pulse.wait(pause);
      const [first] = line.waiting;
      const way = first && this.#way(first.waiter, true);
      if (typeof way === "string") await this.#flow(line, way);
      else await Promise.race(way === undefined ? [this.#pulse.wait(LOOK)] : [this.#pulse.wait(LOOK), way]);
    }
    this.#lines.delete(key);
  }

  /** Lets those whose time is over go. */
  #hasAny({ waiting }: Line<W>): boolean {
    const now = performance.now();
    for (let i = waiting.length - 1; i >= 0; i--) {
      const { waiter } = waiting[i]!;
      if (waiter.until > now) continue;
      waiting.splice(i, 1);
      this.#count--;
      waiter.refuse();
    }
    return waiting.length > 0;
  }

  /** Begins one after the other, until one comes back or they have to go another way. */
  async #flow(line: Line<W>, to: string): Promise<void> {
    line.isBack = false;
    const begun = this.#begin(line);
    if (to !== this.#self) await Promise.race([begun, this.#pulse.wait(1)]);
    for (let more = 1; !line.isBack; more++) {
      if (more % AT_ONCE === 0) await setImmediate();
      const [next] = line.waiting;
      if (!next || line.isBack || this.#way(next.waiter, false) !== to) return;
      void this.#begin(line);
    }
  }

  async #begin({ waiting }: Line<W>): Promise<void> {
    const { waiter, tries } = waiting.shift()!;
    this.#count--;
    if (waiter.until <= performance.now()) return waiter.refuse();
    if (await waiter.begin()) this.add(waiter, tries + 1);
  }
}
