// The error codes that an answer may carry: those of Ditto 3.9 with their statuses, and what we add.

import { readFileSync } from "node:fs";

const rows = readFileSync(new URL("error-codes.tsv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1);

const known = new Map(
  rows.map((row) => {
    const [code = "", statuses = ""] = row.split("\t");
    return [code, new Set(statuses.split("/").map(Number))];
  }),
);
// Seen of a real Ditto, but not in the catalogue.
known.set("json.format.invalid", new Set([400]));
// It carries the status of whatever refused the thing's policy.
for (const status of [403, 404, 405, 409, 413]) known.get("things:thing.notcreatable")?.add(status);

/** Whether a code is known to be answered with this status. */
export const isKnown = (code: string, status: number): boolean => known.get(code)?.has(status) === true;
