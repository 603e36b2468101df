// How far the migration of encrypted secrets is, and how Ditto tells of it (connectivity-manage-connections-piggyback page).

import type { JsonObject } from "../../base/json/json.ts";
import type { TextKey, TextPlace } from "../../journal/stored-texts.ts";

export interface Counts {
  processed: number;
  skipped: number;
  failed: number;
}

export interface Progress {
  /** Where it is, and after which row it goes on there; nowhere once it is completed. */
  place: TextPlace | "nowhere";
  after: TextKey;
  readonly snapshots: Counts;
  readonly journal: Counts;
  lastSnapshot?: TextKey;
  lastJournal?: TextKey;
  readonly startedAt: string;
  readonly isDryRun: boolean;
}

/** Before the first row of a place. */
export const FIRST: TextKey = { id: "", revision: 0 };

const zero = (): Counts => ({ processed: 0, skipped: 0, failed: 0 });

export const newProgress = (isDryRun: boolean): Progress => ({
  place: "snapshot",
  after: FIRST,
  snapshots: zero(),
  journal: zero(),
  startedAt: new Date().toISOString(),
  isDryRun,
});

const phases = {
  snapshot: "snapshots",
  kept_snapshot: "snapshots",
  journal: "journal",
  nowhere: "completed",
} as const;
const phaseOf = ({ place }: Progress): string => phases[place];

const counts = ({ snapshots, journal }: Progress): JsonObject => ({
  snapshots: { ...snapshots },
  journalEvents: { ...journal },
});

/** Answers that it begins or goes on. */
export const startedAnswer = ({ startedAt, isDryRun }: Progress, resumed: boolean): JsonObject => ({
  type: "connectivity.responses:migrateEncryption",
  status: 202,
  phase: "started",
  dryRun: isDryRun,
  resumed,
  startedAt,
});

/** Answers that there is nothing to go on with. */
export const completedAnswer = (): JsonObject => ({
  type: "connectivity.responses:migrateEncryption",
  status: 200,
  phase: "already_completed",
  dryRun: false,
  resumed: true,
  startedAt: new Date().toISOString(),
});

export const statusAnswer = (progress: Progress, isActive: boolean): JsonObject => ({
  type: "connectivity.responses:migrateEncryptionStatus",
  status: 200,
  phase: isActive ? `in_progress:${phaseOf(progress)}` : phaseOf(progress),
  ...counts(progress),
  ...placesOf(progress),
  timing: { startedAt: progress.startedAt, updatedAt: new Date().toISOString() },
  dryRun: progress.isDryRun,
  migrationActive: isActive,
});

export const abortedAnswer = (progress: Progress): JsonObject => ({
  type: "connectivity.responses:migrateEncryptionAbort",
  status: 200,
  phase: `aborted:${phaseOf(progress)}`,
  ...counts(progress),
  abortedAt: new Date().toISOString(),
});

function placesOf({ lastSnapshot, lastJournal }: Progress): JsonObject {
  const progress = { ...placeOf("Snapshot", lastSnapshot), ...placeOf("Journal", lastJournal) };
  return Object.keys(progress).length > 0 ? { progress } : {};
}

const placeOf = (what: string, key: TextKey | undefined): JsonObject =>
  key
    ? {
        [`lastProcessed${what}Id`]: `${key.id}:${key.revision}`,
        [`lastProcessed${what}Pid`]: `connection:${key.id}`,
      }
    : {};
