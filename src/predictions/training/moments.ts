// The moments of a thing's past at which its predictor would have made a prediction.

import type { PastState } from "../../dispatch/history/past-states.ts";
import type { Vector } from "../inputs/inputs.ts";
import { DebounceGroup } from "../inputs/trigger.ts";
import type { Predictor } from "../model.ts";
import type { Replayed } from "./replayed.ts";

export interface PredictionMoment {
  readonly state: PastState;
  readonly vector: Vector;
}

export interface Moments {
  /** What comes to its end before an event of that time. */
  before(timestamp: number): PredictionMoment | undefined;
  /** Takes an event, which may end the life of the thing; the moment that it is itself, where nothing is waited for. */
  take(replayed: Replayed): PredictionMoment | undefined;
  /** What was still waited for in the end. */
  end(): PredictionMoment | undefined;
  readonly isWaiting: boolean;
}

/** Of triggers up to a time, in milliseconds; debounced ones come together as they do live. */
export function momentsOf({ trigger: { debounceMs } }: Pick<Predictor, "trigger">, until: number): Moments {
  const group = new DebounceGroup(debounceMs);
  let newest: PredictionMoment | undefined;

  function close(): PredictionMoment | undefined {
    const moment = newest;
    newest = undefined;
    group.close();
    return moment;
  }

  return {
    before: (timestamp) => (group.isOverBefore(timestamp) ? close() : undefined),
    take({ state, seen, known }) {
      if (!seen) return undefined;
      const { timestamp, isEnd } = seen;
      const isIn = group.take({ timestamp, isEnd, isTrigger: seen.isTrigger && timestamp <= until });
      newest = isIn ? { state, vector: known.inputs.vectorAt(timestamp) } : undefined;
      return debounceMs === 0 ? close() : undefined;
    },
    end: close,
    get isWaiting() {
      return newest !== undefined;
    },
  };
}
