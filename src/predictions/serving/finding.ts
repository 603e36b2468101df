// A thing that is to be worked on is brought into memory, with what was missed of it.

import { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { Predictor } from "../model.ts";
import { predictedRevision } from "../outputs/metadata.ts";
import type { StatesBehind } from "./behind.ts";
import type { IsBound } from "./binding.ts";
import type { Loading } from "./loading.ts";
import type { Work } from "./queue.ts";
import { type RightsCheck, visibleThing } from "./rights-check.ts";
import type { Seen } from "./seen.ts";
import type { Due, ThingState } from "./thing-state.ts";
import type { Known, Things } from "./things.ts";
import { dueFor, type Versions } from "./versions.ts";

export interface FindingParts {
  readonly predictor: Predictor;
  readonly things: Things;
  readonly versions: Versions;
  readonly loading: Loading;
  readonly behind: StatesBehind;
  readonly rights: RightsCheck;
  readonly isBound: IsBound;
  readonly fingerprint: string;
  /** Milliseconds since the epoch: events before lead to no prediction. */
  readonly activeSince: number;
  /** Is told of things that are in memory no more though not all that they asked for is done. */
  left(thingId: string): void;
}

/** A thing that is in memory now, and a prediction of it that was missed. */
export interface Found {
  readonly known: Known;
  readonly due: Due | undefined;
  /** Its values are on the thing already. */
  readonly isWritten: boolean;
}

const NOT_FOUND = 404;

/** Finds the things of a predictor, in memory or as they are stored. */
export class Finding {
  readonly #parts: FindingParts;

  constructor(parts: FindingParts) {
    this.#parts = parts;
  }

  /**
   * The thing, up to what waits of it; `undefined` where it is not there, or nothing of it may be read. Rejects as {@link Loading.load}; then
   * it is not in memory any more.
   */
  async find(work: Work, isWanted: () => boolean): Promise<Found | undefined> {
    const { things, predictor, behind } = this.#parts;
    const { thingId } = work;
    const known = things.get(predictor.id, thingId);
    if (known && !work.isBehind) return { known, due: undefined, isWritten: false };
    const before = work.isBehind ? undefined : work.observations[0];
    work.isBehind = false; // what happens from now on waits in the queue
    // From now on it may lack predictions of what it knows.
    if (known) Object.assign(known, { isSettled: false, users: known.users + 1 });
    const forget = () => {
      things.forget(predictor.id, thingId);
      if (known) behind.forget(known);
    };
    try {
      const found = await this.#load(thingId, before, known, isWanted);
      if (!found && isWanted()) forget();
      return found;
    } catch (error) {
      forget();
      if (error instanceof TwinError && error.status === NOT_FOUND) return undefined;
      throw error;
    } finally {
      if (known) known.users--;
    }
  }

  /** A thing as it is now, as far as it may be seen; `undefined` where the predictor is not for it. */
  async bound(thingId: string): Promise<JsonObject | undefined> {
    const rights = await this.#parts.rights.look(thingId);
    const thing = rights && visibleThing(rights);
    return thing && this.#parts.isBound(thing, thingId) ? thing : undefined;
  }

  async #load(
    thingId: string,
    before: Seen | undefined,
    known: Known | undefined,
    isWanted: () => boolean,
  ): Promise<Found | undefined> {
    const { rights, versions, loading, things, predictor } = this.#parts;
    const may = await rights.look(thingId);
    if (!may) return undefined;
    const to = before ? before.revision - 1 : may.state.revision;
    const loaded = await loading.load(thingId, versions.learnersOf(thingId), to, known?.state);
    if (!isWanted()) return undefined;
    const { state } = loaded;
    const taken = known ?? this.#knownAs(thingId, state);
    Object.assign(taken, { isSettled: false, users: taken.users + 1 });
    try {
      things.put(predictor.id, taken);
      return await this.#asked(taken, loaded.due, before?.timestamp ?? Date.now());
    } finally {
      taken.users--;
    }
  }

  /** What a thing asked for in the past, as far as it is not predicted, until a moment (milliseconds since the epoch). */
  async #asked(known: Known, newest: Due | undefined, until: number): Promise<Found> {
    const { state, thingId } = known;
    const due = this.#overBy(until, known) ?? newest;
    const missed = due && (await this.#missed(thingId, due));
    const { waiting } = state;
    if (waiting && (await this.#missed(thingId, waiting)) !== true) state.dropGroup();
    return { known, due: missed && due, isWritten: missed === "but written" };
  }

  /** The prediction of triggers of the past that waited for more, which has not come. */
  #overBy(time: number, { thingId, state }: Known): Due | undefined {
    const due = state.over(time);
    return due && !dueFor(this.#parts.versions.writtenTo(thingId), due).vector.isSkipped ? due : undefined;
  }

  #knownAs(thingId: string, state: ThingState): Known {
    const { fingerprint, behind, left } = this.#parts;
    const known: Known = {
      ...{ thingId, state, fingerprint, users: 0, isSettled: false, bytes: 0 },
      leave() {
        behind.save(known);
        if (!known.isSettled) left(thingId);
      },
    };
    return known;
  }

  /** Whether a prediction of the past is still to be made. */
  async #missed(thingId: string, due: Due): Promise<true | "but written" | undefined> {
    const { activeSince, rights, isBound, predictor, versions } = this.#parts;
    if (due.timestamp < activeSince) return undefined;
    const may = await rights.look(thingId);
    if (!may || !isBound(visibleThing(may), thingId)) return undefined;
    const { id, output } = predictor;
    const { trigger } = dueFor(versions.writtenTo(thingId), due);
    const isWritten = (predictedRevision(may.state, id, output) ?? 0) >= trigger;
    if (!isWritten) return true;
    // Whether its message was said nobody knows.
    return output.message ? "but written" : undefined;
  }
}
