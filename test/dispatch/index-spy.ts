// Notes what the index of search is told of.

import type { Parts } from "../../src/dispatch/ready.ts";

/** Puts it in the place of the index, and gives what it notes: kind, id and revision. */
export function indexSpy(parts: Parts): string[] {
  const told: string[] = [];
  const note = (kind: string) => (id: string, revision: number) =>
    void told.push(`${kind} ${id} ${revision}`);
  Object.assign(parts, { index: { thingChanged: note("thing"), policyChanged: note("policy") } });
  return told;
}
