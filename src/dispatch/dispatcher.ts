// The life of a command, whichever door it came by: turn, load, then execution on what is in memory.

import type { Reply } from "../signals/reply.ts";
import type { Command } from "../signals/signal.ts";
import { createsThing, createThing } from "./create-thing.ts";
import { execute } from "./execute.ts";
import { inMemory, load, type Parts } from "./ready.ts";
import { Turns } from "./turns.ts";

/** Handles one command; refusals are thrown as `TwinError`. `origin` is the session that sent it. */
export type Dispatch = (command: Command, origin?: object) => Promise<Reply>;

/** Makes the dispatcher of a server. */
export function dispatcher(parts: Parts): Dispatch {
  const turns = new Turns();

  return async (command, origin) => {
    const store = command.kind === "thing" ? parts.things : parts.policies;
    if (!turns.busy(command.id)) {
      const ready = inMemory(parts, command, store);
      if (ready) return execute(parts, command, store, ready, origin);
    }
    // The turn ends when the command is decided; its commit is awaited outside of it.
    const { reply } = await turns.take(command.id, async () => {
      const ready = await load(parts, command, store);
      if (createsThing(command, ready.held))
        return { reply: await createThing(parts, command, ready.held, origin) };
      return { reply: execute(parts, command, store, ready, origin) };
    });
    return reply;
  };
}
