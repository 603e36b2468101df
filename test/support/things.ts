// Given a thing, when a command comes, then this is recorded: things without a server, a database or a clock.

import { expect } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import type { Decision } from "../../src/signals/decision.ts";
import type {
  Change,
  Command,
  CommandAction,
  DittoHeaders,
  EntityState,
  EventAction,
} from "../../src/signals/signal.ts";
import { applyThing } from "../../src/things/apply.ts";
import { decideThing } from "../../src/things/decide.ts";

export const thingId = "org.acme:lamp";
export const policyId = "org.acme:policy";
export const ditto = { subjects: ["nginx:ditto"] };

/** A command on the lamp, by the pointer of its resource. */
export function command(
  action: CommandAction,
  path: string,
  value?: JsonValue,
  headers: DittoHeaders = {},
): Command {
  const base: Command = { kind: "thing", id: thingId, action, path: readPath(path), headers, auth: ditto };
  return value === undefined ? base : { ...base, value };
}

/** A recorded change, by the pointer of what changed. */
export function change(action: EventAction, path: string, value?: JsonValue): Change {
  const base = { action, path: readPath(path) };
  return value === undefined ? base : { ...base, value };
}

/** The lamp at revision 3, with these members beside its ids. */
export function lampWith(members: JsonObject = {}): EntityState {
  return { value: { thingId, policyId, ...members }, revision: 3, created: 1000, modified: 3000 };
}

/** What is left of a lamp that was deleted. */
export const deletedLamp: EntityState = { value: undefined, revision: 4, created: 1000, modified: 4000 };

export function given(state: EntityState | undefined) {
  return {
    when(action: CommandAction, path: string, value?: JsonValue) {
      const decide = (): Decision => decideThing(state, command(action, path, value));
      return {
        thenCreates: (path: string, value: JsonValue) =>
          expect(decide()).toEqual({ change: change("created", path, value), status: 201, value }),
        thenRecords: (action: EventAction, path: string, value?: JsonValue) =>
          expect(decide()).toEqual({ change: change(action, path, value), status: 204 }),
        thenRejects: (code: string) => expect(codeOf(decide)).toBe(code),
        /** Compares as text: the order of members is part of the answer. */
        thenHolds: (thing: JsonObject | undefined) => {
          const after = applyThing(state, decide().change, (state?.revision ?? 0) + 1, 9000).value;
          expect(JSON.stringify(after)).toBe(JSON.stringify(thing));
        },
      };
    },
  };
}

/** The code of the error that an action throws, or "none". */
export function codeOf(action: () => unknown): string {
  try {
    action();
    return "none";
  } catch (error) {
    if (error instanceof TwinError) return error.code;
    throw error;
  }
}

/** Freezes a value all the way down, so that whoever writes into it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
