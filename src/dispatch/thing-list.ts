// Several things at once: by their ids, or all that the caller may read, in the order of their ids.

import { setImmediate } from "node:timers/promises";
import { TwinError } from "../base/errors.ts";
import { isNamespacedId, namespaceOf } from "../base/ids.ts";
import type { Path } from "../base/json/pointer.ts";
import { type Journal, JournalUnavailable } from "../journal/journal.ts";
import type { AuthContext, Command, DittoHeaders } from "../signals/signal.ts";
import { thingIdInvalid } from "../things/errors.ts";
import type { Dispatch } from "./dispatcher.ts";
import { answerTooLong, serviceUnavailable, tooManyIds } from "./errors.ts";

export interface ThingList {
  /**
   * The JSON texts of the readable things among the ids, in their order; an id named twice is answered twice, where it
   * was named first. The headers are those of each read: a thing whose read they refuse is left out.
   * Refuses what is no id, more than 1,000 of them, and what is longer than an answer may be.
   */
  several(
    ids: readonly string[],
    auth: AuthContext,
    headers: DittoHeaders,
    fields?: readonly Path[],
  ): Promise<readonly string[]>;
  /**
   * A page of the readable things after an id; `next` is where the following page starts, if there is one. A page is
   * short where the caller may read few of many things, and where the things are long.
   */
  page(wanted: PageRequest, auth: AuthContext, fields?: readonly Path[]): Promise<Page>;
  /**
   * The readable things among the ids, in their order. Refuses what is longer than an answer may be; an id of which
   * the read is refused is left out, as in {@link several}.
   */
  found(ids: readonly string[], how: HowToRead): Promise<readonly ReadThing[]>;
}

/** A thing as its reader may see it; `text` is JSON. */
export interface ReadThing {
  readonly id: string;
  readonly text: string;
}

export interface PageRequest {
  readonly after: string;
  readonly size: number;
  /** Whether things of a namespace are wanted; absent: of all. */
  readonly ofNamespace: ((namespace: string) => boolean) | undefined;
}

export interface Page {
  readonly things: readonly string[];
  readonly next: string | undefined;
}

export interface HowToRead extends Pick<Command, "auth" | "headers"> {
  readonly fields?: readonly Path[] | undefined;
}

const MAX_IDS = 1_000;
/** How many ids the journal is asked for in one go. */
const STRIDE = 200;
/** How many things are read at the same time. */
const AT_ONCE = 25;
/** How many ids are looked at for one page. */
const MOST_LOOKED_AT = 5_000;
/** Characters of one answer. */
const MAX_LENGTH = 10_000_000;

/** Makes the list on top of the dispatcher, so that each thing is read as if asked for alone. */
export function thingList(dispatch: Dispatch, journal: Journal): ThingList {
  async function read(id: string, { fields, ...how }: HowToRead): Promise<string | undefined> {
    const command: Command = { kind: "thing", id, action: "retrieve", path: [], ...how };
    try {
      const reply = await dispatch(fields ? { ...command, fields } : command);
      return reply.text ?? JSON.stringify(reply.value);
    } catch (error) {
      if (error instanceof TwinError && error.status < 500) return undefined;
      throw error;
    }
  }

  /** The readable ones of a group, read at the same time. Then others have their turn: each may have taken a while. */
  async function readGroup(ids: readonly string[], how: HowToRead): Promise<readonly ReadThing[]> {
    const texts = await Promise.all(ids.map((id) => read(id, how)));
    await setImmediate();
    return ids.flatMap((id, i) => {
      const text = texts[i];
      return text === undefined ? [] : [{ id, text }];
    });
  }

  /** All that are readable, each as often as it is asked for. */
  async function readAll(times: ReadonlyMap<string, number>, how: HowToRead) {
    const found: string[] = [];
    let length = 0;
    for (const group of groups([...times.keys()])) {
      for (const { id, text } of await readGroup(group, how)) {
        const count = times.get(id) as number;
        length += count * text.length;
        if (length > MAX_LENGTH) throw answerTooLong(MAX_LENGTH);
        for (let i = 0; i < count; i++) found.push(text);
      }
    }
    return found;
  }

  return {
    async several(ids, auth, headers, fields) {
      if (ids.length > MAX_IDS) throw tooManyIds(MAX_IDS);
      for (const id of ids) if (!isNamespacedId(id)) throw thingIdInvalid(id);
      const times = new Map<string, number>();
      for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
      return readAll(times, { auth, headers, fields });
    },

    async found(ids, how) {
      const found: ReadThing[] = [];
      let length = 0;
      for (const group of groups(ids)) {
        for (const thing of await readGroup(group, how)) {
          length += thing.text.length;
          if (length > MAX_LENGTH) throw answerTooLong(MAX_LENGTH);
          found.push(thing);
        }
      }
      return found;
    },

    async page({ after, size, ofNamespace }, auth, fields) {
      const things: string[] = [];
      const how = { auth, headers: {}, fields };
      let last = after;
      let length = 0;
      for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += STRIDE) {
        const ids = await journal.listIds("thing", last, STRIDE).catch(asRefusal);
        const wanted = ofNamespace ? ids.filter((id) => ofNamespace(namespaceOf(id))) : ids;
        for (const group of groups(wanted)) {
          for (const { id, text } of await readGroup(group, how)) {
            length += text.length;
            if (things.length === size || (length > MAX_LENGTH && things.length > 0))
              return { things, next: last };
            things.push(text);
            last = id;
          }
        }
        if (ids.length < STRIDE) return { things, next: undefined };
        last = ids.at(-1) as string;
      }
      return { things, next: last };
    },
  };
}

function* groups(ids: readonly string[]): Iterable<readonly string[]> {
  for (let from = 0; from < ids.length; from += AT_ONCE) yield ids.slice(from, from + AT_ONCE);
}

function asRefusal(error: unknown): never {
  throw error instanceof JournalUnavailable ? serviceUnavailable() : error;
}
