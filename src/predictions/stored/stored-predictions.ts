// What predictors keep beside the journal, in its database.

import type { Database } from "../../journal/database.ts";
import { putActiveSince, readActiveSince } from "./active-statements.ts";
import { asked } from "./asked.ts";
import { deleteBaseline, putBaseline, readBaselines } from "./baseline-statements.ts";
import { behind } from "./behind.ts";
import { deleteFile, listFiles, openFile, readFile } from "./file-statements.ts";
import { forget, keptIds } from "./forget.ts";
import type { PredictorStore } from "./predictor-store.ts";
import { putStates, readStates } from "./state-statements.ts";
import { beginUpload, nameTicket } from "./upload.ts";

/** Makes the store on a migrated database. */
export function storedPredictions(database: Pick<Database, "query" | "background">): PredictorStore {
  const ask = asked(database);
  return {
    files: (predictorId) => listFiles(ask, predictorId),
    beginUpload: (predictorId) => beginUpload(ask, predictorId),
    nameUpload: (predictorId, upload, file) => nameTicket(ask, predictorId, upload, file),
    openFile: (predictorId, version) => openFile(ask, predictorId, version),
    readFile: (predictorId, version) => readFile(ask, predictorId, version),
    deleteFile: (predictorId, version) => deleteFile(ask, predictorId, version),
    states: (predictorId, thingIds) => readStates(ask, predictorId, thingIds),
    putStates: (predictorId, states) => putStates(ask, predictorId, states),
    behind: (predictorId, namespaces, since, after, limit) =>
      behind(ask, predictorId, namespaces, since, after, limit),
    baselines: (predictorId) => readBaselines(ask, predictorId),
    putBaseline: (predictorId, version, baseline) => putBaseline(ask, predictorId, version, baseline),
    deleteBaseline: (predictorId, version) => deleteBaseline(ask, predictorId, version),
    activeSince: (predictorId) => readActiveSince(ask, predictorId),
    putActiveSince: (predictorId, since) => putActiveSince(ask, predictorId, since),
    predictorIds: () => keptIds(ask),
    forget: (predictorId) => forget(ask, predictorId),
  };
}
