// All parsers that are tried.

import type { FuzzedParser } from "./target.ts";
import { cursorTexts } from "./targets/cursors.ts";
import { envelopes } from "./targets/envelopes.ts";
import { fields } from "./targets/fields.ts";
import { jsonTexts } from "./targets/json.ts";
import { jsonPatches } from "./targets/json-patches.ts";
import { mergePatches } from "./targets/merge-patches.ts";
import { placeholders } from "./targets/placeholders.ts";
import { pointers } from "./targets/pointers.ts";
import { rql } from "./targets/rql.ts";
import { rqlAgreement } from "./targets/rql-agreement.ts";
import { topics } from "./targets/topics.ts";

export const parsers: readonly FuzzedParser[] = [
  envelopes,
  topics,
  rql,
  rqlAgreement,
  placeholders,
  mergePatches,
  jsonPatches,
  jsonTexts,
  pointers,
  fields,
  cursorTexts,
];
