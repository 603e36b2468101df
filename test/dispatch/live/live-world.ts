// The live channel on a journal of the test's, with a lamp under a policy; what it publishes is kept.

import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { readPath } from "../../../src/base/json/pointer.ts";
import type { AwaitedAcks } from "../../../src/dispatch/acks/awaited.ts";
import { Deadlines } from "../../../src/dispatch/acks/deadlines.ts";
import type { Waiting } from "../../../src/dispatch/acks/outcome.ts";
import { repliesRegistry } from "../../../src/dispatch/acks/replies-registry.ts";
import { WaitingRoom } from "../../../src/dispatch/acks/waiting-room.ts";
import type { Live } from "../../../src/dispatch/live/live.ts";
import { liveDispatch } from "../../../src/dispatch/live/live-dispatch.ts";
import type { LiveCommand, LiveEvent, LiveResponse, LiveSignal, Message } from "../../../src/signals/live.ts";
import type { CommandAction, DittoHeaders, EntityState } from "../../../src/signals/signal.ts";
import { ditto, thingId, type World, worldOn } from "../../support/dispatch.ts";
import { HeldJournal } from "../../support/journal.ts";

export interface Published {
  readonly signal: LiveSignal;
  readonly state: EntityState | undefined;
  readonly origin: object | undefined;
}

export interface LiveWorld extends World {
  readonly journal: HeldJournal;
  readonly live: Live;
  readonly signals: Published[];
  readonly waiting: Waiting;
  /** Ends all that is waited for, as when the callers' connections are gone. */
  leave(): void;
  /** Sends, and gives what came of it; refusals become their codes. */
  send(signal: LiveSignal, awaited?: Partial<AwaitedAcks>): Promise<unknown>;
  smart(headers: DittoHeaders, awaited?: Partial<AwaitedAcks>, how?: Partial<LiveCommand>): Promise<unknown>;
}

const all = { grant: ["READ", "WRITE"], revoke: [] };
export const grant = (...permissions: string[]) => ({ grant: permissions, revoke: [] });
export const revoke = (...permissions: string[]) => ({ grant: [], revoke: permissions });

/** A policy that lets `nginx:ditto` do all, `nginx:device` hear all, and `nginx:user` do what the resources say. */
export const policyFor = (resources: JsonObject): JsonObject => ({
  entries: {
    owner: {
      subjects: { "nginx:ditto": { type: "t" } },
      resources: { "policy:/": all, "thing:/": all, "message:/": all },
    },
    device: {
      subjects: { "nginx:device": { type: "t" } },
      resources: { "thing:/": grant("READ"), "message:/": grant("READ") },
    },
    user: { subjects: { "nginx:user": { type: "t" } }, resources },
  },
});

export const user = { subjects: ["nginx:user"] };

export const lamp = { attributes: { a: 1, secret: "s" }, features: { f: { properties: { p: 1 } } } };

interface Options {
  readonly resources?: JsonObject;
  readonly capacity?: number;
  readonly seats?: number;
}

export async function liveWorld({ resources = {}, capacity, seats = 10 }: Options = {}): Promise<LiveWorld> {
  const journal = new HeldJournal({ flowing: true });
  const world = worldOn(journal, capacity === undefined ? {} : { capacity });
  const signals: Published[] = [];
  const gone = new Set<() => void>();
  const room = { commands: seats, characters: 100_000 };
  const waiting: Waiting = {
    deadlines: new Deadlines(),
    room: new WaitingRoom(room, room),
    replies: repliesRegistry(),
    refusalMs: 3000,
    whenIndexed: (_id, _revision, told) => told(),
  };
  const live = liveDispatch(
    {
      ...world.parts,
      waiting,
      dispatch: world.dispatch,
      publishLive: (signal, _enforcer, state, origin) => signals.push({ signal, state, origin }),
    },
    world.turns,
  );
  const waiterOf = ({ id, headers }: Pick<LiveSignal, "id" | "headers">) => ({
    id,
    subject: "nginx:ditto",
    correlationId: headers["correlation-id"] as string,
    characters: 10,
    onGone(callback: () => void) {
      gone.add(callback);
      return () => gone.delete(callback);
    },
    onCommitted: () => undefined,
    onFault(error: unknown) {
      throw error;
    },
  });
  await world.ask("create", "/", { ...lamp, _policy: policyFor(resources) });
  return {
    ...world,
    journal,
    live,
    signals,
    waiting,
    leave: () => {
      for (const callback of gone) callback();
    },
    send: (signal, how) => coded(live.send(signal, { ...response, ...how }, waiterOf(signal), signals)),
    smart(headers, how, more = {}) {
      const { says: _, ...asked } = command("retrieve", "/attributes/a", undefined, {
        ...more,
        headers: { "correlation-id": "c", ...headers },
      });
      return coded(live.retrieveSmart(asked, { ...response, ...how }, waiterOf(asked), undefined));
    },
  };
}

/** Waits for nothing but the answer. */
export const response: AwaitedAcks = {
  labels: ["live-response"],
  timeoutMs: 1000,
  isTimed: true,
  responseRequired: true,
  shown: undefined,
};

export const nothing = { labels: [], responseRequired: false };

async function coded(outcome: Promise<unknown>): Promise<unknown> {
  try {
    return await outcome;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === undefined) throw error;
    return code;
  }
}

const said = { id: thingId, headers: { "correlation-id": "c" }, auth: ditto };

export const message = (how: Partial<Message> = {}): Message => ({
  ...said,
  says: "message",
  direction: "to",
  subject: "ask",
  ...how,
});

export const command = (
  action: CommandAction,
  path: string,
  value?: JsonValue,
  how: Partial<LiveCommand> = {},
): LiveCommand => ({
  ...said,
  says: "live-command",
  kind: "thing",
  action,
  path: readPath(path),
  ...(value !== undefined && { value }),
  ...how,
});

export const event = (path: string, how: Partial<LiveEvent> = {}): LiveEvent => ({
  ...said,
  says: "live-event",
  action: "modified",
  path: readPath(path),
  value: 7,
  ...how,
});

/** What a device answers to {@link command}. */
export const answer = (
  action: CommandAction,
  path: string,
  how: Partial<LiveResponse> = {},
): LiveResponse => ({
  ...said,
  auth: { subjects: ["nginx:device"] },
  says: "live-response",
  action,
  path: readPath(path),
  status: 200,
  ...how,
});
