// At which member of a cluster the replies to what was told here are waited for.

import { randomUUID } from "node:crypto";

export interface ReplyRoute {
  readonly member: string;
  /** By which they are expected there; others were told another where two used the same. */
  readonly correlationId: string;
}

/** Signals that are remembered; beyond, the replies to the oldest find nobody. */
const CAPACITY = 100_000;
/** How long replies are waited for that have no timeout, with a little for their way. */
export const REPLY_MS = 65_000;

export interface ReplyRoutes {
  /** Where replies go; `undefined` where nothing was told that can be replied to, or it is too late. */
  of(id: string, correlationId: string): ReplyRoute | undefined;
  /** Remembers for so many milliseconds where the replies go to what is told by a correlation ID. */
  note(id: string, correlationId: string, route: ReplyRoute, ms: number): void;
  /**
   * Remembers the same of what is about to be told for the first time, and gives by which correlation ID: another one that begins like
   * it, where the replies to it would be for somebody else; `isTaken` says whether somebody of this member waits for some, which is
   * not asked of what is waited for here.
   */
  begin(id: string, route: ReplyRoute, ms: number, isTaken?: (correlationId: string) => boolean): string;
}

interface Noted extends ReplyRoute {
  readonly until: number;
}

export function replyRoutes(capacity = CAPACITY, now: () => number = () => performance.now()): ReplyRoutes {
  const known = new Map<string, Noted>();

  function of(id: string, correlationId: string): Noted | undefined {
    const noted = known.get(keyOf(id, correlationId));
    return noted && noted.until > now() ? noted : undefined;
  }

  /** Forgets, oldest first, what is late, and one where there are too many. */
  function makeRoom(): void {
    const time = now();
    for (const [key, { until }] of known) {
      if (until > time && known.size < capacity) return;
      known.delete(key);
    }
  }

  function note(id: string, correlationId: string, { member, correlationId: there }: ReplyRoute, ms: number) {
    const key = keyOf(id, correlationId);
    known.delete(key);
    makeRoom();
    known.set(key, { member, correlationId: there, until: now() + ms });
  }

  return {
    of,
    note,
    begin(id, route, ms, isTaken) {
      const { correlationId, member } = route;
      const before = of(id, correlationId);
      const isFree = before ? before.member === member : !isTaken?.(correlationId);
      const told = isFree ? correlationId : `${correlationId}#${randomUUID()}`;
      note(id, told, route, ms);
      return told;
    },
  };
}

const keyOf = (id: string, correlationId: string): string => `${id}\n${correlationId}`;
