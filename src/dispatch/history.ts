// Reading an entity as it was: its state and the kept headers of one of its events.

import { defineError } from "../base/errors.ts";
import type { JsonObject } from "../base/json/json.ts";
import { parseStored } from "../base/json/parse.ts";
import type { Journal, JournalRow, Moment } from "../journal/journal.ts";
import type { DittoHeaders, EntityState } from "../signals/signal.ts";
import { changeOf, stateOf } from "./entities.ts";
import type { EntityRules } from "./rules.ts";
import { snapshotOf } from "./snapshots.ts";

/** Rows of one read; regular snapshots leave fewer than these to replay. */
const PAGE = 300;

const notInHistory = (what: string) => (id: string, moment: string) => ({
  message: `The history of the ${what} '${id}' does not hold it as it was ${moment}.`,
  description: "It did not exist then, or its history is not kept for so long.",
});

/** Nothing is known of the entity at that moment (basic-history). */
export const historyNotFound = {
  thing: defineError("things:thing.history.notfound", 404, notInHistory("thing")),
  policy: defineError("policies:policy.history.notfound", 404, notInHistory("policy")),
};

/** An entity as it was after one of its events; `value` of the state is absent where that event deleted it. */
export interface Past {
  readonly state: EntityState;
  /** The answer's `historical-headers`: those kept of the event, and its revision. */
  readonly headers: DittoHeaders;
}

/** What replaying needs of the rules of a kind. */
export type Replay = Pick<EntityRules, "kind" | "apply">;

/**
 * The entity as it was at a moment, at most `committed.revision`; undefined for exactly that revision, which is answered
 * as if it had been asked for without history (basic-history).
 * @throws TwinError with 404 when the moment is in the future, before the first event, or not retained.
 * @throws JournalUnavailable
 */
export async function retrieveAt(
  journal: Journal,
  rules: Replay,
  id: string,
  moment: Moment,
  committed: EntityState,
): Promise<Past | undefined> {
  const { revision = committed.revision, before } = moment;
  if (moment.revision === committed.revision) return undefined;
  const isFuture = revision > committed.revision || (before !== undefined && before > Date.now());
  const found = isFuture ? undefined : await rebuild(journal, rules, id, { ...moment, revision });
  // Without a time the revision itself must be retained; with one, whatever was the newest by then.
  if (!found || (before === undefined && found.state.revision !== revision)) {
    throw historyNotFound[rules.kind](id, momentText(moment));
  }
  return { state: found.state, headers: historicalHeaders(found.row) };
}

/** The headers kept of an event, as answers tell them; whether it asked for a response is nobody's business any more. */
export function historicalHeaders({ headers, revision }: JournalRow): DittoHeaders {
  const kept = headers === null ? {} : (parseStored(headers) as JsonObject);
  const { "response-required": _, ...told } = kept;
  return { ...told, "entity-revision": revision };
}

function momentText({ revision, before }: Moment): string {
  return before === undefined ? `at revision ${revision}` : `before ${new Date(before).toISOString()}`;
}

interface Rebuilt {
  readonly state: EntityState;
  /** The event that led to the state. */
  readonly row: JournalRow;
}

/** To be awaited after each step of long work, with the milliseconds that it took; rejects where the work is to end. */
export type Rest = (took: number) => Promise<void>;

/**
 * Replays what the journal has up to a moment; undefined when it holds no row for it. Where regular snapshots are
 * missing, it keeps some on its way, so that the next one has less to replay, and rests after each.
 */
export async function rebuild(
  journal: Journal,
  rules: Replay,
  id: string,
  moment: Moment,
  rest: Rest = () => Promise.resolve(),
): Promise<Rebuilt | undefined> {
  const { revision = Number.MAX_SAFE_INTEGER, before = Number.POSITIVE_INFINITY } = moment;
  const { snapshot, tail } = await resting(rest, () => journal.loadAt(rules.kind, id, moment, PAGE));
  let state = snapshot && stateOf(snapshot);
  let last: JournalRow | undefined;
  for (let rows = tail; ; ) {
    for (const row of rows) {
      if (row.revision !== state?.revision) {
        if (!follows(state, row)) return undefined;
        state = rules.apply(state, changeOf(row), row.revision, row.timestamp);
      }
      last = row;
    }
    if (rows.length < PAGE || !state) return state && last && { state, row: last };
    const reached = state;
    await resting(rest, () => journal.storeSnapshots([snapshotOf(rules.kind, id, reached)]));
    const next = await resting(rest, () =>
      journal.readEvents(rules.kind, id, reached.revision + 1, revision, PAGE),
    );
    rows = next.filter(({ timestamp }) => timestamp < before);
  }
}

/** Does a step of long work and rests after it. */
export async function resting<T>(rest: Rest, step: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await step();
  await rest(performance.now() - started);
  return result;
}

/** Whether a row continues a state: the next revision, or a change of the whole, which needs no earlier state. */
function follows(state: EntityState | undefined, { revision, action, path }: JournalRow): boolean {
  if (state) return revision === state.revision + 1;
  return revision === 1 || (path === "/" && (action === "created" || action === "deleted"));
}
