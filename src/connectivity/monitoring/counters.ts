// Counting what happened in the last minute, hour and day (connectivity-manage-connections page, "Metrics"), at the cost of an
// increment: what happens in one span of time is added to the windows when the span is over.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How often something happened, by the name of the window. */
export interface Counts {
  readonly PT1M: number;
  readonly PT1H: number;
  readonly PT24H: number;
}

/** Times are milliseconds since the epoch. */
export interface Counter {
  add(now: number): void;
  counts(now: number): Counts;
  /** When something was counted last; `undefined` where nothing ever was. A reset does not change it, as in Ditto. */
  readonly lastAt: number | undefined;
  reset(): void;
}

/** Counts by slots of time, as many as the window has; older ones are forgotten. */
class Window {
  readonly #slotMs: number;
  readonly #counts: Uint32Array;
  #newest = 0;

  constructor(slots: number, slotMs: number) {
    this.#slotMs = slotMs;
    this.#counts = new Uint32Array(slots);
  }

  add(at: number, count: number): void {
    this.#put(at, (before) => before + count);
  }

  /** Counts a slot once, however often. */
  mark(at: number): void {
    this.#put(at, () => 1);
  }

  sum(now: number): number {
    this.#moveTo(this.#slotOf(now));
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  reset(): void {
    this.#counts.fill(0);
  }

  #put(at: number, next: (before: number) => number): void {
    const { length } = this.#counts;
    const slot = this.#slotOf(at);
    this.#moveTo(slot);
    if (slot > this.#newest - length)
      this.#counts[slot % length] = next(this.#counts[slot % length] as number);
  }

  /** Empties the slots that begin anew. Clocks that go back move nothing. */
  #moveTo(slot: number): void {
    const { length } = this.#counts;
    const first = Math.max(this.#newest + 1, slot - length + 1);
    for (let i = first; i <= slot; i++) this.#counts[i % length] = 0;
    this.#newest = Math.max(this.#newest, slot);
  }

  #slotOf(time: number): number {
    return Math.floor(time / this.#slotMs);
  }
}

/** Counts each time that something happens. */
export class EventCounter implements Counter {
  readonly #minute = new Window(6, 10 * SECOND);
  readonly #hour = new Window(60, MINUTE);
  readonly #day = new Window(24, HOUR);
  lastAt: number | undefined;
  /** The span of time that is counted now, and how much. */
  #from = 0;
  #until = 0;
  #count = 0;

  add(now: number): void {
    if (now >= this.#until || now < this.#from) this.#begin(now);
    this.#count++;
    this.lastAt = now;
  }

  counts(now: number): Counts {
    this.#begin(now);
    return { PT1M: this.#minute.sum(now), PT1H: this.#hour.sum(now), PT24H: this.#day.sum(now) };
  }

  reset(): void {
    this.#count = 0;
    for (const window of this.#windows()) window.reset();
  }

  #begin(now: number): void {
    if (this.#count > 0) for (const window of this.#windows()) window.add(this.#from, this.#count);
    this.#count = 0;
    this.#from = now - (now % (10 * SECOND));
    this.#until = this.#from + 10 * SECOND;
  }

  #windows(): readonly Window[] {
    return [this.#minute, this.#hour, this.#day];
  }
}

/** Counts in how many minutes something happened, as Ditto does of throttling. */
export class MinuteCounter implements Counter {
  readonly #hour = new Window(60, MINUTE);
  readonly #day = new Window(24 * 60, MINUTE);
  lastAt: number | undefined;
  #recentlyAt = 0;

  add(now: number): void {
    this.#hour.mark(now);
    this.#day.mark(now);
    this.lastAt = now;
    this.#recentlyAt = now;
  }

  counts(now: number): Counts {
    const isRecent = now - this.#recentlyAt < MINUTE;
    return { PT1M: isRecent ? 1 : 0, PT1H: this.#hour.sum(now), PT24H: this.#day.sum(now) };
  }

  reset(): void {
    this.#hour.reset();
    this.#day.reset();
    this.#recentlyAt = 0;
  }
}
