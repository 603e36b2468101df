// What was asked and is not answered yet. One timer looks after all deadlines.

import { Unreachable } from "./wire.ts";

const MOST = 20_000;
const TICK_MS = 50;

export interface Open {
  readonly to: string;
  /** The frame that it is in. */
  readonly row: number;
  readonly place: number;
  resolve(payload: string): void;
  reject(error: Unreachable): void;
}

export class Requests {
  readonly #open = new Map<number, Open>();
  /** Numbers by the tick at which their time is over; those that are answered stay until then. */
  readonly #wheel = new Map<number, number[]>();
  #timer: NodeJS.Timeout | undefined;
  #tick = 0;

  get isFull(): boolean {
    return this.#open.size >= MOST;
  }

  add(number: number, timeoutMs: number, open: Open): void {
    this.#open.set(number, open);
    const tick = this.#now() + Math.max(1, Math.ceil(timeoutMs / TICK_MS));
    const due = this.#wheel.get(tick);
    if (due) due.push(number);
    else this.#wheel.set(tick, [number]);
  }

  answer(number: number, from: string, payload: string): void {
    if (this.#open.get(number)?.to === from) this.#take(number)!.resolve(payload);
  }

  fail(number: number, from: string, problem: Unreachable): void {
    if (this.#open.get(number)?.to === from) this.#take(number)!.reject(problem);
  }

  /** Ends those that `isConcerned`; `isUndelivered` says of which the member has certainly not seen. */
  failAll(
    isConcerned: (open: Open) => boolean,
    reason: string,
    isUndelivered: (open: Open) => boolean,
  ): void {
    for (const [number, open] of this.#open) {
      if (!isConcerned(open)) continue;
      this.#open.delete(number);
      open.reject(new Unreachable(reason, isUndelivered(open)));
    }
  }

  /** Ends those of a frame that nobody took, whose numbers are within a range. */
  failFrame(to: string, row: number, place: number, [least, greatest]: readonly [number, number]): void {
    for (let number = least; number <= greatest; number++) {
      const open = this.#open.get(number);
      if (open?.to === to && open.row === row && open.place === place)
        this.fail(number, to, new Unreachable("The member is not there.", true));
    }
  }

  /** Ends those of some frames of a row, which their member has certainly not seen. */
  failFrames(to: string, frames: { row: number; first: number; last: number }, reason: string): void {
    const { row, first, last } = frames;
    const isConcerned = (open: Open) =>
      open.to === to && open.row === row && open.place >= first && open.place <= last;
    this.failAll(isConcerned, reason, () => true);
  }

  #take(number: number): Open | undefined {
    const open = this.#open.get(number);
    this.#open.delete(number);
    return open;
  }

  /** The tick that the wheel is at; it stands still while nothing is open. */
  #now(): number {
    this.#timer ??= setInterval(() => this.#turn(), TICK_MS).unref();
    return this.#tick;
  }

  #turn(): void {
    this.#tick++;
    for (const number of this.#wheel.get(this.#tick) ?? [])
      this.#take(number)?.reject(new Unreachable("The member has not answered in time.", false));
    this.#wheel.delete(this.#tick);
    if (this.#wheel.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
