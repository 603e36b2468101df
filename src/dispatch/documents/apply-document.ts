// The next state of a document after one of its events. States and events hold its JSON, as it is stored.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { setAt } from "../../base/json/pointer.ts";
import type { Change, EntityState } from "../../signals/signal.ts";
import type { Replay } from "../history/replay.ts";
import type { DocumentKind } from "./document.ts";

/** Replays one recorded change of a document. History is never judged again: this neither refuses nor throws. */
export function applyDocument(
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

/** Events replace the whole document, or a part of it. */
const changed = (before: JsonObject | undefined, { action, path, value }: Change): JsonObject | undefined =>
  action === "deleted" ? undefined : (setAt(before, path, value as JsonValue) as JsonObject);

/** How rows of a kind of documents are replayed. */
export const documentReplay = (kind: DocumentKind): Replay => ({ kind, apply: applyDocument });
