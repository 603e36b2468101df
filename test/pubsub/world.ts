// A pubsub with a policy, a thing, and listeners who write down what they are told.

import type { JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import type { Delivery, Stream } from "../../src/pubsub/delivery.ts";
import { localPubsub, type Pubsub, type PubsubOptions, type WeakAcks } from "../../src/pubsub/pubsub.ts";
import { type SelectionParameters, selectionOf } from "../../src/pubsub/select.ts";
import type { LiveCommand, LiveEvent, LiveSignal, Message } from "../../src/signals/live.ts";
import type { DittoHeaders, EntityEvent, EntityState, EventAction } from "../../src/signals/signal.ts";

export const id = "org.acme:lamp";

export interface Listener {
  readonly got: Delivery[];
  /** Ends the subscription. */
  readonly end: () => void;
}

interface Wish extends SelectionParameters {
  readonly stream?: Stream;
  readonly declaredAcks?: ReadonlySet<string>;
}

export interface World {
  readonly pubsub: Pubsub;
  listen(subjects: readonly string[], wish?: Wish): Listener;
  publish(event: EntityEvent, state?: EntityState): void;
  say(signal: LiveSignal, state?: EntityState): void;
}

/** By subject, the resources with READ; a minus before a resource revokes it. */
export type Rights = Readonly<Record<string, readonly string[]>>;

export function worldWith(rights: Rights, weakAcks?: WeakAcks, options?: PubsubOptions): World {
  const pubsub = localPubsub(weakAcks, options);
  const enforcer = enforcerOf(rights);
  return {
    pubsub,
    listen(subjects, { stream = "EVENTS", declaredAcks, ...parameters } = {}) {
      const got: Delivery[] = [];
      const subscriber = {
        deliver: (delivery: Delivery) => got.push(delivery),
        ...(declaredAcks && { declaredAcks }),
      };
      const selection = selectionOf(parameters);
      return { got, end: pubsub.subscribe({ stream, subjects, selection, subscriber }) };
    },
    publish: (event, state = stateOf({})) => pubsub.publish(event, enforcer, undefined, state),
    say: (signal, state = stateOf({})) => pubsub.publishLive(signal, enforcer, state, undefined),
  };
}

export const enforcerOf = (rights: Rights) =>
  compileEnforcer(
    Object.entries(rights).map(([subject, keys]) => ({
      subjects: { [subject]: { type: "t" } },
      resources: Object.fromEntries(
        keys.map((key) => (key.startsWith("-") ? [key.slice(1), revoked] : [key, granted])),
      ),
    })) as never,
  );

const granted = { grant: ["READ"], revoke: [] };
const revoked = { grant: [], revoke: ["READ"] };

export const stateOf = (members: { readonly [key: string]: JsonValue }): EntityState => ({
  value: { thingId: id, policyId: id, ...members },
  revision: 2,
  created: 1000,
  modified: 2000,
});

export const eventOf = (
  action: EventAction,
  path: string,
  value?: JsonValue,
  headers: DittoHeaders = {},
): EntityEvent => ({
  ...{ kind: "thing", id, action, path: readPath(path), revision: 2, timestamp: 2000, headers },
  ...(value !== undefined && { value }),
});

const said = { id, headers: {}, auth: { subjects: ["sender"] } };

export const messageOf = (subject: string, more: Partial<Message> = {}): Message => ({
  ...{ ...said, says: "message", direction: "to", subject },
  ...more,
});

export const liveEventOf = (path: string, value: JsonValue): LiveEvent => ({
  ...{ ...said, says: "live-event", action: "modified", path: readPath(path), value },
});

export const liveCommandOf = (
  action: LiveCommand["action"],
  path: string,
  value?: JsonValue,
): LiveCommand => ({
  ...{ ...said, says: "live-command", kind: "thing", action, path: readPath(path) },
  ...(value !== undefined && { value }),
});
