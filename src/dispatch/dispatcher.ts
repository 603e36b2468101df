// The life of a command, whichever door it came by: turn, load, then execution on what is in memory.

import { withCallersSubject } from "../policies/request-subject.ts";
import type { Reply } from "../signals/reply.ts";
import type { Command } from "../signals/signal.ts";
import { isBirth } from "./creation/birth.ts";
import { createsThing, createThing } from "./creation/create-thing.ts";
import type { Entities, Held } from "./entities.ts";
import { StateVoid } from "./errors.ts";
import { execute } from "./execute.ts";
import { momentOf } from "./history/moment.ts";
import { readPast } from "./history/read-past.ts";
import { inMemory, load, type Parts, type Ready, refusalOf } from "./ready.ts";
import { Turns } from "./turns.ts";

/** Handles one command; refusals are thrown as `TwinError`. `origin` is the session that sent it. */
export type Dispatch = (command: Command, origin?: object) => Promise<Reply>;

/** Makes the dispatcher of a server; `turns` are for those who change entities by themselves. */
export function dispatcher(parts: Parts, turns = new Turns()): Dispatch {
  return async (asked, origin) => {
    const command = asked.kind === "policy" ? withCallersSubject(asked) : asked;
    const store = command.kind === "thing" ? parts.things : parts.policies;
    const moment = command.action === "retrieve" ? momentOf(command.headers) : undefined;
    if (moment) return readPast(parts, command, store, moment);
    if (isBirth(asked)) return attempt(command, store, await load(parts, command, store), origin);
    if (!turns.busy(command.id)) {
      const ready = inMemory(parts, command, store);
      if (ready) return attempt(command, store, ready, origin);
    }
    // The turn ends when the command is decided, and its commit is awaited outside of it; but for a creation.
    const { reply } = await turns.take(command.id, async () => {
      const ready = await load(parts, command, store);
      if (createsThing(command, ready.held)) return { reply: await create(command, ready.held, origin) };
      return { reply: attempt(command, store, ready, origin) };
    });
    return reply;
  };

  async function create(command: Command, held: Held, origin: object | undefined): Promise<Reply> {
    try {
      return await createThing(parts, command, held, origin);
    } catch (refusal) {
      return refuse(command, parts.things, held, refusal);
    }
  }

  /** Executes; a refusal that was judged on a state which is not written yet is told once it is, or else is void. */
  function attempt(
    command: Command,
    store: Entities,
    ready: Ready,
    origin: object | undefined,
  ): Promise<Reply> {
    try {
      return execute(parts, command, store, ready, origin);
    } catch (refusal) {
      return refuse(command, store, ready.held, refusal);
    }
  }
}

/** Tells what is wrong with the body before anything else. */
async function refuse(command: Command, store: Entities, held: Held, refusal: unknown): Promise<never> {
  store.rules.checkBody(command);
  if (held.pending > 0) await held.settled();
  throw held.lost
    ? refusalOf(new StateVoid("the state that was judged on is void"), command, store)
    : refusal;
}
