// The newest readings of one path, in the order of their times; those of all windows and lags that look at it.

import type { Reading } from "./readings.ts";

const SMALLEST = 8;

/** Readings in their order, each at the same place of all lists. */
export interface Readings {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly kinds: Uint16Array;
}

/** A ring; a reading has the same place from when it comes until it is forgotten, one more than the one before it. */
export class Series {
  #times = new Float64Array(SMALLEST);
  #values = new Float64Array(SMALLEST);
  #kinds = new Uint16Array(SMALLEST);
  #first = 0;
  #end = 0;

  /** The place of the oldest that is kept. */
  get first(): number {
    return this.#first;
  }

  /** The place of the next one. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#first;
  }

  timeAt(place: number): number {
    return this.#times[place & (this.#times.length - 1)] as number;
  }

  /** NaN where it is no number. */
  valueAt(place: number): number {
    return this.#values[place & (this.#times.length - 1)] as number;
  }

  kindAt(place: number): number {
    return this.#kinds[place & (this.#times.length - 1)] as number;
  }

  push(time: number, { value, kind }: Reading): void {
    if (this.length === this.#times.length) this.#grow();
    const slot = this.#end & (this.#times.length - 1);
    this.#times[slot] = time;
    this.#values[slot] = value;
    this.#kinds[slot] = kind;
    this.#end++;
  }

  /** All that is kept, as a copy. */
  readings(): Readings {
    const { length } = this;
    const [times, values, kinds] = [
      new Float64Array(length),
      new Float64Array(length),
      new Uint16Array(length),
    ];
    for (let i = 0; i < length; i++) {
      times[i] = this.timeAt(this.#first + i);
      values[i] = this.valueAt(this.#first + i);
      kinds[i] = this.kindAt(this.#first + i);
    }
    return { times, values, kinds };
  }

  forgetBefore(place: number): void {
    this.#first = Math.max(this.#first, Math.min(place, this.#end));
  }

  /** The place of the first that is later than a time; {@link end} where none is. */
  firstAfter(time: number): number {
    let low = this.#first;
    let high = this.#end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.timeAt(middle) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** To twice the size, which stays a power of two; a place keeps its number, so readings move to where that leads now. */
  #grow(): void {
    const [times, values, kinds] = [this.#times, this.#values, this.#kinds];
    const mask = times.length - 1;
    this.#times = new Float64Array(times.length * 2);
    this.#values = new Float64Array(times.length * 2);
    this.#kinds = new Uint16Array(times.length * 2);
    for (let place = this.#first; place < this.#end; place++) {
      const slot = place & (this.#times.length - 1);
      this.#times[slot] = times[place & mask] as number;
      this.#values[slot] = values[place & mask] as number;
      this.#kinds[slot] = kinds[place & mask] as number;
    }
  }
}
