// What a predictor knows of one thing: its readings, what streaming models have learned from them, and how its message stands.

import { getKey, isObject, type JsonValue, putKey } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { InputPlan, ThingInputs, Vector } from "../inputs/inputs.ts";
import { DebounceGroup } from "../inputs/trigger.ts";
import type { Outputs, StreamingModel } from "../models/scoring.ts";
import type { Seen } from "./seen.ts";

/** A streaming model that learns from each trigger. */
export interface Learner {
  /** Names it among those of its predictor. */
  readonly key: string;
  /** Names what it learns: models of the same learn the same, whatever they say of it. */
  readonly stateKey: string;
  readonly model: StreamingModel;
}

/** A prediction that is to be made. */
export interface Due {
  /** The input's revision of the thing, and its time in milliseconds since the epoch. */
  readonly revision: number;
  readonly timestamp: number;
  /** The revision of the trigger, which is older where inputs came after it. */
  readonly trigger: number;
  readonly vector: Vector;
  /** What the learners have said, by their key. */
  readonly said: ReadonlyMap<string, Outputs>;
  /** What is at a path of the thing then, as far as the predictor looks at it. */
  readonly valueAt: (path: Path) => JsonValue | undefined;
  /** Whether the predictor is for the thing as it was then. */
  readonly isBound: boolean;
  /** The trigger that it is made for; absent where none but the time or a message asks for it. */
  readonly seen?: Seen;
  /** The same as of the newest step of the learners, where inputs came after that. */
  readonly atStep?: Due;
}

/** Triggers of one group. */
interface Triggered {
  readonly newest: Due;
  readonly stepped: Due | undefined;
  readonly seen: Seen;
}

/** The memory of a state in bytes, as measured: its own, that of a path beside its readings, and that of a reading with its windows. */
const OWN_BYTES = 1_500;
const PATH_BYTES = 500;
const READING_BYTES = 40;

export class ThingState {
  /** Up to and with this revision everything is taken in. */
  revision = 0;
  /** Of the newest event that was observed, in milliseconds since the epoch. */
  timestamp = 0;
  /** Whether the condition of the predictor's message held when it was looked at last. */
  isCrossed = false;
  inputs: ThingInputs;
  readonly #plan: InputPlan;
  readonly #learners: readonly Learner[];
  readonly #learned = new Map<string, unknown>();
  readonly #debounceMs: number;
  readonly #group: DebounceGroup;
  #triggered: Triggered | undefined;
  #isSinceBirth = false;

  /** A state of a thing that nothing is known of. */
  constructor(plan: InputPlan, learners: readonly Learner[], debounceMs = 0) {
    this.#plan = plan;
    this.#learners = learners;
    this.#debounceMs = debounceMs;
    this.#group = new DebounceGroup(debounceMs);
    this.inputs = plan.fresh();
    for (const { key, model } of learners) this.#learned.set(key, model.fresh());
  }

  /** How much memory it takes at most, in bytes. */
  get bytes(): number {
    const own = OWN_BYTES + PATH_BYTES * this.#plan.paths.length;
    const learned = this.#learners.reduce((sum, { model }) => sum + model.stateBytes, 0);
    return own + READING_BYTES * this.inputs.size + learned;
  }

  /** Whether nothing that happened before what was taken in could make a difference to its inputs. */
  get isSettled(): boolean {
    return this.#isSinceBirth || this.inputs.isSettled;
  }

  /** Whether another state of the thing, of the same revision, makes the same of its inputs. */
  readsAs(other: ThingState): boolean {
    const mine = this.inputs.vectorAt(this.timestamp);
    const others = other.inputs.vectorAt(this.timestamp);
    return mine.values.every((value, i) => Object.is(value, others.values[i]));
  }

  /** The newest trigger of which the prediction waits for what else comes. */
  get waiting(): Due | undefined {
    return this.#triggered?.newest;
  }

  /** Until when it waits, in milliseconds since the epoch, the end included. */
  get waitsUntil(): number | undefined {
    return this.#group.end;
  }

  /** The life of the thing has ended: nothing of it counts in the next one. */
  reset(revision: number): void {
    this.revision = revision;
    this.isCrossed = false;
    this.inputs = this.#plan.fresh();
    this.#isSinceBirth = true;
    for (const { key, model } of this.#learners) this.#learned.set(key, model.fresh());
  }

  /** Takes an event in, and where it triggers a prediction lets the learners take a step; gives what is to be predicted then. */
  learn(seen: Seen): Due | undefined {
    if (seen.isEnd) {
      this.reset(seen.revision);
      return undefined;
    }
    if (seen.isBirth) this.#isSinceBirth = true;
    this.inputs.observe(seen);
    this.revision = seen.revision;
    this.timestamp = seen.timestamp;
    if (!seen.isTrigger) return undefined;
    const vector = this.inputs.vectorAt(seen.timestamp);
    const said = vector.isSkipped ? new Map() : this.#step(vector, seen.timestamp);
    const { revision, timestamp, valueAt, isBound } = seen;
    return { revision, timestamp, trigger: revision, vector, said, valueAt, isBound, seen };
  }

  /** As {@link learn}, but triggers of one group come together: gives the prediction of those that end with the event, or before it. */
  takeIn(seen: Seen): Due | undefined {
    const over = this.over(seen.timestamp);
    const due = this.learn(seen);
    const newest = due ?? this.#triggered?.newest;
    if (!this.#group.take(seen) || !newest) {
      this.dropGroup();
      return over;
    }
    const stepped = due && !due.vector.isSkipped ? due : this.#triggered?.stepped;
    this.#triggered = { newest, stepped, seen };
    return this.#debounceMs > 0 ? over : this.#close();
  }

  /** The prediction of a group that is over before a moment, in milliseconds since the epoch. */
  over(now: number): Due | undefined {
    return this.#group.isOverBefore(now) ? this.#close() : undefined;
  }

  /** No prediction is made of the triggers that wait. */
  dropGroup(): void {
    this.#group.close();
    this.#triggered = undefined;
  }

  /** What is to be predicted now (milliseconds since the epoch) though no event asks for it; nothing is learned from it. */
  dueAt(now: number, valueAt: Due["valueAt"]): Due {
    const vector = this.inputs.vectorAt(now);
    const said = new Map<string, Outputs>();
    if (!vector.isSkipped)
      for (const { key, model } of this.#learners) {
        const copy = model.restore(model.save(this.#learned.get(key))) ?? model.fresh();
        said.set(key, model.step(copy, vector.values, now));
      }
    const { revision } = this;
    return { revision, timestamp: now, trigger: revision, vector, said, valueAt, isBound: true };
  }

  /** The same prediction with what was read since its trigger. */
  refreshed(due: Due): Due {
    if (due.revision >= this.revision) return due;
    const { revision, timestamp } = this;
    return { ...due, revision, timestamp, vector: this.inputs.vectorAt(timestamp) };
  }

  /** As JSON, for {@link restored}. */
  save(): string {
    const models: { [key: string]: JsonValue } = {};
    for (const [stored, { key, model }] of this.#stored())
      putKey(models, stored, model.save(this.#learned.get(key)));
    const { timestamp, isCrossed } = this;
    return JSON.stringify({ timestamp, isCrossed, inputs: this.inputs.save(), models });
  }

  /** Takes over what another state of the thing, of the same revision, has learned of models that this one lacks. */
  adopt(other: ThingState, keys: ReadonlySet<string>): void {
    for (const key of keys) if (other.#learned.has(key)) this.#learned.set(key, other.#learned.get(key));
  }

  /** Takes a saved state up; `lacks` are the learners that it knows nothing of. Without inputs of this plan it is `undefined`. */
  static restored(
    fresh: ThingState,
    text: string,
    revision: number,
  ): { readonly state: ThingState; readonly lacks: ReadonlySet<string> } | undefined {
    const saved = parseStored(text);
    const inputs =
      isObject(saved) && saved.inputs !== undefined ? fresh.#plan.restore(saved.inputs) : undefined;
    if (!isObject(saved) || !inputs) return undefined;
    fresh.inputs = inputs;
    fresh.revision = revision;
    fresh.timestamp = typeof saved.timestamp === "number" ? saved.timestamp : 0;
    fresh.isCrossed = saved.isCrossed === true;
    return { state: fresh, lacks: fresh.#restoreModels(saved.models) };
  }

  #restoreModels(saved: JsonValue | undefined): ReadonlySet<string> {
    const lacks = new Set<string>();
    for (const [stored, { key, stateKey, model }] of this.#stored()) {
      const value = isObject(saved) ? (getKey(saved, stored) ?? getKey(saved, stateKey)) : undefined;
      const learned = value === undefined ? undefined : model.restore(value);
      if (learned === undefined) lacks.add(key);
      else this.#learned.set(key, learned);
    }
    return lacks;
  }

  /** By what the learners are stored; those that learn the same have one of their own each, as they may learn it at another rate. */
  #stored(): ReadonlyMap<string, Learner> {
    const stored = new Map<string, Learner>();
    for (const learner of this.#learners) {
      let key = learner.stateKey;
      for (let n = 2; stored.has(key); n++) key = `${learner.stateKey} ${n}`;
      stored.set(key, learner);
    }
    return stored;
  }

  #step({ values }: Vector, now: number): ReadonlyMap<string, Outputs> {
    const said = new Map<string, Outputs>();
    for (const { key, model } of this.#learners)
      said.set(key, model.step(this.#learned.get(key), values, now));
    return said;
  }

  /** As of the newest that was looked at. */
  #close(): Due | undefined {
    const triggered = this.#triggered;
    this.dropGroup();
    if (!triggered) return undefined;
    const { newest, stepped, seen } = triggered;
    if (seen === newest.seen) return stepped === newest ? newest : { ...newest, atStep: stepped ?? newest };
    const { valueAt, isBound } = seen;
    return { ...this.refreshed(newest), valueAt, isBound, atStep: stepped ?? newest };
  }
}
