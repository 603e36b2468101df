// What operators may ask of the clean-up of history (operating-devops page, "Managing background cleanup").

import type { JsonObject } from "../../base/json/json.ts";
import type { EntityKey } from "../../journal/journal.ts";

export interface Cleanup {
  /** The settings in force, by Ditto's names. */
  config(): JsonObject;
  /**
   * Puts known settings in the place of those in force, on this member and until it stops, and begins a new quiet period; gives what
   * is in force then. Refuses a bad value, and changes nothing.
   */
  modify(config: JsonObject): JsonObject;
  /** Where it is: `state` RUNNING or IN_QUIET_PERIOD, and `pid`, the entity it has come to. */
  health(): JsonObject;
  /** Cleans up one entity now. Rejects with JournalUnavailable. */
  cleanUp(key: EntityKey): Promise<void>;
}
