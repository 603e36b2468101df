// The logs of one connection (connectivity-manage-connections page, "Connection logs"): of each address and step the newest
// entries, while the logs are on.

import type { JsonObject } from "../../base/json/json.ts";
import type { About, Category } from "./monitor.ts";
import type { Outcome, StepName } from "./steps.ts";
import { successText } from "./success-texts.ts";

export interface LogSettings {
  /** Entries that are kept of one step of one address. */
  readonly successCapacity: number;
  readonly failureCapacity: number;
  /** Characters of the JSON of all entries that are told. */
  readonly maxLogSizeBytes: number;
  /** How long logs stay on that nobody reads. */
  readonly logDurationMs: number;
}

/** Where entries are noted. */
export interface LogPlace {
  readonly category: Category;
  readonly step: StepName;
  /** Absent of the connection itself. */
  readonly address?: string;
}

interface Entry {
  at: number;
  /** Tells entries of one millisecond apart. */
  order: number;
  about: About | undefined;
  text: string | undefined;
}

const MAX_TEXT = 10_000;
const MAX_SECRET = 4_096;
const MAX_ID = 1_000;
const UNKNOWN = "<not-provided>";

/** The newest entries of one kind; the place of the oldest is taken by the next. */
class Ring {
  readonly #capacity: number;
  #entries: Entry[] = [];
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(at: number, order: number, about: About | undefined, text: string | undefined): void {
    if (this.#capacity === 0) return;
    const entry = this.#entries[this.#next];
    if (entry) {
      entry.at = at;
      entry.order = order;
      entry.about = about;
      entry.text = text;
    } else this.#entries.push({ at, order, about, text });
    this.#next = (this.#next + 1) % this.#capacity;
  }

  entries(): readonly Entry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
    this.#next = 0;
  }
}

/** What notes entries of one place. */
export interface Log {
  /** Notes an entry; to be called only while the logs are on. */
  note(outcome: Outcome, now: number, about: About | undefined, text: string | undefined): void;
}

interface Kept extends Record<Outcome, Ring> {
  readonly place: LogPlace;
}

/** Times are milliseconds since the epoch. */
export class ConnectionLogs {
  /** Until when they are on. */
  until = 0;
  readonly #settings: LogSettings;
  readonly #kept = new Map<string, Kept & Log>();
  #since = 0;
  #order = 0;

  constructor(settings: LogSettings) {
    this.#settings = settings;
  }

  /** Turns them on, or prolongs them. */
  enable(now: number): void {
    this.#since = now;
    this.until = now + this.#settings.logDurationMs;
  }

  /** Forgets what was noted. */
  clear(): void {
    for (const { success, failure } of this.#kept.values()) {
      success.clear();
      failure.clear();
    }
  }

  /** What takes the entries of a place: always the same. */
  at(place: LogPlace): Log {
    const { category, step, address } = place;
    const key = `${category} ${step} ${address ?? ""}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const success = new Ring(this.#settings.successCapacity);
    const failure = new Ring(this.#settings.failureCapacity);
    const kept = {
      ...{ place, success, failure },
      note: (outcome: Outcome, now: number, about: About | undefined, text: string | undefined) =>
        (outcome === "success" ? success : failure).add(
          now,
          this.#order++,
          about && boundedAbout(about),
          text && boundedText(text),
        ),
    };
    this.#kept.set(key, kept);
    return kept;
  }

  /**
   * Ditto's JSON of the entries, the oldest first; `mask` is applied to their texts. Where they are on that prolongs them, and as in
   * Ditto they are told to be on since this moment; what they held is forgotten once they are off.
   */
  json(connectionId: string, mask: (text: string) => string, now: number): JsonObject {
    if (now >= this.until) {
      this.clear();
      return closedLogsJson(connectionId);
    }
    this.enable(now);
    const connectionLogs = this.#newest(mask);
    return {
      ...{ connectionId, connectionLogs },
      ...{ enabledSince: instant(this.#since), enabledUntil: instant(this.until) },
    };
  }

  /** As many of the newest entries as may be told. */
  #newest(mask: (text: string) => string): readonly JsonObject[] {
    const all = [...this.#kept.values()].flatMap(({ place, success, failure }) => [
      ...success.entries().map((entry) => ({ entry, place, level: "success" as const })),
      ...failure.entries().map((entry) => ({ entry, place, level: "failure" as const })),
    ]);
    all.sort((a, b) => b.entry.order - a.entry.order);
    const told: JsonObject[] = [];
    let size = 0;
    for (const { entry, place, level } of all) {
      const json = entryJson(entry, place, level, mask);
      size += JSON.stringify(json).length;
      if (size > this.#settings.maxLogSizeBytes) break;
      told.push(json);
    }
    return told.reverse();
  }
}

/** What an entry tells of its text, which holds no secrets any more: half of one would not be masked. */
export const cutText = (text: string): string => text.slice(0, MAX_TEXT);

/** What an entry keeps of its text: as much more as a secret may be long. */
const boundedText = (text: string): string => text.slice(0, MAX_TEXT + MAX_SECRET);

/** With an ID that holds no longer one in memory, which a part of it would. */
export const boundedAbout = (about: About): About =>
  about.correlationId === undefined || about.correlationId.length <= MAX_ID
    ? about
    : {
        ...about,
        correlationId: Buffer.from(about.correlationId.slice(0, MAX_ID), "utf16le").toString("utf16le"),
      };

/** The logs of a connection that is not to be open, or whose logs are off. */
export const closedLogsJson = (connectionId: string): JsonObject => ({
  ...{ connectionId, connectionLogs: [], enabledSince: null, enabledUntil: null },
});

function entryJson(
  { at, about, text }: Entry,
  { category, step, address }: LogPlace,
  level: Outcome,
  mask: (text: string) => string,
): JsonObject {
  const { correlationId = UNKNOWN, entityType, entityId } = about ?? {};
  return {
    correlationId,
    timestamp: instant(at),
    ...{ category, type: step, level },
    message: cutText(mask(text ?? successText(category, step))),
    ...(address === undefined ? {} : { address }),
    ...(entityType === undefined || entityId === undefined ? {} : { entityType, entityId }),
  };
}

const instant = (time: number): string => new Date(time).toISOString();
