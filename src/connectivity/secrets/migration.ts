// Brings what is stored of connections to another key, or into clear: bit by bit, while the server goes on.

import { setTimeout as pause } from "node:timers/promises";
import { defineError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { ReplacedText, StoredText, TextPlace } from "../../journal/stored-texts.ts";
import type { ConnectionTexts } from "./connection-texts.ts";
import {
  abortedAnswer,
  type Counts,
  completedAnswer,
  FIRST,
  newProgress,
  type Progress,
  startedAnswer,
  statusAnswer,
} from "./migration-progress.ts";
import { reencrypted } from "./reencrypt.ts";
import type { EncryptionSettings } from "./vault.ts";

export interface MigrationParts {
  readonly texts: ConnectionTexts;
  readonly encryption: EncryptionSettings;
  /** Rows of one statement. */
  readonly batchSize: number;
  /** 0: as many as can be. */
  readonly rowsPerMinute: number;
  readonly log: {
    info(fact: object, message: string): void;
    warn(fact: object, message: string): void;
  };
}

/** Answers are Ditto's JSON. Refusals are `connectivity:command.invalid`. */
export interface EncryptionMigration {
  /**
   * Begins, or goes on where it was aborted. Where nothing is known of an earlier one, as after a restart, it begins anew, which
   * passes over what is done. Refused while one runs, and where the settings leave nothing to do.
   */
  start(asked: { readonly dryRun: boolean; readonly resume: boolean }): JsonObject;
  status(): JsonObject;
  /** Ends after the batch under way; refused where none runs. */
  abort(): JsonObject;
  /** The same at the end of the server; resolves when it has ended. */
  stop(): Promise<void>;
}

const migrationRefused = defineError("connectivity:command.invalid", 400, (reason: string) => ({
  message: reason,
  description: "Look at migrateEncryptionStatus, and at the settings of the encryption.",
}));

const MINUTE = 60_000;

interface Running {
  readonly aborting: AbortController;
  readonly ended: Promise<void>;
}

/** Makes the migration; it does nothing until it is started. */
export function encryptionMigration(parts: MigrationParts): EncryptionMigration {
  let progress = newProgress(false);
  let isKnown = false;
  let running: Running | undefined;

  const run = async (signal: AbortSignal): Promise<void> => {
    try {
      await migrate(parts, progress, signal);
      parts.log.info({ ...statusAnswer(progress, false) }, "the migration of encrypted secrets ended");
    } catch (err) {
      if (!signal.aborted)
        parts.log.warn({ err }, "the migration of encrypted secrets failed; it can be resumed");
    } finally {
      running = undefined;
    }
  };

  return {
    start({ dryRun, resume }) {
      checkStart(parts.encryption, running !== undefined);
      const goesOn = resume && isKnown && !progress.isDryRun;
      if (goesOn && progress.place === "nowhere") return completedAnswer();
      if (!goesOn) progress = newProgress(dryRun);
      isKnown = true;
      const aborting = new AbortController();
      running = { aborting, ended: run(aborting.signal) };
      return startedAnswer(progress, resume);
    },
    status: () => statusAnswer(progress, running !== undefined),
    abort() {
      if (!running) throw migrationRefused("No migration of encrypted secrets runs.");
      running.aborting.abort();
      return abortedAnswer(progress);
    },
    async stop() {
      running?.aborting.abort();
      await running?.ended;
    },
  };
}

function checkStart({ enabled, oldKey }: EncryptionSettings, isRunning: boolean): void {
  if (isRunning) throw migrationRefused("A migration of encrypted secrets runs already.");
  if (!enabled && !oldKey)
    throw migrationRefused("Encryption is off and there is no old key, so there is nothing to migrate.");
}

/** Snapshots of both sorts are told of as one. */
const following = { snapshot: "kept_snapshot", kept_snapshot: "journal", journal: "nowhere" } as const;

async function migrate(parts: MigrationParts, progress: Progress, signal: AbortSignal): Promise<void> {
  const { texts, batchSize, rowsPerMinute } = parts;
  while (progress.place !== "nowhere") {
    const { place, after } = progress;
    const started = performance.now();
    const rows = await texts.list(place, after, batchSize);
    await migrateBatch(parts, place, rows, progress);
    if (rows.length < batchSize) Object.assign(progress, { place: following[place], after: FIRST });
    const due = rowsPerMinute === 0 ? 0 : (rows.length * MINUTE) / rowsPerMinute;
    // Also without a limit others have a turn, and an abort is heard.
    await pause(Math.max(0, due - (performance.now() - started)), undefined, { signal, ref: false });
  }
}

async function migrateBatch(
  { texts, encryption, log }: MigrationParts,
  place: TextPlace,
  rows: readonly StoredText[],
  progress: Progress,
): Promise<void> {
  const counts = place === "journal" ? progress.journal : progress.snapshots;
  const replaced = rows.flatMap((row) => {
    try {
      return changedRow(row, encryption, counts);
    } catch (err) {
      counts.failed++;
      log.warn(
        { err, connectionId: row.id, revision: row.revision, place },
        "secrets of a row could not be read",
      );
      return [];
    }
  });
  if (!progress.isDryRun) await texts.replace(place, replaced);
  counts.processed += replaced.length;
  const last = rows.at(-1);
  if (!last) return;
  progress.after = { id: last.id, revision: last.revision };
  progress[place === "journal" ? "lastJournal" : "lastSnapshot"] = progress.after;
}

function changedRow(
  row: StoredText,
  encryption: EncryptionSettings,
  counts: Counts,
): readonly ReplacedText[] {
  const text = reencrypted(row.text, encryption);
  if (text !== row.text) return [{ ...row, text, before: row.text }];
  counts.skipped++;
  return [];
}
