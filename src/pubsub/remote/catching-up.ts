// When something has to be caught up with: messages of a member were lost, it crashed, this one was cut off, or could not take all.

import type { Cluster, ViewChange } from "../../cluster/cluster.ts";
import { ownersOf, slotOf } from "../../cluster/slots.ts";
import { type CatchUpParts, type CatchUps, catchUps } from "./catch-up.ts";

export interface CatchingUp extends Pick<CatchUps, "holdOf"> {
  /** An event could not be taken. */
  missed(): void;
  stop(): void;
}

export interface CatchingUpParts extends CatchUpParts {
  readonly cluster: Cluster;
}

/** How long it is remembered who owned what before. */
const VIEWS_MS = 120_000;
const VIEWS = 20;
/** How often this member looks whether it still counts. */
const LOOK_MS = 250;
/** What could not be taken in so long is caught up with together. */
const GATHER_MS = 1_000;

interface View {
  readonly owners: readonly string[];
  /** By the monotonic clock, when it was followed by another. */
  until: number;
}

export function catchingUp({ cluster, ...parts }: CatchingUpParts): CatchingUp {
  const rounds = catchUps(parts);
  let views: View[] = [viewNow()];
  let lastHeld = performance.now();
  let gathering: NodeJS.Timeout | undefined;

  const look = setInterval(() => {
    if (cluster.leaseHolds()) lastHeld = performance.now();
  }, LOOK_MS).unref();

  function viewNow(): View {
    return { owners: ownersOf(cluster.members.map(({ id }) => id)), until: Number.POSITIVE_INFINITY };
  }

  /** The things that a member owns, or owned a moment ago. */
  function thingsOf(member: string): (id: string) => boolean {
    const those = views.map(({ owners }) => owners);
    return (id) => {
      const slot = slotOf(id);
      return those.some((owners) => owners[slot] === member);
    };
  }

  function viewed({ gone }: ViewChange): void {
    const now = performance.now();
    for (const { member, isCrashed, silentMs } of gone) {
      if (isCrashed) rounds.begin({ has: thingsOf(member.id), since: now - silentMs, isOpen: true });
    }
    const [current] = views;
    if (current) current.until = now;
    views = [viewNow(), ...views.filter(({ until }) => until > now - VIEWS_MS)].slice(0, VIEWS);
  }

  cluster.wire.onLoss((from, silentMs) => {
    rounds.begin({ has: thingsOf(from), since: performance.now() - silentMs, isOpen: false });
  });
  const unwatch = cluster.watch({
    viewed,
    renewed: () => rounds.begin({ has: () => true, since: lastHeld - LOOK_MS, isOpen: false }),
  });

  return {
    holdOf: rounds.holdOf,
    missed() {
      const since = performance.now();
      // At once, so that nothing newer of the thing overtakes it; what is missed meanwhile follows.
      if (!gathering) rounds.begin({ has: () => true, since, isOpen: false });
      gathering ??= setTimeout(() => {
        gathering = undefined;
        rounds.begin({ has: () => true, since, isOpen: false });
      }, GATHER_MS).unref();
    },
    stop() {
      clearInterval(look);
      clearTimeout(gathering);
      unwatch();
    },
  };
}
