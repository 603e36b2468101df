import type { PastState } from "../../dispatch/history/past-states.ts";
import { touches } from "../../signals/touches.ts";
import type { Observation } from "./observation.ts";

/** An event of the past, observed as if it happened now. */
export const observationOf = (state: PastState): Observation => ({
  thingId: state.event.id,
  revision: state.event.revision,
  timestamp: state.event.timestamp,
  touches: (path) => touches(state.event, path),
  valueAt: (path) => state.valueAt(path),
});
