// The next state of a connection after one of its events. States and events hold Ditto's JSON of it, as it is stored.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import { setAt } from "../base/json/pointer.ts";
import type { Replay } from "../dispatch/history/replay.ts";
import type { Change, EntityState } from "../signals/signal.ts";

/** Replays one recorded change of a connection. History is never judged again: this neither refuses nor throws. */
export function applyConnection(
  state: EntityState | undefined,
  change: Change,
  revision: number,
  timestamp: number,
): EntityState {
  const alive = state?.value === undefined ? undefined : state;
  return {
    value: changed(alive?.value, change),
    revision,
    created: alive ? alive.created : timestamp,
    modified: timestamp,
  };
}

/** Events replace the whole connection, or its wanted status where it was opened or closed. */
const changed = (before: JsonObject | undefined, { action, path, value }: Change): JsonObject | undefined =>
  action === "deleted" ? undefined : (setAt(before, path, value as JsonValue) as JsonObject);

/** How rows of connections are replayed. */
export const connectionReplay: Replay = { kind: "connection", apply: applyConnection };
