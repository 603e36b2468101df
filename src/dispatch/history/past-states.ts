// A thing as it was after each of its events, in the order of revisions: what histories of values are made of.

import { setImmediate } from "node:timers/promises";
import { isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { getAt, type Path, readPath } from "../../base/json/pointer.ts";
import type { Journal, JournalRow } from "../../journal/journal.ts";
import type { Access } from "../../policies/enforcer.ts";
import type { AuthContext, Command, EntityEvent, EntityState } from "../../signals/signal.ts";
import { touches } from "../../signals/touches.ts";
import { metadataField } from "../../things/metadata/retrieve.ts";
import { stateOf } from "../entities.ts";
import { enforcerFor } from "../execute.ts";
import { load, orUnavailable, type Parts } from "../ready.ts";
import { eventOf, PAGE, STRETCH_MS } from "./past-pages.ts";
import { inPastTurn } from "./past-turns.ts";
import { rebuild } from "./rebuild.ts";
import { follows, type Replay } from "./replay.ts";
import { visiblePart } from "./visible-part.ts";

export interface PastState {
  /** As far as the reader may see it now. */
  readonly event: EntityEvent;
  /** The metadata of the event, also of what the reader may not see: to decide by, and not to be shown. */
  readonly noted: JsonObject | undefined;
  /** What was at a path after the event, as far as the reader may see it now; `undefined` where that is nothing. */
  valueAt(path: Path): JsonValue | undefined;
  /** All of the thing after the event that the reader may see now, `_revision` and its kin included; `undefined` where that is nothing. */
  thing(): JsonObject | undefined;
}

export interface PastStatesRange {
  /** Both included; negative ones count from the newest, which is -1. 0 as the first is the oldest, as the last the newest. */
  readonly fromRevision?: number;
  readonly toRevision?: number;
  /** Milliseconds since the epoch, both included. */
  readonly from?: number;
  readonly to?: number;
  /** Events that touch none of these paths are left out, and cost little; values are asked for at or below them only. */
  readonly only?: readonly Path[];
  /** Ends the reading, as if there were no more. */
  readonly signal?: AbortSignal;
}

/**
 * Reads page by page, as fast as it is asked, and lets others work meanwhile. Begins with the oldest event that is kept where the range
 * reaches beyond. Ends with the newest at the time when the first is asked for. Events of which the reader may see nothing are left
 * out. Refuses with `things:thing.notfound` where the thing is not there or nothing of it may be read, and with the not-found error
 * of the first path of `only` where nothing at any of them may be.
 */
export type PastStates = (
  thingId: string,
  range: PastStatesRange,
  auth: AuthContext,
) => AsyncIterable<PastState>;

/** Reads the pasts of the things that `parts` hold; takes turns with all others who read the past. */
export const pastStates =
  (parts: Parts): PastStates =>
  (thingId, range, auth) =>
    statesOf(parts, { kind: "thing", id: thingId, action: "retrieve", path: [], headers: {}, auth }, range);

async function* statesOf(
  parts: Parts,
  command: Command,
  range: PastStatesRange,
): AsyncGenerator<PastState, void> {
  const { newest, access } = await readable(parts, command, range);
  const read: Read = (task) => orUnavailable(command, parts.things, () => inPastTurn(parts.journal, task));
  const { only } = range;
  const isWanted = (event: EntityEvent) => !only || only.some((path) => touches(event, path));
  for await (const { event, state } of eventsWithStates({ parts, id: command.id, range, newest, read })) {
    const seen = isWanted(event) ? visiblePart(event, access) : undefined;
    if (seen && isWanted(seen)) yield pastState(seen, event.metadata, state, access);
  }
}

/** Judged by the policy as it is. */
async function readable(
  parts: Parts,
  command: Command,
  { only }: PastStatesRange,
): Promise<{ readonly newest: number; readonly access: Access }> {
  const { rules } = parts.things;
  const { held, policy } = await load(parts, command, parts.things);
  const now = held.committed;
  const enforcer = now?.value && enforcerFor(parts, command, now, policy);
  const access = enforcer?.forSubjects(command.auth.subjects);
  if (!now || !access?.hasPartial("thing", [], "READ")) throw rules.notFound(command.id);
  if (only?.some((path) => access.hasPartial("thing", path, "READ")) === false) {
    const [path = []] = only;
    throw rules.resource(path)?.notFound(command.id, path) ?? rules.notFound(command.id);
  }
  return { newest: now.revision, access };
}

function pastState(
  event: EntityEvent,
  noted: JsonObject | undefined,
  state: EntityState,
  access: Access,
): PastState {
  const { value } = state;
  return {
    event,
    noted,
    valueAt(path) {
      const there = getAt(value, path);
      return there === undefined ? undefined : access.view("thing", there, path);
    },
    thing() {
      const seen = value && access.view("thing", value, []);
      return isObject(seen) ? { ...seen, ...specialFields(state, access) } : undefined;
    },
  };
}

function specialFields({ revision, created, modified, metadata }: EntityState, access: Access): JsonObject {
  const noted = metadataField(metadata, (part, at) => access.view("thing", part, at));
  return {
    _revision: revision,
    _created: new Date(created).toISOString(),
    _modified: new Date(modified).toISOString(),
    ...(noted !== undefined && { _metadata: noted }),
  };
}

/** Runs what needs the database, in turns with all who read the past. */
type Read = <T>(task: () => Promise<T>) => Promise<T>;

interface Reading {
  readonly parts: Parts;
  readonly id: string;
  readonly range: PastStatesRange;
  readonly newest: number;
  readonly read: Read;
}

/** The events of the range, whoever may see them; those that cannot touch a wanted path are left out. */
async function* eventsWithStates(
  reading: Reading,
): AsyncGenerator<{ readonly event: EntityEvent; readonly state: EntityState }, void> {
  const { from = 0, to = Number.POSITIVE_INFINITY, only, signal } = reading.range;
  let state: EntityState | undefined;
  let started = performance.now();
  for await (const { rows, base } of pages(reading, () => state)) {
    state = base;
    for (const row of rows) {
      if (row.timestamp > to || signal?.aborted) return;
      const event = isBeside(row, only) ? undefined : eventOf("thing", row);
      state = stateAfter(reading.parts, state, row, event);
      if (event && state?.revision === row.revision && row.timestamp >= from) yield { event, state };
      if (performance.now() - started < STRETCH_MS) continue;
      await setImmediate();
      started = performance.now();
    }
  }
}

/** Whether a row is of a path that is neither at, above nor below a wanted one. */
function isBeside(row: JournalRow, only: readonly Path[] | undefined): boolean {
  if (!only) return false;
  const path = readPath(row.path);
  return !only.some((wanted) => touches({ action: "modified", path }, wanted));
}

/** Without an event the state stays what it is but for its revision, since nobody asks for what the row changed. */
function stateAfter(
  { things: { rules } }: Parts,
  state: EntityState | undefined,
  row: JournalRow,
  event: EntityEvent | undefined,
): EntityState | undefined {
  if (!follows(state, row)) return state;
  if (event) return rules.apply(state, event, row.revision, row.timestamp);
  return state && { ...state, revision: row.revision };
}

/** Pages of rows, each with the state that it begins with: the one before it, or that of a row in it. */
async function* pages(
  { parts: { journal, things }, id, range, newest, read }: Reading,
  reached: () => EntityState | undefined,
): AsyncGenerator<{ readonly rows: readonly JournalRow[]; readonly base: EntityState | undefined }, void> {
  const { first, last } = revisionsOf(range, newest);
  if (first > last) return;
  const before = await read(() => stateBefore(journal, things.rules, id, first, range.from));
  let next = before ? before.revision + 1 : first;
  let isFirst = true;
  while (next <= last && !range.signal?.aborted) {
    const from = next;
    const rows = await read(() => journal.readEvents("thing", id, from, last, PAGE));
    const [row] = rows;
    if (!row) return;
    const known = isFirst ? before : reached();
    isFirst = false;
    yield { rows, base: follows(known, row) ? known : await read(() => keptStateIn(journal, id, rows)) };
    next = rows.length < PAGE ? Number.POSITIVE_INFINITY : (rows.at(-1) as JournalRow).revision + 1;
  }
}

function revisionsOf({ fromRevision = 0, toRevision = 0 }: PastStatesRange, newest: number) {
  const counted = (revision: number) => (revision < 0 ? newest + revision + 1 : revision);
  const last = toRevision === 0 ? newest : Math.min(counted(toRevision), newest);
  return { first: Math.max(counted(fromRevision), 1), last };
}

/** The state before the first event that is both of the revision or later and of the time or later, if it is kept. */
async function stateBefore(
  journal: Journal,
  rules: Replay,
  id: string,
  first: number,
  from: number | undefined,
): Promise<EntityState | undefined> {
  const byTime = from === undefined ? undefined : await rebuild(journal, rules, id, { before: from });
  if (byTime && byTime.state.revision >= first - 1) return byTime.state;
  return first > 1 ? (await rebuild(journal, rules, id, { revision: first - 1 }))?.state : undefined;
}

/** Where the clean-up was, rows may begin with one that is no whole: a state that is kept at it, or else at a later one. */
async function keptStateIn(
  journal: Journal,
  id: string,
  rows: readonly JournalRow[],
): Promise<EntityState | undefined> {
  const oldest = (rows[0] as JournalRow).revision;
  for (const { revision } of [rows[0], rows.at(-1)] as JournalRow[]) {
    const { snapshot } = await journal.loadAt("thing", id, { revision }, 1);
    if (snapshot && snapshot.revision >= oldest) return stateOf(snapshot);
  }
  return undefined;
}
