// Entries of the logs of connections as Fluentd is told of them (connectivity-manage-connections page, "Publishing connection logs to
// Fluentd").

import type { JsonObject } from "../../../base/json/json.ts";
import type { LogPlace } from "../logs.ts";
import type { About } from "../monitor.ts";
import type { Outcome } from "../steps.ts";
import { successText } from "../success-texts.ts";

export interface LogEntry {
  readonly connectionId: string;
  readonly place: LogPlace;
  readonly level: Outcome;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly about: About | undefined;
  /** Without secrets; absent where there is nothing particular to say. */
  readonly text: string | undefined;
}

/** What all entries of the server have in common. */
export interface EntryContext {
  readonly instanceId: string;
  /** Members of every entry, which go before those that it has anyway. */
  readonly additional: JsonObject;
}

/** The members of an entry, in Ditto's order. */
export function recordOf(
  { connectionId, place, level, about, text }: LogEntry,
  { instanceId, additional }: EntryContext,
): JsonObject {
  const { category, step, address } = place;
  const { correlationId, entityType, entityId } = about ?? {};
  return {
    ...{ connectionId, level, category, type: step },
    ...(correlationId !== undefined && { correlationId }),
    ...(address !== undefined && { address }),
    ...(entityType !== undefined && entityId !== undefined && { entityType, entityId }),
    message: text ?? successText(category, step),
    instanceId,
    ...additional,
  };
}

/** Bytes that an entry is reckoned to keep in memory. */
export const sizeOf = ({ text = "", about: { correlationId = "" } = {} }: LogEntry): number =>
  OVERHEAD + text.length + correlationId.length;

const OVERHEAD = 400;
