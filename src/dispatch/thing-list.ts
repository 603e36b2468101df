// Several things at once: by their ids, or all that the caller may read, in the order of their ids.

import { TwinError } from "../base/errors.ts";
import { namespaceOf } from "../base/ids.ts";
import type { Path } from "../base/json/pointer.ts";
import { type Journal, JournalUnavailable } from "../journal/journal.ts";
import type { AuthContext, Command } from "../signals/signal.ts";
import type { Dispatch } from "./dispatcher.ts";
import { serviceUnavailable } from "./errors.ts";

export interface ThingList {
  /** The JSON texts of the readable things among the ids. */
  several(ids: readonly string[], auth: AuthContext, fields?: readonly Path[]): Promise<readonly string[]>;
  /** A page of the readable things after an id; `next` is where the following page starts, if there is one. */
  page(wanted: PageRequest, auth: AuthContext, fields?: readonly Path[]): Promise<Page>;
}

export interface PageRequest {
  readonly after: string;
  readonly size: number;
  readonly namespaces: readonly string[] | undefined;
}

export interface Page {
  readonly things: readonly string[];
  readonly next: string | undefined;
}

/** How many ids are looked at in one go. */
const STRIDE = 200;

/** Makes the list on top of the dispatcher, so that each thing is read as if asked for alone. */
export function thingList(dispatch: Dispatch, journal: Journal): ThingList {
  async function read(id: string, auth: AuthContext, fields?: readonly Path[]): Promise<string | undefined> {
    const command: Command = { kind: "thing", id, action: "retrieve", path: [], headers: {}, auth };
    try {
      const reply = await dispatch(fields ? { ...command, fields } : command);
      return reply.text ?? JSON.stringify(reply.value);
    } catch (error) {
      if (error instanceof TwinError && error.status === 404) return undefined;
      throw error;
    }
  }

  return {
    async several(ids, auth, fields) {
      const texts = await Promise.all(ids.map((id) => read(id, auth, fields)));
      return texts.filter((text) => text !== undefined);
    },

    async page({ after, size, namespaces }, auth, fields) {
      const things: string[] = [];
      for (let last = after; ; ) {
        const ids = await journal.listIds("thing", last, STRIDE).catch(asRefusal);
        for (const id of ids) {
          if (namespaces && !namespaces.includes(namespaceOf(id))) continue;
          const text = await read(id, auth, fields);
          if (text === undefined) continue;
          if (things.length === size) return { things, next: last };
          things.push(text);
          last = id;
        }
        if (ids.length < STRIDE) return { things, next: undefined };
        last = ids.at(-1) as string;
      }
    },
  };
}

function asRefusal(error: unknown): never {
  throw error instanceof JournalUnavailable ? serviceUnavailable() : error;
}
