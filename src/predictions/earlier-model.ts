// Which model a predictor had before the one it has: what history still has of it.

import { equals, isObject, type JsonObject } from "../base/json/json.ts";
import { parseStored } from "../base/json/parse.ts";
import type { DocumentVault } from "../dispatch/documents/document.ts";
import type { Journal } from "../journal/journal.ts";
import type { PredictorNow } from "./decide.ts";

/** Events of one read. */
const PAGE = 50;

/**
 * The JSON, with its secrets in clear, of the newest earlier model of this life that was another than the one now; `undefined` where
 * history has none any more. Rejects with {@link JournalUnavailable}, and as the vault refuses.
 */
export async function findEarlierModel(
  journal: Journal,
  vault: DocumentVault,
  id: string,
  now: PredictorNow,
): Promise<JsonObject | undefined> {
  for (let to = now.revision; to >= 1; to -= PAGE) {
    const rows = await journal.readEvents("predictor", id, Math.max(1, to - PAGE + 1), to, PAGE);
    for (const { action, value } of rows.toReversed()) {
      if (value === null) return undefined;
      const { model } = vault.open(parseStored(value) as JsonObject);
      if (isObject(model) && !equals(model, now.value.model)) return model;
      if (action === "created") return undefined;
    }
    if (rows.length === 0) return undefined;
  }
  return undefined;
}
