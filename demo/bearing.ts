// The bearing of a factory's first machine: it wears out faster and faster, and is renewed when it has to be.

import { now } from "./machine.ts";

export const bearing = "bearing";
/** In mm/s. Service is due from here on. */
export const serviceAt = 10;
/** Readings of each bearing. */
export const perSecond = 4;

const renewedAt = 12;
const startsAt = 2;
/** In so many milliseconds the vibration grows to 2.7 times of what it was. */
const wearMs = 20_000;
/** A machine shakes a little more or less each time. */
const noise = 0.04;

export interface BearingReading {
  /** mm/s */
  readonly vibration: number;
  readonly at: number;
}

export class Bearing {
  #since = performance.now();

  /** The vibration now; the next reading after one that is too high is that of a new bearing. */
  read(): BearingReading {
    const worn = startsAt * Math.exp((performance.now() - this.#since) / wearMs);
    if (worn > renewedAt) this.#since = performance.now();
    const vibration = worn * (1 + (Math.random() - 0.5) * 2 * noise);
    return { vibration: Math.round(vibration * 1_000) / 1_000, at: now() };
  }
}
