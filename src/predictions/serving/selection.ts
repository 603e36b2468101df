// Which events a predictor is told of: those that touch something it looks at, with what it looks at as of then.

import type { Path } from "../../base/json/pointer.ts";
import type { ExtraFields } from "../../pubsub/extra-fields.ts";
import type { SignalFilter } from "../../pubsub/filter.ts";
import { placesFor } from "../../pubsub/places.ts";
import { isMessage, type Signal } from "../../pubsub/said.ts";
import type { Selection } from "../../pubsub/selection.ts";
import type { Change } from "../../signals/signal.ts";
import { touches } from "../../signals/touches.ts";
import type { Predictor } from "../model.ts";
import { boundBy } from "./binding.ts";

const nothing: readonly Path[] = [];
let selections = 0;

/** What a predictor with these inputs looks at: where it is told of changes, and all that it reads. */
export interface LookedAt {
  readonly touched: readonly Path[];
  readonly read: readonly Path[];
}

export function lookedAt(
  { bind, trigger, output, monitoring: { truth, groups } }: Predictor,
  inputs: readonly Path[],
): LookedAt {
  const touched = unique([...trigger.paths, ...inputs, ...(truth ? [truth.path] : [])]);
  const definition = output.definition ? [["features", output.feature, "definition"]] : [];
  const others = [...(groups ? [groups] : []), ...boundBy(bind), ...definition];
  return { touched, read: unique([...inputs, ...(truth ? [truth.path] : []), ...others]) };
}

/** Selects events for one subscription. Of an event that does not concern it nothing is read. */
export function eventSelection(
  namespaces: readonly string[] | undefined,
  { touched, read }: LookedAt,
): Selection {
  const concerns = rememberingLast(
    (signal) => !("says" in signal) && touched.some((path) => touches(signal, path)),
  );
  const key = `\npredictor ${++selections}`;
  const extraFields: ExtraFields = { text: key, fieldsFor: (signal) => (concerns(signal) ? read : nothing) };
  const filter: SignalFilter = { text: key, matches: concerns };
  return { places: placesFor(touched, namespaces), extraFields, filter, key, wish: key };
}

/** Selects the messages to things and features with a subject. */
export function messageSelection(namespaces: readonly string[] | undefined, subject: string): Selection {
  const key = `\npredictor ${++selections}`;
  const matches = (signal: Signal) =>
    isMessage(signal) && signal.direction === "to" && signal.subject === subject;
  return {
    ...(namespaces && { namespaces: new Set(namespaces) }),
    filter: { text: key, matches },
    key,
    wish: key,
  };
}

/** The end of a thing touches everything, too. */
type Concerns = (signal: Signal & Change) => boolean;

/** Both fields and filter ask of each signal. */
function rememberingLast(concerns: Concerns): (signal: Signal) => boolean {
  let last: Signal | undefined;
  let answer = false;
  return (signal) => {
    if (signal !== last) {
      answer = concerns(signal as Signal & Change);
      last = signal;
    }
    return answer;
  };
}

function unique(paths: readonly Path[]): readonly Path[] {
  const known = new Map(paths.map((path) => [JSON.stringify(path), path]));
  return [...known.values()];
}
