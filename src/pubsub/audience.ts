import { isObject } from "../base/json/json.ts";
import type { Access } from "../policies/enforcer.ts";
import { printEvent } from "../protocol/envelope.ts";
import type { EntityEvent } from "../signals/signal.ts";

/** Takes printed events; `origin` is the session that caused the event. Must not throw. */
export interface Subscriber {
  deliver(text: string, event: EntityEvent, origin: object | undefined): void;
}

/** The sessions that speak for the same subjects. */
export interface Audience {
  readonly key: string;
  readonly subjects: readonly string[];
  readonly subscribers: Set<Subscriber>;
}

/**
 * The event as an audience may see it: whole, with the readable part of its value, or not at all.
 * `printWhole` gives the text that all audiences with full access share.
 */
export function textFor(event: EntityEvent, access: Access, printWhole: () => string): string | undefined {
  if (access.hasUnrestricted("thing", event.path, "READ")) return printWhole();
  if (!access.hasPartial("thing", event.path, "READ")) return undefined;
  if (event.value === undefined) return printWhole();
  const view = access.view("thing", event.value, event.path);
  if (view === event.value) return printWhole();
  if (view === undefined || (isObject(view) && Object.keys(view).length === 0)) return undefined;
  const whole = event.path.length === 0 && isObject(view) && event.action !== "merged";
  return printEvent(event, JSON.stringify(whole ? { thingId: event.id, ...view } : view));
}
