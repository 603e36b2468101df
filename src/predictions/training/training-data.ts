// What a predictor would have been given in the past, as a table to train models with: the same code as in serving, replayed.

import { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { PastStates } from "../../dispatch/history/past-states.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { InputPlan } from "../inputs/inputs.ts";
import { inputPlan } from "../inputs/plan.ts";
import { triggerOf } from "../inputs/trigger.ts";
import type { Binding, Predictor } from "../model.ts";
import type { TrainingQuery } from "../predictors-api.ts";
import { boundBy } from "../serving/binding.ts";
import { lookedAt } from "../serving/selection.ts";
import type { MakeTrainingTable } from "../serving-api.ts";
import { type Cell, type LabelRule, labelsFor } from "./labels.ts";
import { momentsOf, type PredictionMoment } from "./moments.ts";
import { type Replaying, replayed } from "./replayed.ts";

export interface TrainingParts {
  readonly pastStates: PastStates;
  /** IDs of the things that are bound now, as far as the subjects may see them. */
  readonly boundThings: (predictor: Predictor, auth: AuthContext) => AsyncIterable<string>;
  /** Whether a thing was bound, by its state at a moment. */
  readonly bindingOf: (bind: Binding) => (thing: JsonObject, thingId: string) => boolean;
}

/**
 * Makes the table as it is read, thing by thing: a row for each trigger in the range, with the inputs as they were known then. Left
 * out are moments at which the thing was not bound or an input was missing that may not be, as no prediction was made of them, and
 * things that the reader may not read. The signal of the query ends it. A thing that is asked for by its ID and not there is refused
 * with `things:thing.notfound`.
 */
export const trainingData =
  (parts: TrainingParts): MakeTrainingTable =>
  async (predictor, query, auth) => {
    const plan = inputPlan(predictor.inputs);
    const label = labelRule(predictor, query);
    const replaying = replayingOf(predictor, plan, label);
    const columns = ["thingId", "revision", "timestamp", ...plan.columns, ...(label ? ["label"] : [])];
    const { thingId } = query;
    if (thingId !== undefined) await checkReadable(parts.pastStates, thingId, auth);
    const ids = thingId === undefined ? parts.boundThings(predictor, auth) : [thingId];
    const source = { parts, predictor, replaying, query, label, auth };
    return { columns, rows: allRows(source, ids) };
  };

/** Looks at what the predictor does, and at the label; what tells whether the thing is bound is read as well. */
function replayingOf(predictor: Predictor, plan: InputPlan, label: LabelRule | undefined): Replaying {
  const { id, trigger, bind } = predictor;
  const { touched } = lookedAt(predictor, plan.paths);
  const looks = { id, triggers: trigger.paths, isTrigger: triggerOf(predictor) };
  const only = [...touched, ...boundBy(bind).map(changedAt), ...(label ? [label.path] : [])];
  return { plan, looks, touched, only };
}

/** Where a change may change what a filter looks at: metadata belong to the value, and a `*` stands for any key. */
function changedAt(path: Path): Path {
  const at = path[0] === "_metadata" ? path.slice(1) : path;
  const place = at.indexOf("*");
  return place < 0 ? at : at.slice(0, place);
}

/** That of the query, or else what the monitoring compares predictions with. */
function labelRule({ monitoring: { truth } }: Predictor, query: TrainingQuery): LabelRule | undefined {
  const path = query.label ?? truth?.path;
  if (!path) return undefined;
  const unsaid = query.label ? Number.POSITIVE_INFINITY : truth?.withinMs;
  return { path, withinMs: query.labelWithinMs ?? unsaid ?? Number.POSITIVE_INFINITY };
}

async function checkReadable(pastStates: PastStates, thingId: string, auth: AuthContext): Promise<void> {
  for await (const _ of pastStates(thingId, { fromRevision: -1 }, auth)) return;
}

interface Source {
  readonly parts: TrainingParts;
  readonly predictor: Predictor;
  readonly replaying: Replaying;
  readonly query: TrainingQuery;
  readonly label: LabelRule | undefined;
  readonly auth: AuthContext;
}

async function* allRows(
  source: Source,
  ids: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<readonly Cell[], void> {
  let left = source.query.limit;
  if (left <= 0) return;
  for await (const thingId of ids) {
    if (source.query.signal?.aborted) return;
    try {
      for await (const row of rowsOf(source, thingId)) {
        yield row;
        if (--left <= 0) return;
      }
    } catch (error) {
      // Bound when it was listed, and gone by now; or nothing that is looked at may be read.
      if (!(error instanceof TwinError && error.status === 404)) throw error;
    }
  }
}

async function* rowsOf(source: Source, thingId: string): AsyncGenerator<readonly Cell[], void> {
  const { parts, predictor, replaying, query, label, auth } = source;
  const isBound = parts.bindingOf(predictor.bind);
  const moments = momentsOf(predictor, query.to);
  const labels = label && labelsFor(label, replaying.plan.columns.length + 4);
  const rowsFor = (moment: PredictionMoment | undefined): readonly (readonly Cell[])[] => {
    const row = moment && rowOf(moment, isBound);
    if (!moment || !row) return [];
    if (!labels) return [row];
    labels.add(row, moment.state.event.timestamp);
    return labels.ready();
  };
  for await (const step of replayed(parts.pastStates, replaying, thingId, rangeOf(source), auth)) {
    const { timestamp } = step.state.event;
    yield* rowsFor(moments.before(timestamp));
    labels?.take(step.state);
    yield* labels?.ready() ?? [];
    yield* rowsFor(moments.take(step));
    const isWaiting = moments.isWaiting || (labels?.waiting ?? 0) > 0;
    if (timestamp > query.to && !isWaiting) break;
  }
  yield* rowsFor(moments.end());
  yield* labels?.ready(true) ?? [];
}

/** Beyond the end as long as what belongs to a trigger before it may come. */
function rangeOf({ predictor, query: { from, to, signal }, label }: Source) {
  const last = to + predictor.trigger.debounceMs + (label?.withinMs ?? 0);
  return { from, ...(Number.isFinite(last) && { to: last }), ...(signal && { signal }) };
}

function rowOf(
  { state, vector }: PredictionMoment,
  isBound: (thing: JsonObject, thingId: string) => boolean,
): readonly Cell[] | undefined {
  const { id, revision, timestamp } = state.event;
  if (vector.isSkipped) return undefined;
  const thing = state.thing();
  if (!thing || !isBound(thing, id)) return undefined;
  const values = vector.values.map((value) => (Number.isNaN(value) ? null : value));
  return [id, revision, new Date(timestamp).toISOString(), ...values];
}
