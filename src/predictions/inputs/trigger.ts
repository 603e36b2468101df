// Which changes of a thing lead to a prediction, live and in the export of training data.

import { getKey, isArray, isObject, type JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { Change } from "../../signals/signal.ts";
import { touches } from "../../signals/touches.ts";
import type { Output, Predictor } from "../model.ts";
import { NOTE } from "../outputs/metadata.ts";

/** Whether a path lies in the feature that the predictions are written to. */
export const isWithinOutput = ({ feature }: Pick<Output, "feature">, path: Path): boolean =>
  path[0] === "features" && path[1] === feature;

/**
 * Whether an event is a trigger: it touches one of the paths, and is neither in the predictor's own feature nor a prediction that
 * the predictor's own have led to, which would make it answer itself.
 */
export function triggerOf({
  id,
  trigger: { paths },
  output,
}: Pick<Predictor, "id" | "trigger" | "output">): (event: Change) => boolean {
  return (event) =>
    !isWithinOutput(output, event.path) &&
    paths.some((path) => touches(event, path)) &&
    !comesFrom(id, event.metadata);
}

/** Whether a note of a prediction anywhere in metadata names the predictor among those that have led to it. */
function comesFrom(id: string, metadata: JsonValue | undefined): boolean {
  if (!isObject(metadata)) return false;
  const note = getKey(metadata, NOTE);
  const chain = isObject(note) ? getKey(note, "chain") : undefined;
  if (isArray(chain) && chain.includes(id)) return true;
  return Object.values(metadata).some((part) => comesFrom(id, part));
}

/** Until when observations count towards the prediction of a trigger, in milliseconds, the end included. */
export const groupEnd = (triggered: number, debounceMs: number): number => triggered + debounceMs;

/**
 * What of one thing leads to one prediction, live and in the export of training data: a group opens at a trigger, takes in all
 * that is looked at until its end, and is predicted as of the newest of that. Whether the thing is bound and an input is missing
 * is judged then as well. Events that come before a trigger open nothing, and with the end of the thing a group is dropped.
 */
export class DebounceGroup {
  readonly #debounceMs: number;
  #end: number | undefined;

  constructor(debounceMs: number) {
    this.#debounceMs = debounceMs;
  }

  /** Until when the open group takes observations in, in milliseconds since the epoch; `undefined` where none is open. */
  get end(): number | undefined {
    return this.#end;
  }

  /** Whether the open group is to be predicted before an event of that time is learned from. */
  isOverBefore(timestamp: number): boolean {
    return this.#end !== undefined && timestamp > this.#end;
  }

  /** Takes an event that is looked at, once it is learned from; whether it is in a group. */
  take(event: { readonly timestamp: number; readonly isTrigger: boolean; readonly isEnd: boolean }): boolean {
    if (event.isEnd) this.#end = undefined;
    else if (event.isTrigger) this.#end ??= groupEnd(event.timestamp, this.#debounceMs);
    return this.#end !== undefined;
  }

  /** Ends the open group, as its prediction is made. */
  close(): void {
    this.#end = undefined;
  }
}
