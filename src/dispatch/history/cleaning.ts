// The clean-up of history in the background, round after round, and what operators may ask of it.

import { setTimeout } from "node:timers/promises";
import { parseDuration } from "../../base/duration.ts";
import { invalidJson } from "../../base/json/errors.ts";
import { getKey, type JsonObject } from "../../base/json/json.ts";
import { type Leading, leads, untilLeader } from "../../cluster/until-leader.ts";
import { type EntityKey, JournalUnavailable } from "../../journal/journal.ts";
import type { Cleanup } from "../maintenance/cleanup.ts";
import {
  BEGINNING,
  type CleaningRest,
  cleanUp,
  cleanUpOne,
  type RetentionParts,
  type RetentionSettings,
} from "./retention.ts";

export interface CleaningParts extends RetentionParts {
  /** In a cluster the leader cleans up, for all. */
  readonly cluster: Leading;
}

export interface Cleaning extends Cleanup {
  /** Ends it; resolves when the step under way is done. */
  stop(): Promise<void>;
}

/** For each step the database has this many times as long for others, once that is worth a pause of so many milliseconds. */
const REST_FACTOR = 20;
const REST_MS = 50;
/** After a step that deleted as many rows as it may: more are old than can wait. */
const BEHIND_REST_FACTOR = 5;
/** Timers of Node hold 31 bits. */
const MAX_QUIET_MS = 2 ** 31 - 1;

/**
 * Deletes history older than the retention until it is stopped, round after round. A step is one short statement, and
 * the pauses between them grow with the time that the database takes. It remembers nothing: a restarted server begins a
 * new round, and another leader of a cluster does as well.
 */
export function startCleaning(parts: CleaningParts): Cleaning {
  const cleaner = new Cleaner(parts);
  const running = cleaner.run();
  return {
    config: () => cleaner.config(),
    modify: (config) => cleaner.modify(config),
    health: () => cleaner.health(),
    cleanUp: (key) => cleaner.cleanUp(key),
    stop() {
      cleaner.stop();
      return running;
    },
  };
}

/** A round ended before its end, since others are to go on, or other settings are in force. */
class Interrupted extends Error {
  override readonly name = "Interrupted";
}

class Cleaner {
  readonly #parts: CleaningParts;
  readonly #stopping = new AbortController();
  #settings: RetentionSettings;
  /** Ends the quiet period or the round under way. */
  #turn = new AbortController();
  /** Where the next round begins. */
  #first: EntityKey = BEGINNING;
  /** How far the round under way has come. */
  #reached: EntityKey | undefined;

  constructor(parts: CleaningParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#turn = new AbortController();
      const turn = AbortSignal.any([signal, this.#turn.signal]);
      try {
        await this.#round(turn);
      } catch (error) {
        // What ends a turn ends the pause it comes in; that the database is away, the journal reports by itself.
        if (turn.aborted || error instanceof JournalUnavailable || error instanceof Interrupted) continue;
        this.#parts.log.warn({ err: error }, "the clean-up of history failed");
      } finally {
        this.#reached = undefined;
      }
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { cluster, log } = this.#parts;
    const { cleanupEnabled, cleanupQuietPeriod } = this.#settings;
    const pause = (milliseconds: number) => setTimeout(milliseconds, undefined, { signal, ref: false });
    await pause(cleanupEnabled ? cleanupQuietPeriod : MAX_QUIET_MS);
    if (!cleanupEnabled) return;
    await untilLeader(cluster, signal);
    const rest = restingLong(async (milliseconds) => {
      await pause(milliseconds);
      if (!leads(cluster)) throw new Interrupted();
    });
    const first = this.#first;
    this.#first = BEGINNING;
    const rows = await cleanUp(this.#retention(), rest, first, (key) => {
      this.#reached = key;
    });
    if (rows > 0) log.info({ rows }, "history older than its retention was deleted");
  }

  #retention(): RetentionParts {
    return { ...this.#parts, settings: this.#settings };
  }

  stop(): void {
    this.#stopping.abort();
  }

  config(): JsonObject {
    const { cleanupEnabled, historyRetention, cleanupQuietPeriod } = this.#settings;
    return {
      enabled: cleanupEnabled,
      "quiet-period": printDuration(cleanupQuietPeriod),
      "history-retention-duration": printDuration(historyRetention),
      "last-pid": this.#first.id === "" ? "" : pidOf(this.#first),
    };
  }

  modify(config: JsonObject): JsonObject {
    const settings = {
      cleanupEnabled: flagIn(config, "enabled") ?? this.#settings.cleanupEnabled,
      cleanupQuietPeriod:
        durationIn(config, "quiet-period", 1, MAX_QUIET_MS) ?? this.#settings.cleanupQuietPeriod,
      historyRetention:
        durationIn(config, "history-retention-duration", 0, Number.MAX_SAFE_INTEGER) ??
        this.#settings.historyRetention,
    };
    const first = keyIn(config, "last-pid") ?? this.#first;
    this.#settings = settings;
    this.#first = first;
    this.#turn.abort();
    return this.config();
  }

  health(): JsonObject {
    const at = this.#reached;
    return {
      state: at ? "RUNNING" : "IN_QUIET_PERIOD",
      pid: at && at.id !== "" ? pidOf(at) : "",
    };
  }

  cleanUp(key: EntityKey): Promise<void> {
    return cleanUpOne(this.#retention(), key);
  }
}

/** Rests as long as the database has earned; the rests of short steps come together. */
function restingLong(pause: (milliseconds: number) => Promise<void>): CleaningRest {
  let owed = 0;
  return async (took, isBehind) => {
    owed += took * (isBehind ? BEHIND_REST_FACTOR : REST_FACTOR);
    const now = owed < REST_MS ? 0 : owed;
    owed -= now;
    await pause(now);
  };
}

const pidOf = ({ kind, id }: EntityKey): string => `${kind}:${id}`;

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** As {@link parseDuration} reads it. */
function printDuration(milliseconds: number): string {
  const [unit, length] = UNITS.find(([, one]) => milliseconds % one === 0) ?? ["ms", 1];
  return `${Math.floor(milliseconds / length)}${unit}`;
}

function flagIn(config: JsonObject, name: string): boolean | undefined {
  const value = getKey(config, name);
  if (value === undefined || typeof value === "boolean") return value;
  throw invalidJson(`'${name}' is true or false.`);
}

function durationIn(config: JsonObject, name: string, least: number, most: number): number | undefined {
  const value = getKey(config, name);
  if (value === undefined) return undefined;
  const milliseconds = typeof value === "string" ? parseDuration(value) : undefined;
  if (milliseconds !== undefined && milliseconds >= least && milliseconds <= most) return milliseconds;
  throw invalidJson(`'${name}' is a duration, as "5m" or "30d", of at least ${least} ms.`);
}

/** Where a round begins: an entity by its kind and ID, `thing:org.acme:lamp`, or the empty text for all. */
function keyIn(config: JsonObject, name: string): EntityKey | undefined {
  const value = getKey(config, name);
  if (value === undefined) return undefined;
  if (value === "") return BEGINNING;
  const [, kind, id] =
    (typeof value === "string" && /^(thing|policy|connection|predictor):(.+)$/s.exec(value)) || [];
  if (kind === undefined || id === undefined)
    throw invalidJson(`'${name}' is an entity, as thing:org.acme:lamp.`);
  return { kind: kind as EntityKey["kind"], id };
}
