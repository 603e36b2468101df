import type { StoredState } from "../../../src/predictions/stored/predictor-store.ts";

/** A state as it is stored. */
export const state = (
  thingId: string,
  revision: number,
  fingerprint = "f",
  text = `{"n":${revision}}`,
): StoredState => ({
  ...{ thingId, revision, fingerprint, state: text },
});

/** What tells states apart, in the order of their things. */
export const byThing = (states: readonly StoredState[]) =>
  [...states]
    .sort((a, b) => (a.thingId < b.thingId ? -1 : 1))
    .map((each) => [each.thingId, each.revision, each.state]);
