// What searching is put together from.

import type { Logger } from "pino";
import type { ReadThings } from "../search.ts";
import type { SearchStore } from "../store.ts";
import type { Circumstances } from "../wanted.ts";
import type { PageSizes } from "./paging.ts";
import type { SlowLogSettings } from "./slow-log.ts";
import type { TurnLimits } from "./turns.ts";

export interface SearchSettings extends PageSizes, SlowLogSettings {
  /** Milliseconds. */
  readonly searchTimeout: number;
}

export interface SearchParts {
  readonly store: Pick<SearchStore, "run" | "partialRules" | "watchesTime" | "state">;
  readonly read: ReadThings;
  readonly isIndexed: Circumstances["isIndexed"];
  /** Resolves once the index knows of every policy as it was when this was called. It is not waited for long. */
  readonly accessSettled: () => Promise<void>;
  /** Something else whenever rows of access were written by this process. */
  readonly accessVersion: () => unknown;
  readonly settings: SearchSettings;
  readonly log: Pick<Logger, "warn">;
  readonly limits?: TurnLimits;
  /** Told of each statement once it is over, and how long it took with its waiting, in milliseconds. */
  readonly onDone?: (durationMs: number) => void;
}
