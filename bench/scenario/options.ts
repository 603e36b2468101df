// What the scenario is asked to put on.

import type { StorageKind } from "../../test/campaigns/place.ts";

export interface ScenarioOptions {
  readonly kind: StorageKind;
  readonly minutes: number;
  readonly sensors: number;
  /** Seconds between two readings of a sensor. */
  readonly every: number;
  readonly dashboards: number;
  /** A second. */
  readonly searches: number;
}
