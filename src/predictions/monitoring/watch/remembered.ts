// Predictions that wait for what turns out to be true.

/** A prediction that may be judged, once. */
export interface Remembered {
  readonly version: string;
  /** Milliseconds since the epoch, of its input. */
  readonly timestamp: number;
  readonly value: number;
  readonly group: string | undefined;
  isJudged: boolean;
}

/**
 * The newest predictions of each thing. Beyond the bounds those of the thing that was predicted longest ago, and the oldest of a thing,
 * are forgotten.
 */
export class RememberedPredictions {
  readonly #most: number;
  readonly #perThing: number;
  readonly #onUnjudged: (prediction: Remembered) => void;
  readonly #things = new Map<string, Remembered[]>();
  /** Goes along with the map, whose front would be slow to find again and again. */
  #oldest = this.#things.keys();
  #count = 0;

  constructor(most: number, perThing: number, onUnjudged: (prediction: Remembered) => void) {
    this.#most = most;
    this.#perThing = perThing;
    this.#onUnjudged = onUnjudged;
  }

  get size(): number {
    return this.#count;
  }

  add(thingId: string, prediction: Remembered): void {
    const known = this.#things.get(thingId) ?? [];
    this.#things.delete(thingId); // one that is predicted again counts as new
    this.#things.set(thingId, known);
    known.push(prediction);
    this.#count++;
    if (known.length > this.#perThing) this.#forget(known.splice(0, 1));
    while (this.#count > this.#most) this.#forgetOldestThing();
  }

  /**
   * The newest prediction of each version that was made of the thing at a moment or before, `withinMs` before at most; none of a
   * version where that one has been judged already.
   */
  judge(thingId: string, at: number, withinMs: number): readonly Remembered[] {
    const newest = new Map<string, Remembered>();
    for (const prediction of this.#things.get(thingId) ?? []) {
      const { version, timestamp } = prediction;
      const isNewest = timestamp >= (newest.get(version)?.timestamp ?? Number.NEGATIVE_INFINITY);
      if (timestamp <= at && isNewest) newest.set(version, prediction);
    }
    const judged = [...newest.values()].filter((one) => !one.isJudged && at - one.timestamp <= withinMs);
    for (const prediction of judged) prediction.isJudged = true;
    return judged;
  }

  #forgetOldestThing(): void {
    let { value, done } = this.#oldest.next();
    if (done) {
      this.#oldest = this.#things.keys();
      ({ value, done } = this.#oldest.next());
    }
    const thingId = value as string;
    this.#forget(this.#things.get(thingId) ?? []);
    this.#things.delete(thingId);
  }

  #forget(predictions: readonly Remembered[]): void {
    this.#count -= predictions.length;
    for (const prediction of predictions) if (!prediction.isJudged) this.#onUnjudged(prediction);
  }
}
