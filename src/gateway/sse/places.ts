// How many event streams may be open at once: in all, and of one subject, lest it keeps all others out.

import { Places as BoundedPlaces } from "../throttling/places.ts";
import { tooManyStreams } from "./errors.ts";

export class Places extends BoundedPlaces {
  /** `max` for all subjects together, `maxEach` for one; refuses with `too.many.requests`. */
  constructor(max: number, maxEach: number) {
    super(max, maxEach, tooManyStreams);
  }
}
