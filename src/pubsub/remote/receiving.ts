// What members publish, on its way to the sessions of this one: judged by a policy that may have to be loaded, the signals of one
// thing in the order in which they came. Who has to wait stands in a lane, and what comes for its thing then stands behind it.

import type { Enforcer } from "../../policies/enforcer.ts";
import type { EntityEvent, EntityState } from "../../signals/signal.ts";
import type { Signal } from "../said.ts";

/** A signal that was published, by another member, or by this one while something older of its thing has to be delivered first. */
export interface Received {
  readonly signal: Signal;
  /** By which it is judged, in this revision or a later one; absent where there was none. */
  readonly policy: JudgedBy | undefined;
  readonly state: EntityState | undefined;
  readonly origin: object | undefined;
  /** Of the view in which it was published. */
  readonly epoch: number;
  readonly characters: number;
  /** Of what this member publishes: it is judged already. */
  readonly own?: { readonly enforcer: Enforcer | undefined };
}

export interface JudgedBy {
  readonly id: string;
  readonly revision: number;
}

/**
 * What a policy allows, for a thing of an ID: in this revision or a later one, or in the last one that there was. At once where it is in
 * memory. Rejects where the database does not answer.
 */
export type Judge = (
  thingId: string,
  policy: JudgedBy,
) => Enforcer | undefined | Promise<Enforcer | undefined>;

export interface ReceivingParts {
  readonly judge: Judge;
  readonly deliver: (received: Received, enforcer: Enforcer | undefined) => void;
  /** What has to be waited for before a signal of a thing may be judged; `undefined` where that is nothing. */
  readonly holdOf: (received: Pick<Received, "signal" | "epoch">) => Promise<void> | undefined;
  /** There was no room for it. */
  readonly onLost: (received: Received) => void;
  readonly onFault: (error: unknown) => void;
}

export interface Receiving {
  take(received: Received): void;
  /** Whether what is published here has to wait, for {@link Received.own}. */
  hasToWait(signal: Signal): boolean;
  /** Whether an event waits. */
  has(id: string, revision: number): boolean;
  /** Puts an event among those of its thing that wait; false where nothing older waits, so that it may be delivered at once. */
  insert(received: Received & { readonly signal: EntityEvent }): boolean;
}

/** Characters that may wait. */
const ROOM = 32_000_000;
const RETRY_MS = 300;

type Asked = Promise<Enforcer | undefined>;

/** Signals of one thing. */
type Lane = Received[];

/** Where the first newer event stands; -1 where none does, and for live signals. Looked for from the end, as most are the newest. */
function newerThan(lane: Lane, said: Signal): number {
  let first = -1;
  if ("says" in said) return first;
  for (let at = lane.length - 1; at >= 0; at--) {
    const { signal } = lane[at] as Received;
    if ("says" in signal) continue;
    if (signal.revision <= said.revision) break;
    first = at;
  }
  return first;
}

export function receiving(parts: ReceivingParts): Receiving {
  const lanes = new Map<string, Lane>();
  let waiting = 0;

  function take(received: Received): void {
    const lane = lanes.get(received.signal.id);
    if (lane) enter(lane, received);
    else if (parts.holdOf(received) !== undefined) begin(received);
    else judgeAndDeliver(received);
  }

  function judgeAndDeliver(received: Received): void {
    const enforcer = judgedNow(received);
    if (enforcer instanceof Promise) {
      enforcer.catch(() => undefined); // there may be no room for the lane that looks at it
      begin(received, enforcer);
    } else parts.deliver(received, enforcer);
  }

  function judgedNow({ signal, policy, own }: Received): ReturnType<Judge> {
    if (own) return own.enforcer;
    return policy && parts.judge(signal.id, policy);
  }

  function begin(received: Received, asked?: Asked): void {
    const { id } = received.signal;
    const lane: Lane = [];
    if (!enter(lane, received)) return;
    lanes.set(id, lane);
    void run(id, lane, asked);
  }

  function enter(lane: Lane, received: Received): boolean {
    const hasRoom = waiting + received.characters <= ROOM;
    if (hasRoom) {
      waiting += received.characters;
      const before = newerThan(lane, received.signal);
      lane.splice(before < 0 ? lane.length : before, 0, received);
    } else parts.onLost(received);
    return hasRoom;
  }

  /** `asked` is what the policy of the first one has been asked already. */
  async function run(id: string, lane: Lane, asked?: Asked): Promise<void> {
    let first = asked;
    for (let received = lane[0]; received; received = lane[0]) {
      const hold = parts.holdOf(received);
      if (hold !== undefined) {
        await hold;
        continue; // something older may stand before it by now
      }
      const enforcer = await judged(received, first);
      first = undefined;
      // Meanwhile something older may have come, or something before it be known to be missing.
      if (lane[0] !== received || parts.holdOf(received) !== undefined) continue;
      lane.shift();
      waiting -= received.characters;
      parts.deliver(received, enforcer);
    }
    lanes.delete(id);
  }

  /** Tries again until the database answers. */
  async function judged(received: Received, first: Asked | undefined): Promise<Enforcer | undefined> {
    for (let asked = first; ; asked = undefined) {
      try {
        return await (asked ?? judgedNow(received));
      } catch (error) {
        parts.onFault(error);
        await new Promise((go) => setTimeout(go, RETRY_MS).unref());
      }
    }
  }

  return {
    take,
    hasToWait: (signal) => lanes.has(signal.id) || parts.holdOf({ signal, epoch: 0 }) !== undefined,
    has: (id, revision) =>
      lanes.get(id)?.some(({ signal }) => !("says" in signal) && signal.revision === revision) ?? false,
    insert(received) {
      const lane = lanes.get(received.signal.id);
      if (!lane) return false;
      const at = newerThan(lane, received.signal);
      if (at === 0) return false;
      waiting += received.characters;
      lane.splice(at < 0 ? lane.length : at, 0, received);
      return true;
    },
  };
}
