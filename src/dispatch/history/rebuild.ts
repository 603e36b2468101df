// Reading an entity as it was: its state and the kept headers of one of its events.

import { defineError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import {
  type Journal,
  type JournalRow,
  JournalUnavailable,
  type Moment,
  type StoredKind,
} from "../../journal/journal.ts";
import type { DittoHeaders, EntityState } from "../../signals/signal.ts";
import { stateOf } from "../entities.ts";
import { snapshotOf } from "../snapshots.ts";
import { type Rebuilt, type Replay, replay } from "./replay.ts";
import { SharedWork } from "./shared-work.ts";

/** Rows of one read; regular snapshots leave fewer than these to replay. */
const PAGE = 300;

/** Rebuilding holds up to a page of rows in memory and shares the event loop with everything else. */
const REBUILDS = { atOnce: 2, waiting: 1_000 };
const rebuilds = new WeakMap<Journal, SharedWork<Rebuilt | undefined>>();

const notInHistory = (what: StoredKind) => (id: string, moment: string) => ({
  message: `The history of the ${what} '${id}' does not hold it as it was ${moment}.`,
  description: "It did not exist then, or its history is not kept for so long.",
});

/** Nothing is known of the entity at that moment (basic-history). */
export const historyNotFound = {
  thing: defineError("things:thing.history.notfound", 404, notInHistory("thing")),
  policy: defineError("policies:policy.history.notfound", 404, notInHistory("policy")),
  connection: defineError("connectivity:connection.history.notfound", 404, notInHistory("connection")),
  predictor: defineError("predictors:predictor.history.notfound", 404, notInHistory("predictor")),
};

/** An entity as it was after one of its events; `value` of the state is absent where that event deleted it. */
export interface Past {
  readonly state: EntityState;
  /** The answer's `historical-headers`: those kept of the event, and its revision. */
  readonly headers: DittoHeaders;
}

/**
 * The entity as it was at a moment, at most `committed.revision`; undefined for exactly that revision, which is answered
 * as if it had been asked for without history (basic-history). A few are rebuilt at a time, the same one once for all
 * who ask for it meanwhile.
 * @throws TwinError with 404 when the moment is in the future, before the first event, or not retained.
 * @throws JournalUnavailable, also when too many wait.
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
  const found = isFuture ? undefined : await rebuildInTurn(journal, rules, id, { ...moment, revision });
  // Without a time the revision itself must be retained; with one, whatever was the newest by then.
  if (!found || (before === undefined && found.state.revision !== revision)) {
    throw historyNotFound[rules.kind](id, momentText(moment));
  }
  return { state: found.state, headers: historicalHeaders(found.row) };
}

/** The headers kept of an event, as answers tell them; whether it asked for a response is nobody's business any more. */
export const historicalHeaders = (row: JournalRow): DittoHeaders => ({
  ...keptHeaders(row),
  "entity-revision": row.revision,
});

/** The same without the revision. */
export function keptHeaders({ headers }: JournalRow): DittoHeaders {
  const kept = headers === null ? {} : (parseStored(headers) as JsonObject);
  const { "response-required": _, ...told } = kept;
  return told;
}

function momentText({ revision, before }: Moment): string {
  return before === undefined ? `at revision ${revision}` : `before ${new Date(before).toISOString()}`;
}

function rebuildInTurn(
  journal: Journal,
  rules: Replay,
  id: string,
  moment: Moment,
): Promise<Rebuilt | undefined> {
  const reads = rebuilds.get(journal) ?? new SharedWork(REBUILDS);
  rebuilds.set(journal, reads);
  const key = [rules.kind, id, moment.revision, moment.before].join(" ");
  return reads.do(key, () => rebuild(journal, rules, id, moment));
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
  let found = await rebuildOnce(journal, rules, id, moment, rest);
  // A later start is there by now: the clean-up keeps a state before it deletes what led to it.
  if (found === "overtaken") found = await rebuildOnce(journal, rules, id, moment, rest);
  if (found === "overtaken") throw new JournalUnavailable("The clean-up overtook a read of the past twice.");
  return found;
}

/** The same, or "overtaken" where the clean-up deleted what was to be read next. */
async function rebuildOnce(
  journal: Journal,
  rules: Replay,
  id: string,
  moment: Moment,
  rest: Rest,
): Promise<Rebuilt | "overtaken" | undefined> {
  const { revision = Number.MAX_SAFE_INTEGER, before = Number.POSITIVE_INFINITY } = moment;
  const { snapshot, tail } = await resting(rest, () => journal.loadAt(rules.kind, id, moment, PAGE));
  let rows = tail;
  let found = await replay(rules, snapshot && stateOf(snapshot), rows);
  while (found && rows.length === PAGE && found.state.revision < revision) {
    const { state } = found;
    await resting(rest, () => journal.storeSnapshots([snapshotOf(rules.kind, id, state)]));
    const from = state.revision + 1;
    const next = await resting(rest, () => journal.readEvents(rules.kind, id, from, revision, PAGE));
    // Who reads up to a revision has seen it; who reads to the end may be there.
    if (next[0] ? next[0].revision !== from : moment.revision !== undefined) return "overtaken";
    rows = next.filter(({ timestamp }) => timestamp < before);
    if (rows.length > 0) found = await replay(rules, state, rows);
  }
  return found;
}

/** Does a step of long work and rests after it. */
export async function resting<T>(rest: Rest, step: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await step();
  await rest(performance.now() - started);
  return result;
}
